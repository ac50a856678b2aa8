import type { EndpointDocument } from '../catalog/document.js'
import {
  embedded,
  fieldsOf,
  isCases,
  isEnum,
  isFields,
  isLeaf,
  isList,
  leafOf,
  type Shape,
} from '../catalog/schema.js'

/** What a field holds; `json` is an object or a list. */
export type FieldType = 'text' | 'integer' | 'number' | 'boolean' | 'json'

/** The parts of a request object that have fields. */
export const PARTS = ['json', 'xml', 'query', 'headers'] as const
export type Part = (typeof PARTS)[number]

/** A field of an endpoint: `json.amount.total`. */
export interface Field {
  readonly part: Part
  readonly keys: readonly (string | number)[]
  readonly type: FieldType
  readonly required: boolean
}

export function shapeOf(document: EndpointDocument, part: Part): Shape | undefined {
  return document[part] ?? document[`${part}?`]
}

/** The field at a path inside a part; `undefined` when the documentation knows none. */
export function findField(
  document: EndpointDocument,
  part: Part,
  keys: readonly (string | number)[],
): Field | undefined {
  let shape = shapeOf(document, part)
  let required = true
  for (const key of keys) {
    const step = shape && stepInto(shape, key)
    if (!step) return undefined
    shape = step.shape
    required = !step.optional
  }
  return shape === undefined ? undefined : { part, keys, type: typeOf(shape, part), required }
}

/** All fields that have a name of their own: what lies inside lists has none. */
export function namedFields(document: EndpointDocument): Field[] {
  return PARTS.flatMap((part) => {
    const shape = shapeOf(document, part)
    return shape === undefined ? [] : below(shape, part, [])
  })
}

function below(shape: Shape, part: Part, keys: readonly string[]): Field[] {
  if (isCases(shape)) return shape.$oneOf.flatMap((one) => below(one, part, keys))
  if (!isFields(shape)) return []
  return fieldsOf(shape)
    .filter(({ name }) => !name.includes('$'))
    .flatMap(({ name, optional, shape: inner }) => {
      const here = [...keys, name]
      return [
        { part, keys: here, type: typeOf(inner, part), required: !optional },
        ...below(inner, part, here),
      ]
    })
}

function stepInto(
  shape: Shape,
  key: string | number,
): { shape: Shape | undefined; optional: boolean } | undefined {
  if (isLeaf(shape)) return leafOf(shape).type === 'object' ? { shape: 'object', optional: true } : undefined
  if (isList(shape)) return typeof key === 'number' ? { shape: shape[0], optional: true } : undefined
  if (isCases(shape)) {
    for (const one of shape.$oneOf) {
      const step = stepInto(one, key)
      if (step) return step
    }
    return undefined
  }
  if (!isFields(shape)) return undefined
  return fieldsOf(shape).find(({ name }) => name === key || matchesIndexed(name, String(key)))
}

/** `coupon_id_$n` stands for `coupon_id_0`, `coupon_id_1` … */
function matchesIndexed(name: string, key: string): boolean {
  return name.includes('$') && new RegExp(`^${name.replace(/\$[nm]/g, '\\d+')}$`).test(key)
}

function typeOf(shape: Shape, part: Part): FieldType {
  // Outside of JSON all values travel as text.
  if (part !== 'json') return 'text'
  if (isLeaf(shape)) {
    const { type } = leafOf(shape)
    if (type === 'object') return 'json'
    return type === 'integer' || type === 'number' || type === 'boolean' ? type : 'text'
  }
  if (embedded(shape)) return 'text'
  if (isEnum(shape)) return typeof shape.$enum[0] === 'number' ? 'number' : 'text'
  return 'json'
}
