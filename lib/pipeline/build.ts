import { AxiosHeaders, type RawAxiosHeaders } from 'axios'
import type { TemplatedEndpoint } from '../catalog/endpoint.js'
import { isDocumentedPrefix } from '../catalog/lookup.js'
import { type OwnValues, withOwnValues } from '../catalog/own-values.js'
import { expandTemplate, isEncoded } from '../chain/template.js'
import { RequestError } from '../errors.js'
import { nearestName } from '../nearest.js'
import { parseJson } from '../parse-json.js'
import { isPlainObject, isRecord, LOST_NAMES } from '../plain-object.js'
import type { Call, Protocol } from '../protocols/protocol.js'
import { Sensitive } from '../protocols/v3/sensitive.js'
import { ACCEPT_ENCODING } from '../transport/decompress.js'
import type { HttpHeaders } from '../transport/transport.js'
import { VERSION } from '../version.js'
import { inspectBody } from './json-body.js'
import { assertOption } from './options.js'

/** What a request object may hold beside the values of placeholders. */
const OPTION_KEYS: ReadonlySet<string> = new Set([
  'json',
  'xml',
  'query',
  'multipart',
  'sink',
  'decrypt',
  'validate',
  'retry',
  'headers',
  'baseURL',
  'timeout',
  'maxContentLength',
  'signal',
  'responseType',
  'onUploadProgress',
  'onDownloadProgress',
])

/** What holds for the calls of a client unless a request object says otherwise. */
export interface CallDefaults {
  readonly headers: HttpHeaders
  readonly timeout: number | undefined
  readonly maxContentLength: number | undefined
  readonly baseURL: string | undefined
  readonly onUploadProgress: Call['onUploadProgress']
  readonly onDownloadProgress: Call['onDownloadProgress']
  /** What requests get where they leave it out. */
  readonly own: OwnValues
}

/** A request object whose keys have been checked. */
export type RequestObject = Readonly<Record<string, unknown>>

const NOTHING: RequestObject = Object.freeze({})

/**
 * The call that a request object asks for. Everything a caller can get wrong is found here, before anything is sent.
 *
 * @throws {RequestError} naming the endpoint, the key and what to do.
 */
export function buildCall(endpoint: TemplatedEndpoint, request: unknown, defaults: CallDefaults): Call {
  const given = request === undefined ? NOTHING : assertObject(endpoint, 'the request', request)
  for (const key of Object.keys(given)) checkKey(endpoint, key, given[key])
  const path = expandTemplate(endpoint.wire, given)
  const { body, sensitive } = bodyOf(endpoint, given, defaults.own)
  const query = given.query instanceof URLSearchParams ? fieldsOf(given.query) : given.query
  return {
    endpoint,
    path,
    query: withOwnValues('query', query as RequestObject | undefined, endpoint.traits, defaults.own),
    body,
    sensitive,
    upload: undefined,
    headers: given.headers === undefined ? defaults.headers : mergeHeaders(defaults.headers, given.headers),
    baseURL: (given.baseURL as string | undefined) ?? defaults.baseURL,
    timeout: (given.timeout as number | undefined) ?? defaults.timeout ?? 0,
    maxContentLength: (given.maxContentLength as number | undefined) ?? defaults.maxContentLength,
    signal: given.signal as AbortSignal | undefined,
    responseType: given.sink === undefined ? (given.responseType as Call['responseType']) : 'stream',
    onUploadProgress: (given.onUploadProgress as Call['onUploadProgress']) ?? defaults.onUploadProgress,
    onDownloadProgress:
      (given.onDownloadProgress as Call['onDownloadProgress']) ?? defaults.onDownloadProgress,
    decrypt: given.decrypt === true,
    unsigned: endpoint.traits.unsigned === true,
    repeatable: isRepeatable(endpoint, given),
  }
}

function checkKey(endpoint: TemplatedEndpoint, key: string, value: unknown): void {
  if (!OPTION_KEYS.has(key)) {
    if (endpoint.placeholders.includes(key)) return
    throw new RequestError(`${endpoint.name}: ${unknownKey(endpoint, key)}`)
  }
  if (value === undefined || key === 'json') return
  assertOption(endpoint.name, key, value)
  if (key === 'query' && !(value instanceof URLSearchParams)) assertQuery(endpoint, value)
}

function assertQuery(endpoint: TemplatedEndpoint, value: unknown): void {
  const fields = Object.entries(assertFields(endpoint, 'query', value))
  // The pages of APIv2 want some URLs encoded, and so signed.
  const encoded =
    endpoint.protocol === 'v2'
      ? undefined
      : fields.find(([, text]) => typeof text === 'string' && isEncoded(text))
  if (encoded) {
    const problem = 'is percent-encoded already, and would be so twice: give decodeURIComponent(value)'
    throw new RequestError(`${endpoint.name}: query.${encoded[0]} ${problem}`)
  }
}

