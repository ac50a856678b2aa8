import { Readable } from 'node:stream'
import type { XmlFields, XmlValue } from '../../crypto/xml.js'
import { MAX_XML_BYTES, XmlProblem } from '../../crypto/xml-problem.js'
import { type ApiError, RequestError, VerificationError, type VerificationErrorCode } from '../../errors.js'
import { IS_WORKERD } from '../../runtime.js'
import type { HttpResponse } from '../../transport/transport.js'
import { createApiError } from '../api-error.js'
import { movesMoney } from '../open-outcome.js'
import type { Call, Protocol, SignedHttpRequest, VerifiedResponse } from '../protocol.js'
import { peek, readDocument } from '../response-stream.js'
import { resolveUrl, type UrlParts, type WireUrl } from '../url.js'
import { completeMessage, type V2Keys } from './message.js'
import { type Failure, failureOf, hasOutcome } from './outcome.js'
import { isGenuine, type Message, type SignType } from './sign.js'

/** What the requests of APIv2 are signed and sent with. */
export interface V2Context extends V2Keys {
  /** Whether the client has a client certificate to show. */
  readonly hasCertificate: boolean
}

/** The protocol of APIv2: flat messages in XML that carry their signature. */
export function createV2Protocol(context: V2Context): Protocol {
  // Loaded now: Node never again loads what it could not load once, for lack of file descriptors.
  if (context.secret) loadXml().catch(() => undefined)
  return {
    accept: 'text/xml, */*',
    encrypt: async (call) => call,
    sign: (call) => signCall(call, context),

    async verify(response, request, call) {
      const { traits, name } = call.endpoint
      const isFile = call.unsigned && (traits.answer === 'binary' || traits.answer === 'text')
      let { body } = response
      if (body instanceof Readable) {
        const { head, whole } = await peek(body, name, call.timeout)
        if (isFile && !looksLikeXml(head)) return { body: whole, decode: () => whole }
        body = await readDocument(whole, name, call.timeout, MAX_XML_BYTES)
      }
      // A download that fails says so in XML.
      if (!isFile || looksLikeXml(body)) return verifyMessage(body, response, request, call)
      return { body, decode: () => (traits.answer === 'text' ? String(body) : body) }
    },

    async toError(response, request, call) {
      const body = response.body as Buffer
      try {
        const { fields, verified } = await read(body, request, call)
        return toApiError(response, fields, failureOf(fields), verified, call, request)
      } catch (error) {
        // Gateways say no in HTML, and nothing is trusted here anyway.
        if (!(error instanceof VerificationError)) throw error
        return toApiError(response, body.toString(), undefined, false, call, request)
      }
    },

    decode(body, call) {
      if (!xml || isJson(call)) return decodeJson(body, call)
      const { decodeXml } = xml
      return withLists(
        orRefuse(call, () => decodeXml(body)),
        call,
      )
    },
  }

  async function verifyMessage(
    body: Buffer,
    response: HttpResponse,
    request: SignedHttpRequest,
    call: Call,
  ): Promise<VerifiedResponse> {
    const { fields, verified } = await read(body, request, call)
    const failure = failureOf(fields)
    if (failure) throw toApiError(response, fields, failure, verified, call, request)
    if (!verified) assertBelievable(fields, call)
    if (movesMoney(call.endpoint) && fields.return_code === 'SUCCESS' && fields.result_code === undefined) {
      throw refusal(call, 'ANSWER_INVALID', 'it has no result_code')
    }
    return { body, decode: () => withLists(fields, call) }
  }

  /** The fields of a response. Where it has a signature that the API is known to make, that is verified. */
  async function read(
    body: Buffer,
    { signType = 'MD5' }: SignedHttpRequest,
    call: Call,
  ): Promise<{ readonly fields: XmlFields; readonly verified: boolean }> {
    if (isJson(call)) return { fields: decodeJson(body, call), verified: false }
    const { decodeXml } = await loadXml()
    const fields = orRefuse(call, () => decodeXml(body))
    if (call.unsigned || fields.sign === undefined || fields.sign === '') return { fields, verified: false }
    const message = flatten(fields)
    if (!message) throw refusal(call, 'ANSWER_INVALID', 'it is signed, but has more than texts in it')
    if (!context.secret || !isGenuine(message, signType, context.secret)) {
      throw refusal(call, 'SIGNATURE_INVALID', `its sign does not fit the APIv2 key (${signType})`)
    }
    return { fields, verified: true }
  }
}

