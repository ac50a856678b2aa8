import { inspect } from 'node:util'
import { RequestError } from '../errors.js'
import { isRecord } from '../plain-object.js'
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

/** The error for a refusal that a handler returned: the notification has failed. */
export class HandlerRefusal extends Error {
  override readonly name = 'HandlerRefusal'
  /** The fields of the response, where they are the handler's own. */
  readonly ack: Acknowledgement | undefined

  constructor(eventType: string, returned: unknown, ack?: Acknowledgement) {
    const says = Object(returned) as Readonly<Record<string, unknown>>
    const words = [says.code ?? says.return_code ?? says.status, says.message ?? says.return_msg]
    const why = words.filter(Boolean).join(', ') || inspect(returned, { depth: 0 })
    super(`The handler of ${eventType} has refused it: ${why}`, { cause: returned })
    this.ack = ack
  }
}

/**
 * The fields of the response, made of what a handler returned; `undefined` for an event that is acknowledged alike,
 * whatever its handler returns.
 *
 * @throws {HandlerRefusal} when that is a refusal.
 * @throws {RequestError} when a field is missing that the event asks for.
 */
export function acknowledgementOf(eventType: string, returned: unknown): Acknowledgement | undefined {
  const isRefused = isRefusal(returned)
  if (!hasOwnResponse(eventType)) {
    if (isRefused) throw new HandlerRefusal(eventType, returned)
    return undefined
  }
  const ack: Acknowledgement = { code: isRefused ? FAIL : SUCCESS, ...(isRecord(returned) && returned) }
  if (ack.code !== SUCCESS) throw new HandlerRefusal(eventType, returned, ack)
  const missing = (acknowledgements[eventType]?.required ?? []).filter((name) => ack[name] === undefined)
  if (missing.length === 0) return ack
  throw new RequestError(
    `The handler of ${eventType} must return what WeChat Pay asks for; missing: ${missing.join(', ')}`,
  )
}

const FAIL = 'FAIL'
/** The fields of a response to WeChat Pay. An object with others is data of the user's own, whose `code` may mean anything. */
const RESPONSE_FIELDS: ReadonlySet<string> = new Set(['code', 'message', 'return_code', 'return_msg'])
/** The refusal as a text: `FAIL`, XML or JSON. */
const REFUSAL = /^\s*FAIL|<return_code>(<!\[CDATA\[)?FAIL|"code":\s*"FAIL"/i

/**
 * Whether a handler returned a refusal, as other SDKs teach it: a code that is not SUCCESS, `false`, an `Error`, or what
 * is not `ok`, such as a `Response`. An event that comes once too often does less harm than one that is lost.
 */
function isRefusal(returned: unknown): boolean {
  if (returned === false || returned instanceof Error) return true
  if (typeof returned === 'string' || Buffer.isBuffer(returned)) return REFUSAL.test(String(returned))
  if (Object.prototype.toString.call(returned) === '[object Response]') return !(returned as Response).ok
  if (!isRecord(returned)) return false
  const { ok, success, status, statusCode, code, return_code, result_code } = returned
  if (ok === false || success === false || [status, statusCode].some((one) => Number(one) >= 400)) return true
  const codes = [code, return_code, result_code].filter((one) => one !== undefined && one !== null)
  if (codes.includes(FAIL)) return true
  return (
    codes.some((one) => one !== SUCCESS) && Object.keys(returned).every((name) => RESPONSE_FIELDS.has(name))
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
  ack: Acknowledgement = { code: FAIL },
): NotificationResponse {
  const headers = {
    'Content-Type': isXml ? XML_TYPE : JSON_TYPE,
    ...(status === 405 && { Allow: 'POST' }),
    ...(status === 408 && { Connection: 'close' }),
  }
  return { status, headers, body: isXml ? XML_REFUSED : JSON.stringify(ack) }
}
