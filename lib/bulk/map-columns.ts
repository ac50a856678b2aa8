import { RequestError } from '../index.js'
import { type Endpoint, resolve, sameNames, type Target } from './endpoint-fields.js'
import type { Mapping } from './job.js'
import { placeName } from './place.js'

/** Which columns there are, and what they are meant for. */
export interface ColumnOptions {
  /** Column by field. */
  readonly map: Readonly<Record<string, string>>
  /** Further names of columns, by field. */
  readonly aliases: Readonly<Record<string, readonly string[]>>
  /** `undefined` where each row names its own. */
  readonly headings: readonly string[] | undefined
}

/** What is asked for comes first; then every column that is called like a field. */
export function mapColumns(
  options: ColumnOptions,
  endpoint: Endpoint,
  taken: ReadonlySet<string>,
): Mapping[] {
  const { map, headings } = options
  const mappings: Mapping[] = []
  const filled = new Set(taken)
  for (const [address, column] of Object.entries(map)) {
    if (headings && !headings.includes(column)) {
      throw new RequestError(`There is no column '${column}'; the columns are ${headings.join(', ')}`)
    }
    const field = resolve(address, endpoint)
    const name = placeName(field.place)
    if (filled.has(name)) throw new RequestError(`${name} is given twice: by '${column}', and before`)
    filled.add(name)
    mappings.push({ column, ...field })
  }
  const asked = new Set(filled)
  const used = new Set(Object.values(map))
  for (const [column, field] of namesOf(options, endpoint)) {
    const name = placeName(field.place)
    // Where rows name their own columns, any of the names may come.
    if (used.has(column) || (headings ? filled : asked).has(name)) continue
    filled.add(name)
    mappings.push({ column, ...field })
  }
  return mappings
}

/** The columns that mean a field by themselves. */
function namesOf(
  { headings, aliases }: ColumnOptions,
  endpoint: Endpoint,
): [column: string, field: Target][] {
  const named = sameNames(endpoint)
  const also = new Map<string, Target>()
  for (const [address, names] of Object.entries(aliases)) {
    for (const name of names) also.set(plain(name), resolve(address, endpoint))
  }
  if (!headings) return [...named, ...also]
  return headings.flatMap((heading) => {
    const field = named.get(heading) ?? also.get(plain(heading))
    return field ? [[heading, field] as [string, Target]] : []
  })
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')
