import {
  eitherOf,
  embedded,
  fieldsOf,
  type Groups,
  isCases,
  isEnum,
  isFields,
  isLeaf,
  isList,
  itemsOf,
  type Leaf,
  labelOf,
  leafOf,
  type Shape,
} from '../lib/catalog/schema.js'

/** A TypeScript type before it is printed. Types are compared by their JSON. */
export type Type =
  | string
  | { readonly list: Type }
  | { readonly union: readonly Type[] }
  | { readonly values: readonly (string | number)[] }
  | { readonly fields: readonly Property[]; readonly either?: Groups }

export interface Property {
  readonly name: string
  readonly optional: boolean
  readonly type: Type
  /** What its JSDoc says: the label, the unit and limits, and the fields that it is an alternative to. */
  readonly about?: About
}

export type About = Omit<Leaf, 'type'> & {
  readonly oneOf?: readonly string[]
  readonly maxItems?: number
  /** The client fills it in where it is left out. */
  readonly filled?: true
}

/** How a shape is typed depends on where it is used. */
export interface TypeOptions {
  /** Values travel as text, as in the XML of v2; a request may give numbers. */
  readonly text: boolean
  /** The shape is part of a response, else of a request. */
  readonly response: boolean
  /** Request fields that the client fills in, which are optional. */
  readonly filled?: ReadonlySet<string>
}

export const objectType = (fields: readonly Property[], either?: Groups): Type => ({
  fields,
  ...(either && { either }),
})

export function typeOf(shape: Shape, options: TypeOptions): Type {
  if (isLeaf(shape)) return leafType(leafOf(shape), options)
  if (isList(shape)) return { list: typeOf(shape[0], inner(options)) }
  if (isEnum(shape)) {
    if (options.text && typeof shape.$enum[0] === 'number') return textType(options)
    return { values: shape.$enum }
  }
  if (isCases(shape)) return { union: unique(shape.$oneOf.map((one) => typeOf(one, options))) }
  if (embedded(shape)) return 'string'
  if (!isFields(shape)) return 'unknown'
  const either = eitherOf(shape)
  const properties = fieldsOf(shape).map(({ name, optional, shape: field }): Property => {
    const isFilled = options.filled?.has(name) === true
    const documented = aboutOf(field, either?.find((group) => group.includes(name)) && either)
    const about = isFilled ? { ...documented, filled: true as const } : documented
    return {
      name,
      optional: optional || isFilled,
      type: typeOf(field, inner(options)),
      ...(about && { about }),
    }
  })
  // Two alternatives are a readable union; more of them are described in the JSDoc. A response is only read.
  return objectType(properties, either?.length === 2 && !options.response ? either : undefined)
}

/** What the JSDoc of a field says; `either` has the groups of alternative fields that it belongs to. */
export function aboutOf(shape: Shape, either?: Groups): About | undefined {
  const label = labelOf(shape)
  const { type: _, ...facts } = isLeaf(shape) ? leafOf(shape) : { type: undefined }
  const oneOf = either?.map((group) => group.join(' + '))
  const maxItems = isList(shape) ? itemsOf(shape).maxItems : undefined
  const about: About = {
    ...facts,
    ...(maxItems && { maxItems }),
    ...(label && { label }),
    ...(oneOf && { oneOf }),
  }
  return Object.keys(about).length > 0 ? about : undefined
}

/** The options of what is inside an object: the client fills in fields of the outermost one alone. */
const inner = ({ text, response }: TypeOptions): TypeOptions => ({ text, response })

const textType = ({ response }: TypeOptions): Type => (response ? 'string' : 'XmlValue')

function leafType({ type }: Leaf, options: TypeOptions): Type {
  if (type === 'object') return 'Record<string, unknown>'
  if (type === 'binary') return 'FilePart'
  // v2 encrypts with keys of its own (risk/getpublickey), so the caller brings the cipher text.
  if (type === 'encrypted') return options.response || options.text ? 'string' : 'Sensitive | Ciphertext'
  if (options.text) return textType(options)
  return type === 'integer' ? 'number' : type
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
 * One object instead of several: it has every field of them, required where all of them require it. Handlers can read a
 * field without a check of which case arrived.
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
      const type = variants.length === 1 && only ? only : mergeVariants(variants)
      const about = present.find((field) => field.about)?.about
      return { name, optional, type, ...(about && { about }) }
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
