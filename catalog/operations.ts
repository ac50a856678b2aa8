import { embedded, type Fields, isEnum } from '../lib/catalog/schema.js'
import { aboutOf, mergeObjects, objectType, type Place, type Property, type Type, typeOf } from './ir.js'
import { type Endpoint, part } from './model.js'

/** The request object of an endpoint: path values by name, then the parts of the request. */
export function requestType(endpoint: Endpoint): Type {
  return objectType([
    ...pathProperties(endpoint),
    ...queryProperty(endpoint),
    ...headersProperty(endpoint),
    ...bodyProperty(endpoint, 'json'),
    ...bodyProperty(endpoint, 'xml'),
    ...multipartProperty(endpoint),
  ])
}

/** What the promise of a call holds as `data`. */
export function responseType(endpoint: Endpoint): Type {
  const { json, xml, binary, text, redirect } = endpoint.response
  if (redirect) return 'never'
  if (binary) return 'Buffer'
  if (text) return 'string'
  if (xml) return answerType(typeOf(xml, { text: true, answer: true }))
  if (json) return answerType(typeOf(json, { text: false, answer: true }))
  return 'undefined'
}

/** Alternatives of an answer become one object, so that a field can be read without asking for the case. */
const answerType = (type: Type): Type =>
  typeof type === 'object' && 'union' in type ? mergeObjects(type.union) : type

function pathProperties(endpoint: Endpoint): Property[] {
  return Object.entries(endpoint.path ?? {}).map(([name, shape]) => {
    const about = aboutOf(shape)
    const type = isEnum(shape) ? typeOf(shape, REQUEST) : 'PathValue'
    return { name, optional: false, type, ...(about && { about }) }
  })
}

const REQUEST: Place = { text: false, answer: false }

/** The v2 fields a client knows by itself: who it is, and how it signs. */
export function filledFields(endpoint: Endpoint): ReadonlySet<string> {
  if (endpoint.api === 'v3') return new Set()
  const merchant = endpoint.merchantId === undefined ? 'mch_id' : endpoint.merchantId
  return new Set(['nonce_str', 'sign', 'sign_type', ...(merchant ? [merchant] : [])])
}

function queryProperty(endpoint: Endpoint): Property[] {
  const query = part(endpoint, 'query')
  if (!query) return []
  const text = endpoint.api === 'v2'
  const type = typeOf(query.shape, { text, answer: false, filled: filledFields(endpoint) })
  return [{ name: 'query', optional: query.optional || nothingRequired(type), type }]
}

/** Headers worth a type: `Wechatpay-Serial` is the client's own business. */
function headersProperty(endpoint: Endpoint): Property[] {
  const headers = part(endpoint, 'headers')
  if (!headers) return []
  const filled = new Set(['Wechatpay-Serial'])
  const type = typeOf(headers.shape, { text: false, answer: false, filled })
  if (typeof type !== 'object' || !('fields' in type)) return []
  if (type.fields.every(({ name }) => filled.has(name))) return []
  return [{ name: 'headers', optional: headers.optional || nothingRequired(type), type }]
}

function bodyProperty(endpoint: Endpoint, key: 'json' | 'xml'): Property[] {
  const body = part(endpoint, key)
  if (!body) return []
  const text = key === 'xml'
  const type = withSignature(
    endpoint,
    typeOf(body.shape, { text, answer: false, filled: filledFields(endpoint) }),
  )
  // A JSON body the page asks for is sent even when it may be empty; v2 always has the client's own fields.
  return [{ name: key, optional: body.optional || (text && nothingRequired(type)), type }]
}

/** What the pages call the fields that every message of v2 carries. */
const SIGNATURE_LABELS = { nonce_str: '随机字符串', sign: '签名' } as const

/** The pages of v2 leave out what every message carries, but a caller may still give it. */
function withSignature(endpoint: Endpoint, type: Type): Type {
  if (endpoint.api === 'v3' || typeof type !== 'object' || !('fields' in type)) return type
  const known = new Set(type.fields.map(({ name }) => name))
  const added = Object.entries(SIGNATURE_LABELS)
    .filter(([name]) => !known.has(name))
    .map(([name, label]) => ({ name, optional: true, type: 'XmlValue', about: { label } }))
  return objectType([...type.fields, ...added], type.either)
}

function multipartProperty(endpoint: Endpoint): Property[] {
  if (!endpoint.multipart) return []
  const meta = endpoint.multipart.meta && embedded(endpoint.multipart.meta)
  const { upload } = endpoint
  const computed = [upload?.name, upload?.digest, ...Object.keys(upload?.fixed ?? {})]
  const filled = new Set([...computed.filter((name) => name !== undefined), ...filledFields(endpoint)])
  const place: Place = { text: endpoint.api === 'v2', answer: false, filled }
  const parts = typeOf(endpoint.multipart, place)
  if (!meta || typeof parts !== 'object' || !('fields' in parts)) {
    return [{ name: 'multipart', optional: false, type: parts }]
  }
  const metaType = typeOf(meta.shape as Fields, place)
  const fields = parts.fields.map((field) =>
    field.name === 'meta' ? { name: 'meta', optional: nothingRequired(metaType), type: metaType } : field,
  )
  return [{ name: 'multipart', optional: false, type: objectType(fields) }]
}

const nothingRequired = (type: Type): boolean =>
  typeof type === 'object' &&
  'fields' in type &&
  !type.either &&
  type.fields.every(({ optional }) => optional)