function toApiError(
  response: HttpResponse,
  data: unknown,
  failure: Failure | undefined,
  verified: boolean,
  { endpoint }: Call,
  { signType = 'MD5' }: SignedHttpRequest,
): ApiError {
  const isSignError = /^SIGN_?ERROR$/.test(failure?.code ?? '')
  return createApiError(endpoint, response, {
    code: failure?.code,
    reason: failure?.reason,
    detail: typeof data === 'object' ? data : undefined,
    data,
    verified,
    hint: isSignError ? aboutSign(signType) : undefined,
  })
}

/** The likeliest causes of a refused `sign`. */
function aboutSign(signType: SignType): string {
  const other = signType === 'MD5' ? 'HMAC-SHA256' : 'MD5'
  return `signed with ${signType} by secret: secret must be the APIv2 key of this merchant (商户平台 → API安全 → APIv2密钥), which is not the APIv3 key; some endpoints want sign_type: '${other}'`
}

type Xml = typeof import('../../crypto/xml.js')

let xml: Xml | undefined

/**
 * The codec, which only clients of APIv2 load.
 *
 * @throws {RequestError} when it cannot be loaded.
 */
async function loadXml(): Promise<Xml> {
  try {
    xml ??= await import('../../crypto/xml.js')
    return xml
  } catch (cause) {
    const why = (cause as Error).message
    throw new RequestError(`The code for XML cannot be loaded, so nothing was sent: ${why}`, { cause })
  }
}

/** Completes and signs the message of a call, which is its query, its XML or the fields of its upload. */
async function signCall(call: Call, context: V2Context): Promise<SignedHttpRequest> {
  const { endpoint, upload } = call
  const { name, verb } = endpoint
  if (verb === 'get') {
    const { message, signType } = completeMessage(call.query, 'query', endpoint, context)
    return toRequest(call, resolveUrl({ ...call, query: message }), signType, context)
  }
  const url = resolveUrl(call)
  if (upload) {
    const { message, signType } = completeMessage(call.body, 'multipart', endpoint, context)
    const { headers, body } = upload.toForm(message)
    return toRequest({ ...call, headers: { ...call.headers, ...headers } }, url, signType, context, body)
  }
  const { decodeXml, encodeXml } = await loadXml()
  // Users of the axios instance may pass a document of their own.
  const isDocument = typeof call.body === 'string' || Buffer.isBuffer(call.body)
  const fields = isDocument ? orReject(name, () => decodeXml(call.body as string | Buffer)) : call.body
  const { message, signType } = completeMessage(fields, 'xml', endpoint, context)
  return toRequest(
    call,
    url,
    signType,
    context,
    orReject(name, () => encodeXml(message)),
  )
}

function toRequest(
  { endpoint, headers }: Call,
  { href }: WireUrl,
  signType: SignType,
  { hasCertificate }: V2Context,
  body?: SignedHttpRequest['body'],
): SignedHttpRequest {
  // Over plain HTTP, as to an emulator, there is nobody to show a certificate to.
  const certificate = endpoint.traits.certificate === true && href.startsWith('https:')
  if (certificate && !hasCertificate) {
    const how = IS_WORKERD
      ? 'fetch of a Worker shows none, so call it from Node, or give an adapter that shows it'
      : 'give new Wechatpay({ merchant: { cert, key } }) or { pfx, passphrase }'
    throw new RequestError(`${endpoint.name} asks for the merchant's client certificate: ${how}`)
  }
  return {
    method: endpoint.verb.toUpperCase(),
    url: href,
    headers: typeof body === 'string' ? { ...headers, 'Content-Type': 'text/xml; charset=utf-8' } : headers,
    body,
    signType,
    certificate,
  }
}

