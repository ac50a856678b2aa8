import type { XmlFields } from '../crypto/xml.js'
import { xmlMessages } from './generated/facts.js'
import type { XmlMessage } from './message-facts.js'

/** Finds which documented message of v2 this is. Most have no event type and are recognised by their fields. */
export function identify(fields: XmlFields): XmlMessage | undefined {
  const { event_type } = fields
  if (event_type !== undefined) {
    return xmlMessages.find(({ named, eventType }) => named && eventType === event_type)
  }
  const found = ({ marks }: XmlMessage): number => marks.filter((name) => name in fields).length
  return xmlMessages.filter((message) => found(message) > 0).sort((a, b) => found(b) - found(a))[0]
}
