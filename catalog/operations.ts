import { embedded, type Fields, isEnum } from '../lib/catalog/schema.js'
import { ownIds } from './fills.js'
import {
  aboutOf,
  mergeObjects,
  objectType,
  type Property,
  type Type,
  type TypeOptions,
  typeOf,
} from './ir.js'
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

/** The type of `data` in the response of an endpoint. */
export function responseType(endpoint: Endpoint): Type {
  const { json, xml, binary, text, redirect } = endpoint.response
  if (redirect) return 'never'
  if (binary) return 'Buffer'
  if (text) return 'string'
  if (xml) return mergedType(typeOf(xml, { text: true, response: true }))
  if (json) return mergedType(typeOf(json, { text: false, response: true }))
  return 'undefined'
}

/** Alternatives of a response are merged into one object, so that a field can be read without a check of the case. */
const mergedType = (type: Type): Type =>
  typeof type === 'object' && 'union' in type ? mergeObjects(type.union) : type

function pathProperties(endpoint: Endpoint): Property[] {
  return Object.entries(endpoint.path ?? {}).map(([name, shape]) => {
    const about = aboutOf(shape)
    const type = isEnum(shape) ? typeOf(shape, REQUEST) : 'PathValue'
    return { name, optional: false, type, ...(about && { about }) }
  })
}

const REQUEST: TypeOptions = { text: false, response: false }

/** The fields that the client fills in whatever it is made of: the merchant's ID, and in v2 the signature. */
export function filledFields(endpoint: Endpoint): ReadonlySet<string> {
  if (endpoint.api === 'v3') return new Set(ownIds(endpoint))
  const merchant = endpoint.merchantId === undefined ? 'mch_id' : endpoint.merchantId
  return new Set(['nonce_str', 'sign', 'sign_type', ...(merchant ? [merchant] : [])])
}

function queryProperty(endpoint: Endpoint): Property[] {
  const query = part(endpoint, 'query')
  if (!query) return []
  const text = endpoint.api === 'v2'
  const type = typeOf(query.shape, { text, response: false, filled: filledFields(endpoint) })
  return [{ name: 'query', optional: query.optional || nothingRequired(type), type }]
}

/** Headers that a caller gives; the client adds `Wechatpay-Serial`. */
function headersProperty(endpoint: Endpoint): Property[] {
  const headers = part(endpoint, 'headers')
  if (!headers) return []
  const filled = new Set(['Wechatpay-Serial'])
  const type = typeOf(headers.shape, { text: false, response: false, filled })
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
    typeOf(body.shape, { text, response: false, filled: filledFields(endpoint) }),
  )
  // A documented JSON body is sent even when all its fields are optional, unless the client adds fields of its own.
  const isFilled = text || ownIds(endpoint).length > 0
  return [{ name: key, optional: body.optional || (isFilled && nothingRequired(type)), type }]
}

/** The Chinese names of the fields that every message of v2 has. */
const SIGNATURE_LABELS = { nonce_str: '随机字符串', sign: '签名' } as const

/** A request of v2 with the fields of the signature, which its page may leave out and a caller may give. */
function withSignature(endpoint: Endpoint, type: Type): Type {
  if (endpoint.api === 'v3' || typeof type !== 'object' || !('fields' in type)) return type
  const known = new Set(type.fields.map(({ name }) => name))
  const added = Object.entries(SIGNATURE_LABELS)
    .filter(([name]) => !known.has(name))
    .map(([name, label]) => ({
      name,
      optional: true,
      type: 'XmlValue',
      about: { label, filled: true as const },
    }))
  return objectType([...type.fields, ...added], type.either)
}

function multipartProperty(endpoint: Endpoint): Property[] {
  if (!endpoint.multipart) return []
  const meta = endpoint.multipart.meta && embedded(endpoint.multipart.meta)
  const { upload } = endpoint
  const computed = [upload?.name, upload?.digest, ...Object.keys(upload?.fixed ?? {})]
  const filled = new Set([...computed.filter((name) => name !== undefined), ...filledFields(endpoint)])
  const options: TypeOptions = { text: endpoint.api === 'v2', response: false, filled }
  const parts = typeOf(endpoint.multipart, options)
  if (!meta || typeof parts !== 'object' || !('fields' in parts)) {
    return [{ name: 'multipart', optional: false, type: parts }]
  }
  const metaType = typeOf(meta.shape as Fields, options)
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
