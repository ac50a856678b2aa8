import { RequestError } from '../errors.js'
import { isKeyKnown, refreshKeys } from '../protocols/v3/signature.js'
import type { NotificationEvent } from './event.js'
import { type NotificationHeaders, readSignature } from './headers.js'
import { parseJson } from './parse-json.js'
import { bytesOf, type RawBody } from './raw-body.js'
import type { Secrets } from './secrets.js'

/** A notification as it arrives. */
export interface ReceivedNotification {
  /** A plain object in any case, `Headers`, or whatever has `get(name)`. */
  readonly headers: NotificationHeaders
  /** The bytes as they came; a body parsed by a framework cannot be verified. */
  readonly body: RawBody
}

/** Verifies and decrypts a notification of either API version. */
export async function parseNotification(
  received: ReceivedNotification,
  secrets: Secrets,
): Promise<NotificationEvent> {
  if (typeof received?.headers !== 'object' || received.headers === null) {
    throw new RequestError('notifications.parse takes { headers, body }, both as they came')
  }
  const body = typeof received.body === 'string' ? received.body : bytesOf(received.body)
  if (isXml(body)) return (await import('./parse-xml.js')).parseXml(body, secrets) as NotificationEvent
  const answer = { headers: readSignature(received.headers), body }
  if (!isKeyKnown(answer, secrets.keys)) await refreshKeys(answer, secrets.keys)
  return parseJson(answer, secrets) as NotificationEvent
}

const BRACE = '{'.charCodeAt(0)
const XML = /^\uFEFF?\s*</

/** Notifications of v2 are XML, those of v3 JSON. */
export function isXml(body: string | Buffer): boolean {
  if (typeof body === 'string') return body[0] !== '{' && XML.test(body.slice(0, 64))
  return body[0] !== BRACE && XML.test(body.subarray(0, 64).toString())
}
