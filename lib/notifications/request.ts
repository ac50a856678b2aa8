import { bufferOf } from '../buffer-of.js'
import { RequestError } from '../errors.js'
import { type HeaderReader, type SignatureHeaders, signatureHeaders } from '../protocols/v3/signature.js'

/** Headers by name in any case, or an object with `get(name)`: `Headers`, `AxiosHeaders`. */
export type NotificationHeaders =
  | Readonly<Record<string, unknown>>
  | { readonly get: (name: string) => unknown }

/** The body of a notification as it came, in any of the forms that bytes are held in. */
export type RawBody = string | Buffer | Uint8Array | ArrayBuffer

/** A request that may be a notification, whatever server received it. */
export interface NotificationRequest {
  readonly method: string | undefined
  /** Path and query, as the sender wrote them. */
  readonly url: string
  readonly headers: NotificationHeaders
  /**
   * Reads the raw body, of at most `limit` bytes.
   *
   * @throws {BodyError} when it is larger, or does not arrive whole.
   */
  readonly read: (limit: number, signal: AbortSignal) => Promise<Buffer>
}

/** A body that could not be read. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  /** The status of the response; `undefined` when the sender has closed the connection. */
  readonly status: 408 | 413 | undefined

  constructor(message: string, status?: 408 | 413) {
    super(message)
    this.status = status
  }
}

export const tooLarge = (limit: number): BodyError =>
  new BodyError(`The body is larger than ${limit} bytes`, 413)

export const tooSlow = (): BodyError => new BodyError('The body did not arrive in time', 408)

export const cutOff = (): BodyError => new BodyError('The sender was gone before the body had arrived')

/** How to get the raw body in each framework. */
const RAW_BODY_ADVICE = {
  Express:
    "Express: put express.raw({ type: '*/*' }) on this route, or keep the bytes in express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes } })",
  Nest: 'Nest: NestFactory.create(AppModule, { rawBody: true }), which makes it req.rawBody',
  Koa: 'Koa: mount the route in front of the body parser, or read it with raw-body: await getRawBody(ctx.req)',
  Fastify:
    "Fastify: addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes)) around this route",
  'API gateways': "API gateways: Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8')",
  'Next and Hono':
    'Next: export const POST = …fetch(handlers), or await request.text(); Hono: context.req.raw',
} as const

export type Framework = keyof typeof RAW_BODY_ADVICE

/** The error for a body that was parsed, or read, before the signature could be checked. */
export function alreadyParsed(
  frameworks = Object.keys(RAW_BODY_ADVICE) as readonly Framework[],
): RequestError {
  return new RequestError(
    `The notification's body was parsed or read already, but its signature covers the raw bytes. ${adviceFor(frameworks)}`,
  )
}

const adviceFor = (frameworks: readonly Framework[]): string =>
  frameworks.map((framework) => RAW_BODY_ADVICE[framework]).join('. ')

/** What to do about a body that does not fit its signature: hardly ever is the key to blame. */
export function explainMismatch(body: string | Buffer): string {
  const why =
    notRaw(body) ?? 'Most likely it was parsed, and written anew as JSON: the signature covers the raw bytes'
  return `${why}. ${adviceFor(Object.keys(RAW_BODY_ADVICE) as Framework[])}`
}

/** Why this body cannot be what WeChat Pay has sent; `undefined` where it may be. */
export function notRaw(body: string | Buffer): string | undefined {
  if (body.length === 0) return 'Its body is empty: it was read already, or is not passed on'
  const text = body.toString()
  if (text.startsWith('[object ')) return 'Its body is an object that was made a text, not the raw bytes'
  const isBase64 = BASE64.test(text) && /^\s*[{<]/.test(Buffer.from(text, 'base64').toString())
  return isBase64 ? 'Its body is in base64, as API gateways pass it on, not the raw bytes' : undefined
}

const BASE64 = /^[\w+/-]+=*\s*$/

export function isRaw(body: unknown): body is RawBody {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof ArrayBuffer
}

/**
 * The bytes of a raw body.
 *
 * @throws {RequestError} when a framework has parsed it.
 */
export function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return bufferOf(body)
  if (body instanceof ArrayBuffer) return Buffer.from(body)
  throw alreadyParsed()
}

/**
 * The headers of a signature. Those spelt as in Node or in the documentation are read by their names: to go through all
 * headers of a request takes longer.
 */
export function readSignature(headers: NotificationHeaders): SignatureHeaders {
  const given = headers as Readonly<Record<string, unknown>>
  const serial = given['wechatpay-serial'] ?? given['Wechatpay-Serial']
  const signature = given['wechatpay-signature'] ?? given['Wechatpay-Signature']
  const timestamp = given['wechatpay-timestamp'] ?? given['Wechatpay-Timestamp']
  const nonce = given['wechatpay-nonce'] ?? given['Wechatpay-Nonce']
  const areTexts = isText(serial) && isText(signature) && isText(timestamp) && isText(nonce)
  return areTexts ? { serial, signature, timestamp, nonce } : signatureHeaders(headerReader(headers))
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** Reads headers by their lower-case name. */
function headerReader(headers: NotificationHeaders): HeaderReader {
  const { get } = headers
  if (typeof get === 'function') return (name) => textOf(get.call(headers, name))
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => textOf(byName.get(name))
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined || value === null ? undefined : String(value)
}
