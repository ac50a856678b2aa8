import { Readable } from 'node:stream'
import type { Context } from '../../context.js'
import type { Fault } from '../../control/faults.js'
import type { Client } from '../../identity/clients.js'
import type { ApiResponse } from '../../routing/handler.js'
import type { ProtocolResponse } from '../protocol.js'
import { signatureHeaders } from './signature.js'

const CLOCK_ERROR_SECONDS = 600

/** The client that a response is for, and what is to go wrong with its signature. */
export interface SigningOptions {
  readonly context: Context
  readonly caller: Client
  /** The `Wechatpay-Serial` of the request: the platform key that the client expects. */
  readonly serial: string
  readonly fault?: Fault | undefined
  /** Whether the endpoint's responses carry no signature. */
  readonly isUnsigned?: boolean
}

/** Writes a response and signs it; a scripted fault breaks its signature. */
export async function signResponse(
  response: ApiResponse,
  options: SigningOptions,
): Promise<ProtocolResponse> {
  const { fault, isUnsigned = false } = options
  const { status } = response
  const hasBody = response.body !== undefined && status !== 204 && !(status >= 300 && status < 400)
  const body = hasBody ? contentOf(response.body) : Buffer.alloc(0)
  const signedBody = response.signedText ?? (Buffer.isBuffer(body) ? body : '')
  const headers = {
    ...(hasBody && { 'Content-Type': response.contentType ?? 'application/json; charset=utf-8' }),
    ...(!isUnsigned && fault !== 'unsigned' && (await sign(Buffer.from(signedBody), options))),
    ...response.headers,
  }
  return { status, headers, body: fault === 'tampered' ? changeBody(body) : body }
}

function contentOf(body: unknown): Buffer | Readable {
  if (Buffer.isBuffer(body) || body instanceof Readable) return body
  return Buffer.from(JSON.stringify(body))
}

/** The signature headers of a body, or those that a fault asks for. */
async function sign(body: Buffer, options: SigningOptions): Promise<Record<string, string>> {
  const { context, caller, fault } = options
  const { identity, ids, nonces } = context
  const skew = fault === 'stale' ? -CLOCK_ERROR_SECONDS : fault === 'skew' ? CLOCK_ERROR_SECONDS : 0
  const timestamp = Math.floor(context.signingTime() / 1000) + skew
  const signer = caller.platform.forResponse(options.serial)
  const isForged = fault === 'forged-signature' || fault === 'unknown-serial'
  const key = isForged ? await identity.forger() : signer.key
  const id = fault === 'unknown-serial' ? `5${ids.hex(39)}` : signer.id
  const input = { id, key, scheme: caller.scheme, timestamp, nonce: nonces.text(32) }
  const headers = await signatureHeaders(input, body)
  const signature = headers['Wechatpay-Signature']
  return fault === 'probe' || (fault === undefined && caller.platform.isProbe())
    ? { ...headers, 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${signature}` }
    : headers
}

/** A body that differs from the signed one. */
function changeBody(body: Buffer | Readable): Buffer | Readable {
  if (Buffer.isBuffer(body)) return Buffer.concat([body, Buffer.from(' ')])
  return Readable.from(changeStream(body), { objectMode: false })
}

/** The chunks of a body, and one byte more. A gzip file is changed inside, because readers ignore what follows its end. */
async function* changeStream(body: Readable): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const isGzip = isFirst && chunk[0] === 0x1f && chunk[1] === 0x8b
    isFirst = false
    yield isGzip ? flipBit(chunk) : chunk
  }
  yield Buffer.from(' ')
}

function flipBit(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk)
  const middle = copy.length >> 1
  copy[middle] = (copy[middle] ?? 0) ^ 1
  return copy
}
