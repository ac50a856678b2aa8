import { RequestError } from '../errors.js'
import { acknowledgements } from './generated/facts.js'

/** The fields of the response to an event; in JSON they are its body. */
export type Acknowledgement = Readonly<Record<string, unknown>>

export const SUCCESS = 'SUCCESS'

/** Whether the response to an event has fields that its handler must return. */
export function hasOwnResponse(eventType: string): boolean {
  return Object.hasOwn(acknowledgements, eventType)
}

/** Whether the merchant signs the response to an event. */
export function needsSignature(eventType: string): boolean {
  return hasOwnResponse(eventType) && acknowledgements[eventType]?.headers.includes('Authorization') === true
}

/**
 * The fields of the response, made of what a handler returned; `undefined` for an event that is acknowledged alike,
 * whatever its handler returns.
 *
 * @throws {RequestError} when a field is missing that the event asks for.
 */
export function acknowledgementOf(eventType: string, returned: unknown): Acknowledgement | undefined {
  if (!hasOwnResponse(eventType)) return undefined
  const fields = typeof returned === 'object' && !Array.isArray(returned) ? returned : undefined
  const ack: Acknowledgement = { code: SUCCESS, ...fields }
  const missing = (acknowledgements[eventType]?.required ?? []).filter((name) => ack[name] === undefined)
  if (ack.code !== SUCCESS || missing.length === 0) return ack
  throw new RequestError(
    `The handler of ${eventType} must return what WeChat Pay asks for; missing: ${missing.join(', ')}`,
  )
}

/** The HTTP response to a notification, for any server to send. */
export interface NotificationResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const XML_TYPE = 'text/xml; charset=utf-8'
const XML_ACCEPTED = '<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>'
const XML_REFUSED = '<xml><return_code>FAIL</return_code></xml>'
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * The response by which WeChat Pay knows that it need not send the notification again.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 */
export function acceptedResponse(
  isXml: boolean,
  ack: Acknowledgement = { code: SUCCESS },
): NotificationResponse {
  if (!isXml) return { status: 200, headers: { 'Content-Type': JSON_TYPE }, body: JSON.stringify(ack) }
  return { status: 200, headers: { 'Content-Type': XML_TYPE }, body: XML_ACCEPTED }
}

/** The response to what was not handled. It gives no reason, because anybody may have sent the request. */
export function refusedResponse(
  status: number,
  isXml: boolean,
  ack: Acknowledgement = { code: 'FAIL' },
): NotificationResponse {
  const headers = {
    'Content-Type': isXml ? XML_TYPE : JSON_TYPE,
    ...(status === 405 && { Allow: 'POST' }),
    ...(status === 408 && { Connection: 'close' }),
  }
  return { status, headers, body: isXml ? XML_REFUSED : JSON.stringify(ack) }
}
