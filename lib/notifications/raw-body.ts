import { bufferOf } from '../buffer-of.js'
import { RequestError } from '../errors.js'

/** The body of a notification as it came, in any of the forms that bytes are held in. */
export type RawBody = string | Buffer | Uint8Array | ArrayBuffer

/** How each framework hands out the raw body. */
const FIXES = {
  Express:
    "Express: put express.raw({ type: '*/*' }) on this route, or keep the bytes in express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes } })",
  Nest: 'Nest: NestFactory.create(AppModule, { rawBody: true }), which makes it req.rawBody',
  Koa: 'Koa: mount the route in front of the body parser, or read it with raw-body: await getRawBody(ctx.req)',
  Fastify:
    "Fastify: addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes)) around this route",
  'Next and Hono':
    'Next: export const POST = …fetch(handlers), or await request.text(); Hono: context.req.raw',
} as const

export type Framework = keyof typeof FIXES

/** The error for a body that was parsed, or read, before the signature could be checked. */
export function alreadyParsed(frameworks = Object.keys(FIXES) as readonly Framework[]): RequestError {
  const fixes = frameworks.map((framework) => FIXES[framework]).join('. ')
  return new RequestError(
    `The notification's body was parsed or read already, but its signature covers the raw bytes. ${fixes}`,
  )
}

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