function unknownKey(endpoint: TemplatedEndpoint, key: string): string {
  const known = [...endpoint.placeholders, ...OPTION_KEYS]
  const nearest = nearestName(key, known)
  const body = endpoint.protocol === 'v2' ? 'xml' : 'json'
  const upload = endpoint.traits.upload
  const elsewhere = NAMES_ELSEWHERE.get(key)?.replace('BODY', `'${body}'`)
  if (upload && !elsewhere) {
    return `unknown key '${key}' in the request; it is an upload: { multipart: { ${upload.file}: … } }`
  }
  const hint = nearest ? `did you mean '${nearest}'?` : `known here: ${known.join(', ')}.`
  return `unknown key '${key}' in the request; ${elsewhere ?? `${hint} Body fields belong in '${body}', query parameters in 'query'`}`
}

/** What the names mean that axios and other SDKs have for parts of a request. */
const NAMES_ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    params: "query parameters are 'query'; the values of placeholders stand beside it",
    searchParams: "query parameters are 'query'",
    qs: "query parameters are 'query'",
    data: 'the body is BODY',
    body: 'the body is BODY',
    payload: 'the body is BODY',
    form: "a file is uploaded as 'multipart'",
    formData: "a file is uploaded as 'multipart'",
    files: "a file is uploaded as 'multipart'",
    security:
      'leave it out: which endpoints want the client certificate is known here, and it is an option of the client (merchant)',
    nonceless: 'leave it out: which endpoints take no nonce_str is known here',
    method: 'the method is the verb that is called: .get(…), .post(…)',
    url: 'the path is the chain, or wxpay.chain(path)',
    auth: 'leave it out: requests are signed here',
    url_params: 'the values of placeholders stand beside the body',
  }),
)

/** Parameters by their names; one that repeats has a list of values. */
export function fieldsOf(query: URLSearchParams): RequestObject {
  const values = (name: string): string | string[] => {
    const all = query.getAll(name)
    return all.length === 1 ? (all[0] as string) : all
  }
  return Object.fromEntries([...query.keys()].map((name) => [name, values(name)]))
}

/** @throws {RequestError} saying what the value is instead of a plain object. */
export function assertObject(endpoint: TemplatedEndpoint, what: string, value: unknown): RequestObject {
  if (isPlainObject(value)) return value
  throw new RequestError(`${endpoint.name}: ${what} must be a plain object, not ${describe(value)}`)
}

function assertFields(endpoint: TemplatedEndpoint, what: string, value: unknown): RequestObject {
  const fields = assertObject(endpoint, what, value)
  const lost = Object.keys(fields).find((name) => LOST_NAMES.has(name))
  if (lost) throw new RequestError(`${endpoint.name}: ${what}.${lost} is no name of a field`)
  return fields
}

/** The body, which each version of the API takes in a format of its own. An upload's comes with its file. */
function bodyOf(
  endpoint: TemplatedEndpoint,
  request: RequestObject,
  own: OwnValues,
): Pick<Call, 'body' | 'sensitive'> {
  const { name, protocol, verb, traits } = endpoint
  const { json, xml, multipart, query } = request
  const misplaced = protocol === 'v2' ? v2Problem(endpoint, request) : v3Problem(endpoint, request)
  if (misplaced) throw new RequestError(`${name}: ${misplaced}`)
  if (verb === 'get' && (json ?? xml) !== undefined) {
    throw new RequestError(`${name}: a GET carries no body; pass parameters as 'query'`)
  }
  const problem = bodyProblem(endpoint, request)
  if (problem) throw new RequestError(`${name}: ${problem}`)
  if (protocol === 'v2')
    return { body: withOwnValues('xml', xmlFields(endpoint, xml), traits, own), sensitive: false }
  // A body that is JSON already stays as it is.
  const whole = json === undefined || isRecord(json) ? withOwnValues('json', json, traits, own) : json
  const findings = whole === undefined ? undefined : inspectBody(whole)
  if (findings?.problem) throw new RequestError(`${name}: ${findings.problem}`)
  // Of an upload, too: it is not looked through here.
  const sensitive = findings?.sensitive || query !== undefined || multipart !== undefined
  return { body: findings?.body, sensitive }
}

