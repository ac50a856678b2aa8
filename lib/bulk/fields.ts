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
import type { FieldPath } from './field-path.js'

/** The type of a field's value; `json` is an object or a list. */
export type FieldType = 'text' | 'integer' | 'number' | 'boolean' | 'json'

/** The parts of a request object that have fields, the body first. */
export const REQUEST_PARTS = ['json', 'xml', 'query', 'headers'] as const
export type RequestPart = (typeof REQUEST_PARTS)[number]

/** A documented field of an endpoint. */
export interface Field {
  /** The path in the request object, its part included: `['json', 'amount', 'total']`. */
  readonly path: FieldPath
  readonly type: FieldType
  readonly required: boolean
}

/** A documented field by its path below a part; `undefined` when there is none. */
export function findField(document: EndpointDocument, part: RequestPart, keys: FieldPath): Field | undefined {
  let shape = shapeOf(document, part)
  let required = true
  for (const key of keys) {
    const child = shape && childOf(shape, key)
    if (!child) return undefined
    shape = child.shape
    required = !child.optional
  }
  return shape === undefined ? undefined : { path: [part, ...keys], type: typeOf(shape, part), required }
}

/** All documented fields but those inside lists, which have no path without an index. */
export function documentedFields(document: EndpointDocument): Field[] {
  return REQUEST_PARTS.flatMap((part) => {
    const shape = shapeOf(document, part)
    return shape === undefined ? [] : fieldsBelow(shape, part, [part])
  })
}

function shapeOf(document: EndpointDocument, part: RequestPart): Shape | undefined {
  return document[part] ?? document[`${part}?`]
}

function fieldsBelow(shape: Shape, part: RequestPart, parent: FieldPath): Field[] {
  if (isCases(shape)) return shape.$oneOf.flatMap((one) => fieldsBelow(one, part, parent))
  if (!isFields(shape)) return []
  return fieldsOf(shape)
    .filter(({ name }) => !name.includes('$'))
    .flatMap(({ name, optional, shape: child }) => {
      const path = [...parent, name]
      return [{ path, type: typeOf(child, part), required: !optional }, ...fieldsBelow(child, part, path)]
    })
}

function childOf(
  shape: Shape,
  key: string | number,
): { shape: Shape | undefined; optional: boolean } | undefined {
  if (isLeaf(shape)) return leafOf(shape).type === 'object' ? { shape: 'object', optional: true } : undefined
  if (isList(shape)) return typeof key === 'number' ? { shape: shape[0], optional: true } : undefined
  if (isCases(shape)) {
    for (const one of shape.$oneOf) {
      const child = childOf(one, key)
      if (child) return child
    }
    return undefined
  }
  if (!isFields(shape)) return undefined
  return fieldsOf(shape).find(({ name }) => name === key || matchesIndexed(name, String(key)))
}

/** Whether a name such as `coupon_id_$n`, which stands for `coupon_id_0`, `coupon_id_1` …, stands for a key. */
function matchesIndexed(name: string, key: string): boolean {
  return name.includes('$') && new RegExp(`^${name.replace(/\$[nm]/g, '\\d+')}$`).test(key)
}

function typeOf(shape: Shape, part: RequestPart): FieldType {
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
