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
import { RequestError } from '../index.js'

/** The path of a field in a request object: `['json', 'amount', 'total']`, `['card_id']`. */
export type FieldPath = readonly (string | number)[]

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

/** What a shape has below it: a name with a `$` stands for any number of fields. */
interface Child {
  readonly name: string
  readonly optional: boolean
  readonly shape: Shape
}

const ITEM = '$item'
const ANY = '$any'

/** A documented field by its path below a part; `undefined` when there is none. */
export function findField(document: EndpointDocument, part: RequestPart, keys: FieldPath): Field | undefined {
  let shape = shapeOf(document, part)
  let required = true
  for (const key of keys) {
    const child = shape && childrenOf(shape).find(({ name }) => standsFor(name, key))
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

/**
 * The required fields of a part that nothing fills: of an object that is filled in part, those it still lacks.
 *
 * @param isFilled whether a field has a value of its own; one of an object counts for all fields below it
 */
export function missingFields(
  document: EndpointDocument,
  part: RequestPart,
  isFilled: (field: FieldPath) => boolean,
): string[] {
  // A part that may be left out as a whole lacks nothing.
  const shape = document[part]
  return shape === undefined ? [] : missingBelow(shape, [part], isFilled)
}

function missingBelow(shape: Shape, parent: FieldPath, isFilled: (field: FieldPath) => boolean): string[] {
  // Of alternatives nobody knows which is meant.
  if (!isFields(shape)) return []
  return childrenOf(shape).flatMap(({ name, optional, shape: child }) => {
    const path = [...parent, name]
    if (name.includes('$') || isFilled(path)) return []
    const isPart = fieldsBelow(child, 'json', path).some((field) => isFilled(field.path))
    if (optional && !isPart) return []
    const below = missingBelow(child, path, isFilled)
    return below.length > 0 || isPart ? below : [formatFieldPath(path)]
  })
}

function shapeOf(document: EndpointDocument, part: RequestPart): Shape | undefined {
  return document[part] ?? document[`${part}?`]
}

function fieldsBelow(shape: Shape, part: RequestPart, parent: FieldPath): Field[] {
  return childrenOf(shape)
    .filter(({ name }) => !name.includes('$'))
    .flatMap(({ name, optional, shape: child }) => {
      const path = [...parent, name]
      return [{ path, type: typeOf(child, part), required: !optional }, ...fieldsBelow(child, part, path)]
    })
}

function childrenOf(shape: Shape): readonly Child[] {
  if (isList(shape)) return [{ name: ITEM, optional: true, shape: shape[0] }]
  if (isCases(shape)) return shape.$oneOf.flatMap(childrenOf)
  if (isFields(shape)) return fieldsOf(shape)
  const isFree = isLeaf(shape) && leafOf(shape).type === 'object'
  return isFree ? [{ name: ANY, optional: true, shape: 'object' }] : []
}

/** Whether a name stands for a key; `coupon_id_$n` stands for `coupon_id_0`, `coupon_id_1` … */
function standsFor(name: string, key: string | number): boolean {
  if (name === ITEM) return typeof key === 'number'
  if (name === key || name === ANY) return true
  return name.includes('$') && new RegExp(`^${name.replace(/\$[nm]/g, '\\d+')}$`).test(String(key))
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

const KEY = /^[\w-]+$/

/**
 * Parses a field path: `json.amount.total`, `json.receivers[0].account`, `card_id`.
 *
 * @throws {RequestError} when the text is none.
 */
export function parseFieldPath(text: string): FieldPath {
  const keys = text
    .trim()
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
  if (keys.some((key) => !KEY.test(key) || key === '__proto__')) {
    throw new RequestError(`'${text}' is no field: write it as json.openid, query.limit or card_id`)
  }
  return keys.map((key, index) => (index > 0 && /^\d{1,4}$/.test(key) ? Number(key) : key))
}

export function formatFieldPath(path: FieldPath): string {
  return path.join('.')
}

/** The value of a field; `undefined` when the request has none. */
export function getField(request: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    request,
  )
}

/** Sets the value of a field, and makes the objects and lists that lead to it. */
export function setField(request: Record<string, unknown>, path: FieldPath, value: unknown): void {
  let parent = request as Record<string | number, unknown>
  for (const [index, key] of path.entries()) {
    if (index === path.length - 1) parent[key] = value
    else {
      parent[key] ??= typeof path[index + 1] === 'number' ? [] : {}
      parent = parent[key] as Record<string | number, unknown>
    }
  }
}
