import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { authorization, canonicalRequest, nonce, type SignedRequest } from '../../crypto/canonical.js'
import { signWith } from '../../crypto/rsa.js'
import { NetworkError, RequestError, VerificationError } from '../../errors.js'
import type { Signer } from '../../identity.js'
import type { AttemptTimer, HttpResponse } from '../../transport/transport.js'
import { createApiError } from '../api-error.js'
import { type Call, MAY_BE_DONE, type Protocol, type VerifiedResponse } from '../protocol.js'
import { resolveUrl } from '../url.js'
import { checkDigest, digestMessage } from './digest.js'
import type { PlatformKeys } from './platform-keys.js'
import { decryptFields, encryptFields } from './sensitive.js'
import { explainSignError } from './sign-error.js'
import { signatureHeaders, verifyResponse } from './signature.js'

/** What the requests of APIv3 are signed with, and its responses verified. */
export interface V3Context {
  readonly signer: Signer
  readonly keys: PlatformKeys
}

/**
 * The protocol of APIv3. A brand's is the same, with an `Authorization` header of its own.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012365336
 */
export function createV3Protocol({ signer, keys }: V3Context): Protocol {
  return {
    accept: 'application/json',

    async encrypt(call, timer) {
      if (!keys.current()) await waitForKeys(keys, call, timer)
      const pinned = call.headers['Wechatpay-Serial'] as string | undefined
      const encrypted = call.sensitive ? encryptFields(call, pinned, keys) : { serial: pinned }
      const { serial = keys.current()?.serial } = encrypted
      const headers = serial === undefined ? call.headers : { ...call.headers, 'Wechatpay-Serial': serial }
      return { ...call, ...encrypted, headers }
    },

    async sign(call) {
      const { endpoint, upload } = call
      const text = encodeBody(call.body)
      const { href, target } = resolveUrl(call)
      const method = endpoint.verb.toUpperCase()
      const { signed, authorization } = await authorize(signer, {
        method,
        url: target,
        body: text?.toString() ?? '',
      })
      const headers = { ...call.headers }
      // Wanted of a POST without a body, too; a form brings a type of its own.
      if (!upload && (HAS_BODY.has(method) || text !== undefined))
        headers['Content-Type'] ??= 'application/json'
      headers.Authorization = authorization
      const body = upload ? upload.toForm({ meta: String(text) }, 'application/json') : text
      return { method, url: href, headers, body, signed, certificate: false }
    },

    async verify(response, _, call) {
      const { signedDigest } = call.endpoint.traits
      const verified = signedDigest ? await verifyDigest(response, signedDigest, call, keys) : response
      if (!signedDigest && !call.unsigned) {
        await verifyResponse(toSignedPayload(response), keys, () => wordingOf(call))
      }
      return toVerified(verified.body, call, response.status)
    },

    async toError(response, { signed }, { endpoint }) {
      const verified = await isVerified(response, keys)
      const data = parseError(response.body as Buffer)
      const { code, message, detail } = Object(data) as Readonly<Record<string, unknown>>
      const isSignError = code === 'SIGN_ERROR' && signed
      return createApiError(endpoint, response, {
        code: typeof code === 'string' ? code : undefined,
        reason: typeof message === 'string' ? message : undefined,
        detail,
        data,
        verified,
        hint: isSignError ? explainSignError(signed, detail, timeOf(response), signer) : undefined,
        isOpen: !verified && !endpoint.reads,
      })
    },

    decode,
  }

  function toVerified(body: Buffer | Readable, call: Call, status: number): VerifiedResponse {
    return { body, decode: () => (body instanceof Readable ? body : decode(body, call, status)) }
  }

  function decode(body: Buffer, call: Call, status: number): unknown {
    const data = decodeBody(body, call, status)
    const encrypted = (call.decrypt && call.endpoint.traits.decrypts) || []
    if (encrypted.length === 0) return data
    return decryptFields(data, encrypted, signer.privateKey, ...wordingOf(call))
  }
}

/**
 * Waits for the platform certificates, as long as the attempt may last.
 *
 * @throws {NetworkError} code `TIMEOUT` or `ABORTED`
 */
