import type { XmlFields } from '../protocols/v2/xml.js'
import { xmlMessages } from './generated/facts.js'

/** A documented message of v2: how to recognise it, and how it is protected. */
export interface XmlMessage {
  readonly eventType: string
  /** Recognised by its `event_type`. */
  readonly named?: true
  /** Recognised by these fields, which no other message has. */
  readonly marks: readonly string[]
  /** `none`: it is not signed. */
  readonly verify?: 'none'
  /** The only hash that is documented; when absent, both are accepted. */
  readonly signType?: 'HMAC-SHA256'
  /** The field that is encrypted. */
  readonly cipher?: { readonly at: string; readonly algorithm: 'AEAD_AES_256_GCM' | 'AES_256_ECB' }
}

/** Finds which documented message of v2 this is. Most have no event type and are recognised by their fields. */
export function identify(fields: XmlFields): XmlMessage | undefined {
  const { event_type } = fields
  if (event_type !== undefined) {
    return xmlMessages.find(({ named, eventType }) => named && eventType === event_type)
  }
  const found = ({ marks }: XmlMessage): number => marks.filter((name) => name in fields).length
  return xmlMessages.filter((message) => found(message) > 0).sort((a, b) => found(b) - found(a))[0]
}
