/**
 * The catalogue writes a schema the way TypeScript would: `name?: string`, `[item]` for a list. That notation is
 * what people edit and what the emulator ships; `toJsonSchema` makes the JSON Schema a validator understands.
 */
export type Shape = LeafText | readonly [Shape] | Fields | Enum | Embedded | Cases

/**
 * A leaf, written as one text: its type, then, where they are known, its range, its pattern and its Chinese name, as in
 * `string 6..32 /^[\w-]+$/ 商户订单号` or `fen 1.. 订单金额`. `leafOf` reads it.
 */
export type LeafText = Word | `${Word} ${string}`
type Word = (typeof LEAF_TYPES)[number] | Unit

/** What a leaf says of itself. */
export interface Leaf {
  /** `encrypted` is a string encrypted for its reader; `binary` a file; `object` one of any fields. */
  readonly type: (typeof LEAF_TYPES)[number]
  /** The unit of an amount, which is a whole number: 分 (fen), or the smallest unit of its currency. */
  readonly unit?: Unit
  /** The smallest number of characters of a string, or the smallest value of a number. */
  readonly min?: number
  readonly max?: number
  /** A regular expression that the value satisfies. */
  readonly pattern?: string
  /** The field's name in the official documentation. */
  readonly label?: string
}

/** The unit of an amount, in the notation the type of its leaf. */
export type Unit = 'fen' | 'minor'

export const LEAF_TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'encrypted', 'binary'] as const
export const UNITS = ['fen', 'minor'] as const

/**
 * Fields by name; a trailing `?` marks an optional one, `$n` and `$m` stand for running indexes. `$label` is the name of
 * the object, or of the list it is an item of (`labelOf`); `$either` lists groups of fields of which one has to be there
 * whole (`eitherOf`), `$items` how many a list of them may have (`itemsOf`).
 */
export type Fields = { readonly [name: string]: Shape }
/** Groups of the names of fields. */
export type Groups = readonly (readonly string[])[]
/** Known values, not a closed set. */
export type Enum = { readonly $enum: readonly (string | number)[]; readonly $label?: string }
/** A string that carries JSON or a form. */
export type Embedded = { readonly $label?: string } & ({ readonly $json: Shape } | { readonly $form: Shape })
/** Alternatives; each may name its case in `$case`. */
export type Cases = { readonly $oneOf: readonly Shape[]; readonly $label?: string }

export interface JsonSchema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array'
  /** The field's Chinese name: an annotation, which problems are reported with. */
  readonly title?: string
  readonly unit?: Unit
  /** A whole number that travels as text: an annotation. */
  readonly wholeNumber?: true
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: false
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  /** Known values: an annotation, because the API adds values without notice. */
  readonly examples?: readonly (string | number)[]
  readonly contentMediaType?: string
  readonly contentSchema?: JsonSchema
  readonly format?: 'binary'
  readonly encrypted?: true
}

export interface JsonSchemaOptions {
  /** The values travel as text (XML, a query string, a path): every leaf is a string. */
  readonly text?: boolean
  /** Objects have the documented fields and no others, because the API refuses unknown ones. */
  readonly closed?: boolean
}

export const isLeaf = (shape: Shape): shape is LeafText => typeof shape === 'string'
export const isEnum = (shape: Shape): shape is Enum => typeof shape === 'object' && '$enum' in shape
export const isCases = (shape: Shape): shape is Cases => typeof shape === 'object' && '$oneOf' in shape
export const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)
export const isFields = (shape: Shape): shape is Fields =>
  typeof shape === 'object' && !isList(shape) && !isEnum(shape) && !isCases(shape) && !embedded(shape)

const LEAF =
  /^(?<type>[a-z]+)(?: (?<min>-?\d*)\.\.(?<max>\d*))?(?: \/(?<pattern>(?:[^/\\]|\\.)+)\/)?(?: (?<label>\S.*))?$/u

/** A leaf's text taken apart; `undefined` when it is not in the notation. */
export function readLeaf(text: string): Leaf | undefined {
  const { type, min, max, pattern, label } = LEAF.exec(text)?.groups ?? {}
  const unit = UNITS.find((one) => one === type)
  const plain = unit ? 'integer' : LEAF_TYPES.find((one) => one === type)
  if (!plain) return undefined
  return {
    type: plain,
    ...(unit && { unit }),
    ...(min && { min: Number(min) }),
    ...(max && { max: Number(max) }),
    ...(pattern && { pattern }),
    ...(label && { label }),
  }
}

/** A leaf's text taken apart. */
export function leafOf(text: LeafText): Leaf {
  const leaf = readLeaf(text)
  if (!leaf) throw new Error(`'${text}' is no leaf of the catalogue`)
  return leaf
}

