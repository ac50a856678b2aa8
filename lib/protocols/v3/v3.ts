import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import type { Endpoint } from '../../catalog/endpoint.js'
import { lookup } from '../../catalog/lookup.js'
import { matchTemplate } from '../../catalog/match.js'
import { authorization, canonicalRequest, nonce, type SignedRequest } from '../../crypto/canonical.js'
import { signWith } from '../../crypto/sign.js'
import { isSm2 } from '../../crypto/sm2.js'
import { NetworkError, RequestError, VerificationError } from '../../errors.js'
import { rsaKeyOf, type Signer } from '../../identity.js'
import { parseJson } from '../../parse-json.js'
import { isPlainObject } from '../../plain-object.js'
import type { AttemptTimer, HttpResponse } from '../../transport/transport.js'
import { createApiError } from '../api-error.js'
import { UNDER_WAY } from '../open-outcome.js'
import type { Call, Protocol, VerifiedResponse } from '../protocol.js'
import { resolveUrl } from '../url.js'
import { checkDigest, digestMessage } from './digest.js'
import type { PlatformKeys } from './platform-keys.js'
import { assertEncryption, decryptFields, encryptFields } from './sensitive.js'
import { explainSignError } from './sign-error.js'
import { signatureHeaders, verifySignature, type Wording } from './signature.js'

/** Names the platform key of a request. */
const SERIAL = 'Wechatpay-Serial'

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
  const authorize = createAuthorize(signer)
  return {
    accept: 'application/json',

    async encrypt(call, timer) {
      assertEncryption(call)
      if (decryptedFields(call).length > 0) rsaKeyOf(signer, `${call.endpoint.name} with decrypt: true`)
      if (!keys.current()) await waitForKeys(keys, call, timer)
      if (!call.sensitive) return call
      const { body, query, serial } = encryptFields(call, call.headers[SERIAL] as string | undefined, keys)
      const headers = serial === undefined ? call.headers : { ...call.headers, [SERIAL]: serial }
      return { ...call, body, query, headers }
    },

    async sign(call) {
      const { endpoint, upload } = call
      const text = encodeBody(call.body)
      const { href, target } = resolveUrl(call)
      const method = endpoint.verb.toUpperCase()
      const { signed, authorization } = await authorize(method, target, text?.toString() ?? '')
      const headers = { ...call.headers }
      // The platform key that the response is expected to be signed with.
      const serial = headers[SERIAL] ?? keys.current()?.serial
      if (serial !== undefined) headers[SERIAL] = serial
      // Wanted of a POST without a body, too; a form brings a type of its own.
      if (!upload && (HAS_BODY.has(method) || text !== undefined))
        headers['Content-Type'] ??= 'application/json'
      headers.Authorization = authorization
      const form = upload?.toForm({ meta: String(text) }, 'application/json')
      const sent = form
        ? { headers: { ...headers, ...form.headers }, body: form.body }
        : { headers, body: text }
      return { method, url: href, ...sent, signed, certificate: false }
    },

    async verify(response, request, call) {
      const { signedDigest } = call.endpoint.traits
      const verified = signedDigest ? await verifyDigest(response, signedDigest, call, keys) : response
      if (!signedDigest && !call.unsigned) {
        await verifySignature(toSignedPayload(response), keys, wordingOf(call))
      }
      // Of 2xx, this one may say that nothing is decided yet.
      if (response.status === 202 && isUnderWay(response.body))
        throw await this.toError(response, request, call)
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
        hint: isSignError
          ? explainSignError(signed, { message, detail, time: timeOf(response) }, signer)
          : undefined,
      })
    },

    decode,
  }

  function toVerified(body: Buffer | Readable, call: Call, status: number): VerifiedResponse {
    return { body, decode: () => (body instanceof Readable ? body : decode(body, call, status)) }
  }

  function decode(body: Buffer, call: Call, status: number): unknown {
    const data = decodeBody(body, call, status)
    const encrypted = decryptedFields(call)
    if (encrypted.length === 0) return data
    return decryptFields(data, encrypted, signer.privateKey, responseTo(call))
  }
}

/** The fields of the response that are to be decrypted. */
function decryptedFields({ decrypt, endpoint }: Call): readonly string[] {
  return (decrypt && endpoint.traits.decrypts) || []
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

/** Signs requests, each with a timestamp and nonce of its own. */
export function createAuthorize({
  privateKey,
  ...id
}: Signer): (
  method: string,
  url: string,
  body: string,
) => Promise<{ readonly signed: SignedRequest; readonly authorization: string }> {
  const scheme = isSm2(privateKey) ? ({ scheme: 'WECHATPAY2-SM2-WITH-SM3' } as const) : {}
  return async (method, url, body) => {
    const signed = { method, url, body, nonce: nonce(), timestamp: Math.floor(Date.now() / 1000) }
    const signature = await signWith(privateKey, canonicalRequest(signed))
    const parts = { nonce: signed.nonce, timestamp: signed.timestamp, signature }
    return { signed, authorization: authorization(Object.assign(parts, id, scheme)) }
  }
}

/** What a response is called in messages. */
function responseTo({ endpoint }: Call): string {
  return `${endpoint.name}: the answer`
}

/** What the error says of a response that is not to be trusted. */
function wordingOf(call: Call): Wording {
  return (code) => [responseTo(call), code === 'SIGNATURE_MISSING' ? aboutTemplate(call.endpoint) : '']
}

/** The way in which a response without a signature is believed, where there is one. */
function aboutTemplate({ verb, path }: Endpoint): string {
  const template = matchTemplate(verb, path)?.template
  if (template === undefined || lookup(template, verb)?.unsigned !== true) return ''
  return `; an answer that is not signed is believed by its template alone: chain('${template}').${verb}({ … })`
}

function toSignedPayload({ headers, body }: HttpResponse): Parameters<typeof verifySignature>[0] {
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
  await verifySignature({ headers: signature, body: digestMessage(digest) }, keys, wordingOf(call))
  return { body: checkDigest(body, { algorithm: 'sha1', value: digest }, responseTo(call), 'signed') }
}

/** Whether the response of an error carries a genuine signature. Not all of them are signed; the caller sees them either way. */
async function isVerified(response: HttpResponse, keys: PlatformKeys): Promise<boolean> {
  try {
    await verifySignature(toSignedPayload(response), keys, () => ['the answer', ''])
    return true
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}

/** The body of an error, parsed where it is JSON; gateways say no in HTML, too. */
function parseError(body: Buffer): unknown {
  return parseBody(body) ?? body.toString()
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
  const isPromised = status !== 202 && endpoint.documented && answer === 'json'
  if (body.length === 0 && !isPromised) return undefined
  const data = parseBody(body)
  if (data !== undefined && (!isPromised || isPlainObject(data))) return data
  const what =
    body.length === 0
      ? 'empty'
      : data === undefined
        ? 'no JSON'
        : `${body.toString().slice(0, 40)} where an object is documented`
  const why = `the answer is ${what}; pass responseType: 'text' or 'arraybuffer' to see it`
  throw new VerificationError(`${endpoint.name}: ${why}`, { code: 'ANSWER_INVALID' })
}

function isUnderWay(body: HttpResponse['body']): boolean {
  const { code } = Object(Buffer.isBuffer(body) ? parseBody(body) : undefined) as {
    readonly code?: unknown
  }
  return typeof code === 'string' && UNDER_WAY.test(code)
}

/** The value of a body in JSON. Proxies are known to put a byte order mark before it. */
function parseBody(body: Buffer): unknown {
  return parseJson(body.toString().replace(/^\uFEFF/, ''))
}