async function waitForKeys(
  keys: PlatformKeys,
  { endpoint, signal }: Call,
  timer: AttemptTimer,
): Promise<void> {
  const { name } = endpoint
  const limit = timer.toSignal(signal)
  if (!limit) return keys.ready()
  const over = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => {
      const why = timer.isOver ? `no platform certificates within ${timer.limit} ms` : 'aborted'
      const code = timer.isOver ? 'TIMEOUT' : 'ABORTED'
      reject(new NetworkError(`${name}: ${why}`, { code, retryable: timer.isOver, cause: signal?.reason }))
    }
    if (limit.aborted) abort()
    limit.addEventListener('abort', abort, { signal: over.signal })
  })
  try {
    await Promise.race([keys.ready(), aborted])
  } finally {
    over.abort()
  }
}

/** The body as it is signed and sent: objects become JSON, text and bytes stay as they are. */
function encodeBody(body: unknown): string | Buffer | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return body
  if (!Buffer.isBuffer(body)) return stringify(body)
  if (isUtf8(body)) return body
  throw new RequestError(
    'The body must be JSON, text or UTF-8 bytes when it is signed; pass files as `multipart`',
  )
}

function stringify(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    if (cause instanceof RequestError) throw cause
    throw new RequestError(`The body cannot be sent as JSON: ${(cause as Error).message}`)
  }
}

const HAS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** Signs a request with a timestamp and nonce of its own. */
export async function authorize(
  signer: Signer,
  request: Pick<SignedRequest, 'method' | 'url' | 'body'>,
): Promise<{ readonly signed: SignedRequest; readonly authorization: string }> {
  const signed = { ...request, nonce: nonce(), timestamp: Math.floor(Date.now() / 1000) }
  const signature = await signWith(signer.privateKey, canonicalRequest(signed))
  const { privateKey: _, ...id } = signer
  return {
    signed,
    authorization: authorization({ ...id, nonce: signed.nonce, timestamp: signed.timestamp, signature }),
  }
}

/** What a refused response is called in messages, and what follows from it. */
function wordingOf({ endpoint }: Call): [what: string, consequence: string] {
  return [`${endpoint.name}: the answer`, endpoint.reads ? '' : `. ${MAY_BE_DONE}`]
}

function toSignedPayload({ headers, body }: HttpResponse): Parameters<typeof verifyResponse>[0] {
  return { headers: signatureHeaders((name) => headers[name] as string | undefined), body: body as Buffer }
}

/** Verifies the digest that a header names, which vouches for a body that may be too large to hold. */
async function verifyDigest(
  { headers, body }: HttpResponse,
  header: string,
  call: Call,
  keys: PlatformKeys,
): Promise<Pick<HttpResponse, 'body'>> {
  const digest = String(headers[header.toLowerCase()] ?? '')
  const signature = signatureHeaders((name) => headers[name] as string | undefined)
  await verifyResponse({ headers: signature, body: digestMessage(digest) }, keys, () => wordingOf(call))
  return { body: checkDigest(body, digest, wordingOf(call)[0]) }
}

/** Whether the response of an error carries a genuine signature. Not all of them are signed; the caller sees them either way. */
async function isVerified(response: HttpResponse, keys: PlatformKeys): Promise<boolean> {
  try {
    await verifyResponse(toSignedPayload(response), keys, () => ['the answer', ''])
    return true
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}

/** The body of an error, parsed where it is JSON; gateways say no in HTML, too. */
function parseError(body: Buffer): unknown {
  const text = body.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The gateway's time, in milliseconds since the epoch. */
function timeOf({ headers }: HttpResponse): number {
  const signedAt: unknown = headers['wechatpay-timestamp']
  return signedAt === undefined ? Date.parse(String(headers.date)) : Number(signedAt) * 1_000
}

function decodeBody(body: Buffer, { endpoint }: Call, status: number): unknown {
  const { answer = 'json' } = endpoint.traits
  if (answer === 'binary') return body
  if (answer === 'text') return body.toString()
  // Where the documentation promises an object, nothing is no response.
  const isPromised = status === 200 && endpoint.documented && answer === 'json'
  if (body.length === 0 && !isPromised) return undefined
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new VerificationError(
      `${endpoint.name}: the answer is no JSON; pass responseType: 'text' or 'arraybuffer' to see it`,
      { code: 'ANSWER_INVALID' },
    )
  }
}
