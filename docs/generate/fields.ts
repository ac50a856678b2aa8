import { englishOf, type Glossary } from '../../lib/catalog/glossary.js'
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
  itemsOf,
  type Leaf,
  labelOf,
  leafOf,
  type Shape,
} from '../../lib/catalog/schema.js'
import { type Language, WORDS, type Words } from './language.js'
import { cell, code, table } from './markdown.js'

/** What the rows of a table depend on, beside the shape. */
export interface TableContext {
  readonly language: Language
  readonly glossary: Glossary
  /** Fields of the outermost object that the client fills in. */
  readonly filled?: ReadonlySet<string>
  /** Numbers arrive as text, as in the XML of v2. */
  readonly text?: boolean
}

interface Row {
  /** The whole path: `stocks[].stock_id`. */
  readonly path: string
  readonly shape: Shape
  /** Empty for an optional field. */
  readonly need: '' | 'required' | 'either' | 'filled'
  /** The groups of fields that stand in for each other, where it is of one. */
  readonly groups?: readonly (readonly string[])[]
  /** The name of a case: a row of its own, before the fields of the case. */
  readonly heading?: string
}

/** The fields of a shape as a Markdown table, one row each at every depth; empty when it has none. */
export function fieldTable(shape: Shape, context: TableContext): string {
  const words = WORDS[context.language]
  const rows = rowsOf(shape, '', context.filled ?? new Set(), words).map((row) => line(row, context, words))
  if (rows.length === 0) return ''
  return table([words.field, words.type, words.required, words.description], rows)
}

function rowsOf(shape: Shape, prefix: string, filled: ReadonlySet<string>, words: Words): Row[] {
  if (isList(shape)) return rowsOf(shape[0], prefix, filled, words)
  const inner = embedded(shape)
  if (inner) return rowsOf(inner.shape, prefix, new Set(), words)
  if (isCases(shape)) {
    return shape.$oneOf.flatMap((one, index): Row[] => {
      const name = (one as { readonly $case?: string }).$case ?? `${words.case} ${index + 1}`
      return [{ path: '', shape: one, need: '', heading: name }, ...rowsOf(one, prefix, filled, words)]
    })
  }
  if (!isFields(shape)) return []
  const groups = eitherOf(shape)
  const alternatives = new Set(groups?.flat())
  return fieldsOf(shape as Fields).flatMap(({ name, optional, shape: field }): Row[] => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const isEither = alternatives.has(name)
    const need = filled.has(name) ? 'filled' : isEither ? 'either' : optional ? '' : 'required'
    const below = isList(field) ? `${path}[]` : path
    return [
      { path, shape: field, need, ...(isEither && groups && { groups }) },
      ...rowsOf(field, below, new Set(), words),
    ]
  })
}

function line({ path, shape, need, groups, heading }: Row, context: TableContext, words: Words): string[] {
  if (heading !== undefined) return [`*${cell(heading)}*`, '', '', '']
  const name = path.split('.').at(-1)?.replace(/\[\]$/, '') ?? ''
  const label = labelOf(shape)
  const title = label && titleOf(label, name, context)
  const facts = [
    groups && `${words.oneOf}: ${groups.map((group) => group.map(code).join(' + ')).join(' / ')}`,
    ...factsOf(shape, words),
  ].filter((fact) => fact)
  const description = [title && cell(title), ...facts].filter((one) => one).join(words.stop)
  const type = typeName(shape, words)
  const isNumber = context.text && /^(integer|number)$/.test(type)
  return [code(path), isNumber ? `string (${type})` : type, words.needs[need], description]
}

function titleOf(label: string, field: string, { language, glossary }: TableContext): string {
  return language === 'zh' ? label : (englishOf(glossary, label, field) ?? label)
}

/** The type as it is written in the answer or request, without what the description says of it. */
function typeName(shape: Shape, words: Words): string {
  if (isLeaf(shape)) {
    const { type } = leafOf(shape)
    if (type === 'encrypted') return `string ${words.encryptedMark}`
    return type === 'binary' ? words.file : type
  }
  if (isEnum(shape)) return typeof shape.$enum[0] === 'number' ? 'integer' : 'string'
  if (isList(shape)) return `${typeName(shape[0], words)}[]`
  const inner = embedded(shape)
  if (inner) return inner.media === 'json' ? words.jsonText : words.formText
  return 'object'
}

/** Unit, limits, known values and so on, as Markdown. */
function factsOf(shape: Shape, words: Words): string[] {
  if (isList(shape)) {
    const { minItems, maxItems } = itemsOf(shape)
    const count = rangeText(minItems, maxItems)
    return [...(count ? [words.items(count)] : []), ...factsOf(shape[0], words)]
  }
  if (isEnum(shape)) return [`${words.values}: ${shape.$enum.map((value) => code(String(value))).join(' ')}`]
  return isLeaf(shape) ? leafFacts(leafOf(shape), words) : []
}

function leafFacts({ type, unit, min, max, pattern }: Leaf, words: Words): string[] {
  const range = rangeText(min, max)
  const isText = type === 'string' || type === 'encrypted'
  return [
    ...(unit ? [words.units[unit]] : []),
    ...(type === 'encrypted' ? [words.encrypted] : []),
    ...(range ? [isText ? words.length(range) : words.range(range)] : []),
    ...(pattern ? [`${words.pattern} ${code(pattern)}`] : []),
  ]
}

function rangeText(min: number | undefined, max: number | undefined): string {
  if (min === undefined && max === undefined) return ''
  if (min === undefined) return `≤ ${max}`
  if (max === undefined) return `≥ ${min}`
  return min === max ? String(min) : `${min}–${max}`
}
