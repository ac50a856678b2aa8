import { embedded, fieldsOf, isCases, isEnum, isFields, isList, type Shape } from '../lib/routes/schema.js'

/** A TypeScript type before it is printed, small enough to be compared by its JSON. */
export type Type =
  | string
  | { readonly list: Type }
  | { readonly union: readonly Type[] }
  | { readonly values: readonly (string | number)[] }
  | { readonly fields: readonly Property[] }

export interface Property {
  readonly name: string
  readonly optional: boolean
  readonly type: Type
}

/** Where a shape travels decides how its leaves are typed and which of its fields are sure. */
export interface Place {
  /** XML of v2: values are text; a request may give numbers. */
  readonly text: boolean
  readonly answer: boolean
  /** Answers: whether the fields of the outermost object are as required as the page says. */
  readonly sure?: boolean
  /** Request fields the client fills in when they are left out. */
  readonly filled?: ReadonlySet<string>
}

export const objectType = (fields: readonly Property[]): Type => ({ fields })

export function typeOf(shape: Shape, place: Place): Type {
  if (typeof shape === 'string') return leafType(shape, place)
  if (isList(shape)) return { list: typeOf(shape[0], inner(place)) }
  if (isEnum(shape)) {
    if (place.text && typeof shape.$enum[0] === 'number') return textType(place)
    return { values: shape.$enum }
  }
  if (isCases(shape)) return { union: unique(shape.$oneOf.map((one) => typeOf(one, place))) }
  if (embedded(shape)) return 'string'
  if (!isFields(shape)) return 'unknown'
  const properties = fieldsOf(shape).map(({ name, optional, shape: field }): Property => {
    const unsure = place.answer ? !place.sure : place.filled?.has(name)
    return { name, optional: optional || Boolean(unsure), type: typeOf(field, inner(place)) }
  })
  return objectType(properties)
}

/** Only the outermost object's fields are sure, and only there does the client fill anything in. */
const inner = ({ text, answer }: Place): Place => ({ text, answer })

const textType = ({ answer }: Place): Type => (answer ? 'string' : 'XmlValue')

function leafType(leaf: string, place: Place): Type {
  if (leaf === 'object') return 'Record<string, unknown>'
  if (leaf === 'binary') return 'FilePart'
  // v2 encrypts with keys of its own (risk/getpublickey), so the caller brings the cipher text.
  if (leaf === 'encrypted') return place.answer || place.text ? 'string' : 'Sensitive | Ciphertext'
  if (place.text) return textType(place)
  return leaf === 'integer' ? 'number' : leaf
}

export function unique(types: readonly Type[]): Type[] {
  const seen = new Set<string>()
  return types.filter((type) => {
    const key = keyOf(type)
    return !seen.has(key) && seen.add(key)
  })
}

const keys = new WeakMap<object, string>()

/** Two types with the same key are the same type. */
export function keyOf(type: Type): string {
  if (typeof type === 'string') return type
  let key = keys.get(type)
  if (key === undefined) {
    key = JSON.stringify(type)
    keys.set(type, key)
  }
  return key
}

/**
 * One object that stands for any of several: every field, sure where it is sure in all of them.
 * Handlers can read a field without asking first which of the cases arrived.
 */
export function mergeObjects(types: readonly Type[]): Type {
  const objects = types.flatMap((type) => (typeof type === 'object' && 'fields' in type ? [type.fields] : []))
  const [first] = types
  if (objects.length !== types.length || !first) return { union: unique(types) }
  if (objects.length === 1) return first
  const names = [...new Set(objects.flatMap((fields) => fields.map(({ name }) => name)))]
  return objectType(
    names.map((name) => {
      const found = objects.map((fields) => fields.find((field) => field.name === name))
      const present = found.filter((field) => field !== undefined)
      const variants = unique(present.map(({ type }) => type))
      const [only] = variants
      const optional = present.length < found.length || present.some((field) => field.optional)
      return { name, optional, type: variants.length === 1 && only ? only : mergeVariants(variants) }
    }),
  )
}

function mergeVariants(types: readonly Type[]): Type {
  const lists = types.flatMap((type) => (typeof type === 'object' && 'list' in type ? [type.list] : []))
  if (lists.length === types.length) return { list: mergeObjects(unique(lists)) }
  const values = types.flatMap((type) => (typeof type === 'object' && 'values' in type ? [type.values] : []))
  if (values.length === types.length) return { values: [...new Set(values.flat())] }
  const plain = types.every((type) => typeof type === 'string' || 'values' in type)
  if (plain && types.includes('string')) return types.includes('number') ? 'string | number' : 'string'
  return mergeObjects(types)
}
