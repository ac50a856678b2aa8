/** Request objects as source text, made from the catalogue's examples or, where there is none, its schema. */

import {
  eitherOf,
  embedded,
  type Fields,
  fieldsOf,
  isCases,
  isEnum,
  isFields,
  isLeaf,
  isList,
  leafOf,
  type Shape,
} from '../lib/catalog/schema.js'
import type { Endpoint } from './model.js'

/** Source text inside a value: what JSON cannot say. */
export class Source {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Declared by the generated program. */
export const SECRET = new Source('secret')
const FILE = new Source('file')

export type Request = Record<string, unknown>

const PARTS = ['query', 'headers', 'json', 'xml', 'multipart'] as const

/** The shape of one part of a request, and whether the catalogue asks for it. */
export function partOf(
  endpoint: Endpoint,
  name: (typeof PARTS)[number],
): { shape: Shape; optional: boolean } | undefined {
  if (endpoint[name]) return { shape: endpoint[name], optional: false }
  const optional = name === 'multipart' ? undefined : endpoint[`${name}?`]
  return optional && { shape: optional, optional: true }
}

export function requestOf(endpoint: Endpoint): Request {
  const request: Request = {}
  for (const [name, shape] of Object.entries(endpoint.path ?? {})) {
    request[name] = endpoint.example?.[name] ?? smallest(shape, endpoint)
  }
  for (const name of PARTS) {
    const part = partOf(endpoint, name)
    const sample = endpoint.example?.[name]
    if (!part || (sample === undefined && (part.optional || name === 'headers'))) continue
    request[name] =
      sample === undefined ? smallest(part.shape, endpoint) : adapt(part.shape, sample, endpoint)
  }
  return { ...request, ...leftovers(endpoint, request) }
}

/** What the example holds beyond the catalogue's own schema: it must not vanish unnoticed. */
const leftovers = ({ example = {} }: Endpoint, known: Request): Request =>
  Object.fromEntries(Object.entries(example).filter(([name]) => !(name in known)))

/** The sample with its secrets and files in the types that the client asks for. */
function adapt(shape: Shape, sample: unknown, endpoint: Endpoint): unknown {
  const type = isLeaf(shape) ? leafOf(shape).type : undefined
  if (type === 'encrypted' && endpoint.api === 'v3') return SECRET
  if (type === 'binary') return FILE
  if (embedded(shape)) return typeof sample === 'string' ? sample : JSON.stringify(sample)
  if (isList(shape) && Array.isArray(sample)) return sample.map((item) => adapt(shape[0], item, endpoint))
  if (typeof sample !== 'object' || sample === null) return sample
  if (isCases(shape)) return adapt(fitting(shape.$oneOf, sample), sample, endpoint)
  if (!isFields(shape)) return sample
  const fields = new Map(fieldsOf(shape).map((field) => [field.name, field.shape]))
  return Object.fromEntries(
    Object.entries(sample).map(([name, value]) => {
      const field = fields.get(name)
      return [name, field === undefined ? value : adapt(field, value, endpoint)]
    }),
  )
}

/** The first alternative that has all the sample's fields. */
function fitting(shapes: readonly Shape[], sample: object): Shape {
  const has = (shape: Shape): boolean => {
    const names = isFields(shape) ? new Set(fieldsOf(shape).map(({ name }) => name)) : new Set()
    return Object.keys(sample).every((name) => names.has(name))
  }
  return shapes.find(has) ?? shapes[0] ?? 'object'
}

/** The smallest valid value: required fields and the first alternative only, one item a list, known enum values. */
function smallest(shape: Shape, endpoint: Endpoint): unknown {
  if (isLeaf(shape)) {
    const { type, min = 1 } = leafOf(shape)
    if (type === 'encrypted') return endpoint.api === 'v3' ? SECRET : 'x'
    if (type === 'binary') return FILE
    if (type === 'string') return 'x'.repeat(min)
    if (type === 'integer' || type === 'number') return min
    return type === 'boolean' ? true : {}
  }
  if (isList(shape)) return [smallest(shape[0], endpoint)]
  if (isEnum(shape)) return shape.$enum[0]
  if (isCases(shape)) return smallest(shape.$oneOf[0] ?? 'object', endpoint)
  const inner = embedded(shape)
  if (inner) return endpoint.multipart ? smallest(inner.shape, endpoint) : 'x'
  const [alternative = []] = eitherOf(shape as Fields) ?? []
  const required = fieldsOf(shape as Fields).filter(({ optional, name }) => {
    return alternative.includes(name) || (!optional && !name.includes('$'))
  })
  return Object.fromEntries(required.map((field) => [field.name, smallest(field.shape, endpoint)]))
}

/** The value as an expression on one line. */
export function print(value: unknown): string {
  if (value instanceof Source) return value.text
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${print(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
