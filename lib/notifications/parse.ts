import { RequestError } from '../errors.js'
import { readGiven } from '../plain-object.js'
import type { SignatureHeaders } from '../protocols/v3/signature.js'
import type { NotificationEvent } from './event.js'
import { parseJson } from './parse-json.js'
import { bytesOf, type NotificationHeaders, type RawBody, readSignature } from './request.js'
import type { Secrets } from './resource.js'

/** A notification as it arrives. */
export interface ReceivedNotification {
  /** By name in any case, or an object with `get(name)`, such as `Headers`. */
  readonly headers: NotificationHeaders
  /** The bytes as they came; a body parsed by a framework cannot be verified. */
  readonly body: RawBody
}

/** Verifies and decrypts a notification of either API version. */
export async function parseNotification(
  received: ReceivedNotification,
  secrets: Secrets,
): Promise<NotificationEvent> {
  const { body, signature } = readGiven('the notification', () => readReceived(received))
  if (!signature) return (await import('./parse-xml.js')).parseXml(body, secrets) as NotificationEvent
  if (!canReadJson(secrets)) {
    throw new RequestError(
      'A notification of APIv3 needs the options certs and apiv3Key: new Wechatpay({ certs, apiv3Key })',
    )
  }
  return (await parseJson({ headers: signature, body }, secrets)) as NotificationEvent
}

/** Whether a client has keys for notifications of v3, or can get them. */
export const canReadJson = ({ keys, apiv3Key }: Secrets): boolean =>
  apiv3Key !== undefined || keys.all().length > 0

/** The body, and the signature that stands in the headers of JSON; that of XML is in the body. */
function readReceived(received: ReceivedNotification): {
  readonly body: string | Buffer
  readonly signature: SignatureHeaders | undefined
} {
  if (typeof received?.headers !== 'object' || received.headers === null) {
    throw new RequestError('notifications.parse takes { headers, body }, both as they came')
  }
  const body = typeof received.body === 'string' ? received.body : bytesOf(received.body)
  return { body, signature: isXml(body) ? undefined : readSignature(received.headers) }
}

const BRACE = '{'.charCodeAt(0)
const XML = /^\uFEFF?\s*</

/** Notifications of v2 are XML, those of v3 JSON. */
export function isXml(body: string | Buffer): boolean {
  if (typeof body === 'string') return body[0] !== '{' && XML.test(body.slice(0, 64))
  return body[0] !== BRACE && XML.test(body.subarray(0, 64).toString())
}