function xmlFields(endpoint: TemplatedEndpoint, xml: unknown): RequestObject | undefined {
  if (xml === undefined) return undefined
  const fields = assertFields(endpoint, 'xml', xml)
  const marked = Object.keys(fields).find((name) => fields[name] instanceof Sensitive)
  if (marked === undefined) return fields
  const problem = 'sensitive() is for `json` and `query` of APIv3; nothing is encrypted in APIv2'
  throw new RequestError(`${endpoint.name}: xml.${marked}: ${problem}`)
}

/** What is wrong with a body that is not there, or no object, as of a variable that was not set. */
function bodyProblem(
  { documented, repeatKey, verb, traits }: TemplatedEndpoint,
  { json, xml, multipart }: RequestObject,
): string | undefined {
  const part = repeatKey?.[0]
  const isMissing = (part === 'json' && json === undefined) || (part === 'xml' && xml === undefined)
  if (isMissing && verb !== 'get' && multipart === undefined)
    return `${part} is missing: the body, with ${repeatKey?.slice(1).join('.')}`
  if (traits.upload && documented && multipart === undefined && !traits.upload.flat) {
    return `an upload; pass { multipart: { ${traits.upload.file}: … } }`
  }
  if (json === undefined || !documented) return undefined
  const body = typeof json === 'string' ? parseJson(json) : json
  return isRecord(body) || Buffer.isBuffer(body)
    ? undefined
    : `json must be an object, not ${describe(body ?? json)}`
}

function v3Problem(
  { path, traits }: TemplatedEndpoint,
  { json, xml, multipart }: RequestObject,
): string | undefined {
  const file = traits.upload?.file
  if (json !== undefined && (file ?? multipart) !== undefined) {
    return `an upload has no 'json': pass { multipart: { ${file ?? 'file'}: … } }; its other fields go into 'multipart.meta'`
  }
  if (xml === undefined) return undefined
  return isDocumentedPrefix(`v2/${path}`)
    ? `did you mean v2/${path}? The paths of APIv2 begin with v2/`
    : "APIv3 speaks JSON; pass the body as 'json' instead of 'xml'"
}

function v2Problem(
  { traits }: TemplatedEndpoint,
  { json, xml, multipart }: RequestObject,
): string | undefined {
  const isUpload = traits.upload !== undefined
  if (json !== undefined) return "APIv2 speaks XML; pass the body as 'xml' instead of 'json'"
  if (isUpload && xml !== undefined) return "an upload; pass its parts as 'multipart'"
  return multipart === undefined || isUpload ? undefined : "takes no file: pass the body as 'xml'"
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? (value.constructor?.name ?? 'an object') : typeof value
}

/** Whether sending a request again has no further effect: it only reads, or carries the number by which the API knows a repeat. */
export function isRepeatable(endpoint: TemplatedEndpoint, request: unknown): boolean {
  const { repeatKey, reads } = endpoint
  if (reads) return true
  if (repeatKey === undefined) return false
  if (repeatKey.length === 0) return true
  let value = request
  for (const name of repeatKey) value = (value as RequestObject | undefined)?.[name]
  return value !== undefined && value !== null && value !== ''
}

/** Headers that the client sets itself. */
const OURS: ReadonlySet<string> = new Set(['authorization', 'content-length', 'transfer-encoding'])

/** Headers that protocols look up, in their spelling. */
const SPELLED: Readonly<Record<string, string>> = {
  'content-type': 'Content-Type',
  'wechatpay-serial': 'Wechatpay-Serial',
}

/** The headers of every request. Without the first and the last, the gateway refuses it. */
export function requiredHeaders({ accept }: Pick<Protocol, 'accept'>): Readonly<Record<string, string>> {
  return {
    Accept: accept,
    'Accept-Encoding': ACCEPT_ENCODING,
    'User-Agent': `wechatpay-fluent/${VERSION} node/${process.versions.node}`,
  }
}

/** Headers that may be replaced, and not be taken away. */
const ALWAYS = ['Accept', 'User-Agent']

/** Default headers with those of a caller on top; `null` and `false` take a header away, unless it is always needed. */
export function mergeHeaders(defaults: HttpHeaders, given: unknown): HttpHeaders {
  const merged = AxiosHeaders.concat(defaults, given as RawAxiosHeaders)
  for (const name of ALWAYS) if (!merged.get(name) && defaults[name]) merged.set(name, defaults[name], true)
  return ownHeaders(merged.toJSON())
}

/** Headers without those that the client sets itself, the others in the spelling in which protocols look them up. */
export function ownHeaders(given: object): HttpHeaders {
  const headers: HttpHeaders = {}
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase()
    if (!OURS.has(lower)) headers[SPELLED[lower] ?? name] = value as string | string[]
  }
  return headers
}