/**
 * The URL that a browser is sent to, or that a GET would use: its query completed and signed, with the fragment
 * that WeChat asks for.
 *
 * @throws {RequestError} when the query cannot be signed.
 */
export function signedUrl(parts: UrlParts, keys: V2Keys): string {
  const { message } = completeMessage(parts.query, 'query', parts.endpoint, keys)
  return resolveUrl({ ...parts, query: message }).href + (parts.endpoint.traits.fragment ?? '')
}

function orReject<Result>(name: string, make: () => Result): Result {
  try {
    return make()
  } catch (error) {
    if (error instanceof XmlProblem) throw new RequestError(`${name}: ${error.message}`)
    throw error
  }
}

function orRefuse<Result>(call: Call, make: () => Result): Result {
  try {
    return make()
  } catch (error) {
    if (error instanceof XmlProblem) throw refusal(call, 'ANSWER_INVALID', error.message)
    throw error
  }
}

/** Whether a document begins as XML. Bills begin with a heading, gzip with 1f 8b. */
function looksLikeXml(body: Buffer): boolean {
  return /^\uFEFF?\s*<(?:\?xml|xml[\s>])/.test(body.subarray(0, 64).toString())
}

function flatten(fields: XmlFields): Message | undefined {
  const texts = Object.values(fields).every((value) => typeof value === 'string')
  return texts ? (fields as Message) : undefined
}

/** A response without signature counts only where the API is known to make none, and if it is one of the API's at all. */
function assertBelievable(fields: XmlFields, call: Call): void {
  const { traits } = call.endpoint
  if (!call.unsigned && !traits.optionalSign) throw refusal(call, 'SIGNATURE_MISSING', 'it has no sign')
  if (!hasOutcome(fields)) throw refusal(call, 'ANSWER_INVALID', 'it has no return_code')
}

function refusal({ endpoint }: Call, code: VerificationErrorCode, why: string): VerificationError {
  return new VerificationError(`${endpoint.name}: the answer is not to be trusted: ${why}`, { code })
}

const isJson = (call: Call): boolean => call.unsigned && call.endpoint.traits.answer === 'json'

/** A response in JSON: numbers and texts. */
function decodeJson(body: Buffer, { endpoint }: Call): XmlFields {
  try {
    const value: unknown = JSON.parse(body.toString().replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as XmlFields
  } catch {
    // Reported below.
  }
  throw new VerificationError(`${endpoint.name}: the answer is no JSON object`, { code: 'ANSWER_INVALID' })
}

/** The fields with lists where elements may repeat, even if there was only one this time. */
function withLists(fields: XmlFields, { endpoint }: Call): XmlFields {
  return listed(fields, endpoint.traits.lists ?? [], '')
}

function listed(fields: XmlFields, lists: readonly string[], at: string): XmlFields {
  if (!lists.some((path) => path.startsWith(at))) return fields
  const entries = Object.entries(fields).map(([name, value]) => {
    const path = at + name
    const items = (Array.isArray(value) ? value : [value]) as readonly XmlValue[]
    const inner = items.map((item) => (isFields(item) ? listed(item, lists, `${path}.`) : item))
    if (lists.includes(path)) return [name, value === '' ? [] : inner] as const
    return [name, Array.isArray(value) ? inner : (inner[0] as XmlValue)] as const
  })
  return Object.fromEntries(entries)
}

const isFields = (value: XmlValue): value is XmlFields => typeof value === 'object' && !Array.isArray(value)
