import { RequestError } from '../errors.js'
import type { NotificationEvent } from './event.js'
import { headerReader, type NotificationHeaders } from './headers.js'
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
  const body = bytesOf(received.body)
  const event = isXml(body)
    ? (await import('./parse-xml.js')).parseXml(body, secrets)
    : await parseJson({ header: headerReader(received.headers), body }, secrets)
  return event as NotificationEvent
}

/** Notifications of v2 are XML, those of v3 JSON. */
export function isXml(body: Buffer): boolean {
  return /^\uFEFF?\s*</.test(body.subarray(0, 64).toString())
}
