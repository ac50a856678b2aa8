/**
 * The catalogue writes a schema the way TypeScript would: `name?: string`, `[item]` for a list. That notation is
 * what people edit and what the emulator ships; `toJsonSchema` makes the JSON Schema a validator understands.
 */
export type Shape = Leaf | readonly [Shape] | Fields | Enum | Embedded | Cases

/** `encrypted` is a string encrypted for its reader; `binary` a file; `object` one of any fields. */
export type Leaf = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'encrypted' | 'binary'
/** Fields by name; a trailing `?` marks an optional one, `$n` and `$m` stand for running indexes. */
export type Fields = { readonly [name: string]: Shape }
/** Known values, not a closed set. */
export type Enum = { readonly $enum: readonly (string | number)[] }
/** A string that carries JSON or a form. */
export type Embedded = { readonly $json: Shape } | { readonly $form: Shape }
/** Alternatives; each may name its case in `$case`. */
export type Cases = { readonly $oneOf: readonly Shape[] }

export interface JsonSchema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array'
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
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
}

export const isEnum = (shape: Shape): shape is Enum => typeof shape === 'object' && '$enum' in shape
export const isCases = (shape: Shape): shape is Cases => typeof shape === 'object' && '$oneOf' in shape
export const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)
export const isFields = (shape: Shape): shape is Fields =>
  typeof shape === 'object' && !isList(shape) && !isEnum(shape) && !isCases(shape) && !embedded(shape)

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
  if (typeof shape === 'string') return leafSchema(shape, options)
  if (isList(shape)) return { type: 'array', items: toJsonSchema(shape[0], options) }
  if (isEnum(shape)) return enumSchema(shape, options)
  if (isCases(shape)) return { anyOf: shape.$oneOf.map((one) => toJsonSchema(one, options)) }
  const inner = embedded(shape)
  if (inner) {
    const contentMediaType = inner.media === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
    return { type: 'string', contentMediaType, contentSchema: toJsonSchema(inner.shape) }
  }
  return objectSchema(shape as Fields, options)
}

function leafSchema(leaf: Leaf, { text }: JsonSchemaOptions): JsonSchema {
  if (leaf === 'object') return { type: 'object' }
  if (leaf === 'encrypted') return { type: 'string', encrypted: true }
  if (leaf === 'binary') return { type: 'string', format: 'binary' }
  return { type: text ? 'string' : leaf }
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
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
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
