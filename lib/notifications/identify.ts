import type { XmlFields } from '../protocols/v2/xml.js'
import { xmlMessages } from './generated/facts.js'

/** What tells one message of v2 from the others, and how it is protected. */
export interface XmlMessage {
  readonly eventType: string
  /** Its `event_type` says so. */
  readonly named?: true
  /** Fields that it has and no other message. */
  readonly marks: readonly string[]
  /** Not signed. */
  readonly verify?: 'none'
  /** The only documented one; either when absent. */
  readonly signType?: 'HMAC-SHA256'
  readonly cipher?: { readonly at: string; readonly algorithm: 'AEAD_AES_256_GCM' | 'AES_256_ECB' }
}

/** Which documented message of v2 this is. Most have no event type, so their own fields must tell. */
export function identify(fields: XmlFields): XmlMessage | undefined {
  const { event_type } = fields
  if (event_type !== undefined) {
    return xmlMessages.find(({ named, eventType }) => named && eventType === event_type)
  }
  const found = ({ marks }: XmlMessage): number => marks.filter((name) => name in fields).length
  return xmlMessages.filter((message) => found(message) > 0).sort((a, b) => found(b) - found(a))[0]
}