/** The field's name in the official documentation. */
export function labelOf(shape: Shape): string | undefined {
  if (isLeaf(shape)) return leafOf(shape).label
  if (isList(shape)) return labelOf(shape[0])
  return (shape as { readonly $label?: string }).$label
}

/** The groups of fields of which one has to be there whole. */
export const eitherOf = (shape: Fields): Groups | undefined =>
  (shape as { readonly $either?: Groups }).$either

/** How many items a list may have. */
export function itemsOf([item]: readonly [Shape]): {
  readonly minItems?: number
  readonly maxItems?: number
} {
  if (isLeaf(item)) return {}
  const [min, max] = (item as { readonly $items?: string }).$items?.split('..') ?? []
  return { ...(min && { minItems: Number(min) }), ...(max && { maxItems: Number(max) }) }
}

/** The shape inside a string that carries JSON or a form. */
export function embedded(
  shape: Shape,
): { readonly media: 'json' | 'form'; readonly shape: Shape } | undefined {
  if (typeof shape !== 'object') return undefined
  if ('$json' in shape) return { media: 'json', shape: shape.$json as Shape }
  if ('$form' in shape) return { media: 'form', shape: shape.$form as Shape }
  return undefined
}

/** The fields of an object, their names without the `?`. */
export function fieldsOf(shape: Fields): { name: string; optional: boolean; shape: Shape }[] {
  return Object.entries(shape)
    .filter(([key]) => !key.startsWith('$'))
    .map(([key, value]) => {
      const optional = key.endsWith('?')
      return { name: optional ? key.slice(0, -1) : key, optional, shape: value }
    })
}

export function toJsonSchema(shape: Shape, options: JsonSchemaOptions = {}): JsonSchema {
  const label = labelOf(shape)
  return { ...(label && { title: label }), ...bareSchema(shape, options) }
}

function bareSchema(shape: Shape, options: JsonSchemaOptions): JsonSchema {
  if (isLeaf(shape)) return leafSchema(leafOf(shape), options)
  if (isList(shape)) return { type: 'array', ...itemsOf(shape), items: toJsonSchema(shape[0], options) }
  if (isEnum(shape)) return enumSchema(shape, options)
  if (isCases(shape)) return { anyOf: shape.$oneOf.map((one) => toJsonSchema(one, options)) }
  const inner = embedded(shape)
  if (inner) {
    const contentMediaType = inner.media === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
    return { type: 'string', contentMediaType, contentSchema: toJsonSchema(inner.shape) }
  }
  return objectSchema(shape as Fields, options)
}

/** A whole number that travels as text; of its range, whether it may be negative or 0. */
function digits(min: number | undefined): string {
  if (min === undefined || min < 0) return '^-?\\d+$'
  return min === 0 ? '^\\d+$' : '^0*[1-9]\\d*$'
}

function leafSchema({ type, unit, min, max, pattern }: Leaf, { text }: JsonSchemaOptions): JsonSchema {
  if (type === 'object') return { type }
  if (type === 'binary') return { type: 'string', format: 'binary' }
  // What is encrypted is longer than what its limits are about.
  if (type === 'encrypted') return { type: 'string', encrypted: true }
  if (type === 'string') {
    const length = {
      ...(min !== undefined && { minLength: min }),
      ...(max !== undefined && { maxLength: max }),
    }
    return { type, ...length, ...(pattern && { pattern }) }
  }
  if (text)
    return {
      type: 'string',
      ...(type === 'integer' && { wholeNumber: true as const, pattern: digits(min) }),
      ...(unit && { unit }),
    }
  const range = { ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) }
  return { type, ...(unit && { unit }), ...range }
}

function enumSchema({ $enum }: Enum, { text }: JsonSchemaOptions): JsonSchema {
  const number = !text && typeof $enum[0] === 'number'
  return { type: number ? 'number' : 'string', examples: text ? $enum.map(String) : $enum }
}

function objectSchema(shape: Fields, options: JsonSchemaOptions): JsonSchema {
  const fields = fieldsOf(shape)
  const named = fields.filter(({ name }) => !name.includes('$'))
  const indexed = fields.filter(({ name }) => name.includes('$'))
  const required = named.filter(({ optional }) => !optional).map(({ name }) => name)
  const either = eitherOf(shape)
  return {
    type: 'object',
    ...(options.closed && fields.length > 0 && { additionalProperties: false }),
    ...(required.length > 0 && { required }),
    ...(either && { anyOf: either.map((group) => ({ required: group })) }),
    properties: Object.fromEntries(named.map((field) => [field.name, toJsonSchema(field.shape, options)])),
    ...(indexed.length > 0 && {
      patternProperties: Object.fromEntries(
        indexed.map((field) => [
          `^${field.name.replace(/\$[nm]/g, '\\d+')}$`,
          toJsonSchema(field.shape, options),
        ]),
      ),
    }),
  }
}
