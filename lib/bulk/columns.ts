import type { EndpointDocument } from '../catalog/document.js'
import { RequestError } from '../index.js'
import {
  documentedFields,
  type Field,
  type FieldPath,
  type FieldType,
  findField,
  formatFieldPath,
  parseFieldPath,
  REQUEST_PARTS,
} from './fields.js'

/** The endpoint of a job, with its documentation if it has any. */
export interface JobEndpoint {
  /** The method and the path, for errors. */
  readonly name: string
  readonly path: string
  readonly document: EndpointDocument | undefined
}

export interface TargetField {
  readonly field: FieldPath
  /** `undefined` for an endpoint that is not documented: the text is sent as it is. */
  readonly type?: FieldType
}

/** A column of the input, and the field it fills. */
export interface Mapping extends TargetField {
  readonly column: string
}

/** The columns of the input, and what the caller says about them. */
export interface ColumnOptions {
  /** Column by field. */
  readonly map: Readonly<Record<string, string>>
  /** Further names of columns, by field. */
  readonly aliases: Readonly<Record<string, readonly string[]>>
  /** `undefined` where each row names its own. */
  readonly headings: readonly string[] | undefined
}

/** The longest list of fields that an error shows. */
const MAX_LISTED = 40

/**
 * Maps columns to fields: first those that `map` names, then every column that is called like a field.
 *
 * @param constants the fields that have the same value in all rows
 * @throws {RequestError} when a column or field does not exist, or a field is given twice.
 */
export function mapColumns(
  options: ColumnOptions,
  endpoint: JobEndpoint,
  constants: readonly FieldPath[],
): Mapping[] {
  const { map, headings } = options
  const mappings: Mapping[] = []
  const filled = new Set(constants.map(formatFieldPath))
  for (const [address, column] of Object.entries(map)) {
    if (headings && !headings.includes(column)) {
      throw new RequestError(`There is no column '${column}'; the columns are ${headings.join(', ')}`)
    }
    const target = resolveField(address, endpoint)
    const name = formatFieldPath(target.field)
    if (filled.has(name)) throw new RequestError(`${name} is given twice: by '${column}', and before`)
    filled.add(name)
    mappings.push({ column, ...target })
  }
  const explicit = new Set(filled)
  const used = new Set(Object.values(map))
  for (const [column, target] of matchingColumns(options, endpoint)) {
    const name = formatFieldPath(target.field)
    // Where rows name their own columns, each row may use another name of the same field.
    if (used.has(column) || (headings ? filled : explicit).has(name)) continue
    filled.add(name)
    mappings.push({ column, ...target })
  }
  return mappings
}

/** The columns that are called like a field, or by one of its aliases. */
function matchingColumns(
  { headings, aliases }: ColumnOptions,
  endpoint: JobEndpoint,
): (readonly [column: string, target: TargetField])[] {
  const byName = fieldsByName(endpoint)
  const byAlias = new Map<string, TargetField>()
  for (const [address, names] of Object.entries(aliases)) {
    for (const name of names) byAlias.set(normalizeHeading(name), resolveField(address, endpoint))
  }
  if (!headings) return [...byName, ...byAlias]
  return headings.flatMap((heading) => {
    const target = byName.get(heading) ?? byAlias.get(normalizeHeading(heading))
    return target ? [[heading, target] as const] : []
  })
}

const normalizeHeading = (heading: string): string => heading.toLowerCase().replace(/[\s_-]/g, '')

/** All fields by name, with and without their part. Of two of the same name, placeholders and bodies come first. */
function fieldsByName({ path, document }: JobEndpoint): Map<string, TargetField> {
  const fields = new Map<string, TargetField>()
  const add = (name: string, target: TargetField): void => {
    if (!fields.has(name)) fields.set(name, target)
  }
  for (const name of placeholdersOf(path)) add(name, { field: [name], type: 'text' })
  for (const { path: field, type } of document ? documentedFields(document) : []) {
    add(formatFieldPath(field.slice(1)), { field, type })
    add(formatFieldPath(field), { field, type })
  }
  return fields
}

/**
 * Finds the field that an address such as `json.amount.total` or `amount.total` names.
 *
 * @throws {RequestError} when the endpoint has no such field.
 */
export function resolveField(address: string, { name, path, document }: JobEndpoint): TargetField {
  const keys = parseFieldPath(address)
  const [first = '', ...rest] = keys
  const placeholders = placeholdersOf(path)
  if (keys.length === 1 && placeholders.includes(String(first))) return { field: keys, type: 'text' }
  if (first === 'path' && placeholders.includes(String(rest[0]))) return { field: rest, type: 'text' }
  const part = rest.length > 0 ? REQUEST_PARTS.find((one) => one === first) : undefined
  if (!document) {
    if (part) return { field: keys }
    throw new RequestError(`${name} is not documented: write '${address}' as json.${address}`)
  }
  const found = part ? findField(document, part, rest) : findInParts(document, keys)
  if (found) return { field: found.path, type: found.type }
  if (first === 'headers') return { field: keys, type: 'text' }
  const names = [...placeholders, ...documentedFields(document).map((field) => formatFieldPath(field.path))]
  const list = names.length > MAX_LISTED ? `${names.slice(0, MAX_LISTED).join(', ')} …` : names.join(', ')
  throw new RequestError(`${name} has no field '${address}'; it has ${list}`)
}

function findInParts(document: EndpointDocument, keys: FieldPath): Field | undefined {
  return REQUEST_PARTS.map((part) => findField(document, part, keys)).find((field) => field !== undefined)
}

export function placeholdersOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}
