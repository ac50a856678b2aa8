import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { VERSION } from '../../version.js'
import type { Context } from '../context.js'
import type { Fault } from '../control/faults.js'
import type { Client } from '../identity/clients.js'
import type { PlatformKey } from '../identity/identity.js'
import { type Reply, signedHeaders } from '../protocols/v3/signature.js'
import { altered } from './altered.js'
import { sendHalf } from './send-half.js'

const CLOCK_ERROR_SECONDS = 600

/** An answer as it went over the wire. */
export interface Sent {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  /** Empty for a download that is made while it is sent. */
  readonly body: Buffer
}

const bytesOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)))

/** Who asked, and what is to go wrong with the answer. */
export interface Answering {
  readonly context: Context
  readonly caller: Client
  readonly fault?: Fault | undefined
}

/** The key pair a merchant asks for in `Wechatpay-Serial`, or else the current certificate. A brand has but one. */
async function signerFor(serial: string, { caller, context: { identity } }: Answering): Promise<PlatformKey> {
  if (caller.scheme === 'brand') return caller.publicKey
  if (serial.startsWith('PUB_KEY_ID_')) return identity.publicKey
  const listed = identity.listed().length > 0 ? identity.listed() : await identity.certificates()
  return listed.find(({ id }) => id === serial) ?? listed.at(-1) ?? identity.publicKey
}

/** Signs a body, or makes of it what a fault asks for. */
async function sign(signed: Buffer, serial: string, answering: Answering): Promise<Record<string, string>> {
  const { context, caller, fault } = answering
  const { scheme } = caller
  const { identity, ids, nonces } = context
  const skew = fault === 'stale' ? -CLOCK_ERROR_SECONDS : fault === 'skew' ? CLOCK_ERROR_SECONDS : 0
  const timestamp = Math.floor(context.now() / 1000) + skew
  const signer = await signerFor(serial, answering)
  const foreign = fault === 'forged-signature' || fault === 'unknown-serial'
  const key = foreign ? await identity.forger() : signer.key
  const id = fault === 'unknown-serial' ? `5${ids.hex(39)}` : signer.id
  return signedHeaders({ id, key, scheme, timestamp, nonce: nonces.text(32) }, signed)
}

/** Signs and sends a reply; resolves to what was sent, or `undefined` when nobody was there any more. */
export async function respond(
  { headers: { 'wechatpay-serial': serial = '' } }: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  answering: Answering,
): Promise<Sent | undefined> {
  const { context, fault } = answering
  const { status } = reply
  const bodiless = reply.body === undefined || status === 204 || (status >= 300 && status < 400)
  const stream = reply.body instanceof Readable ? reply.body : undefined
  let body = bodiless || stream ? Buffer.alloc(0) : bytesOf(reply.body)
  const headers: Record<string, string | number> = {
    Server: 'wechatpay-fluent emulator',
    'X-Wechatpay-Emulator': `wechatpay-fluent/${VERSION}`,
    'Request-ID': context.ids.hex(32),
  }
  if (!bodiless) headers['Content-Type'] = reply.contentType ?? 'application/json; charset=utf-8'
  if (fault !== 'unsigned' && !reply.unsigned) {
    const signed = reply.signedText === undefined ? body : Buffer.from(reply.signedText)
    Object.assign(headers, await sign(signed, String(serial), answering))
  }
  if (fault === 'tampered') body = body.length ? Buffer.concat([body, Buffer.from(' ')]) : Buffer.from(' ')
  // A status without a body may not even declare its length.
  if (status !== 204 && status !== 304 && !stream) headers['Content-Length'] = body.length
  Object.assign(headers, reply.headers)
  if (response.destroyed) return undefined
  response.writeHead(status, headers)
  if (fault === 'torn') await sendHalf(response, stream ?? body)
  else if (stream) await pipeline(fault === 'tampered' ? altered(stream) : stream, response)
  else response.end(body)
  return { status, headers, body }
}
