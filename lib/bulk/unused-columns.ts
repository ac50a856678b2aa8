import { RequestError } from '../index.js'
import { nearestName } from '../nearest.js'
import { isEmpty } from './convert-cell.js'
import type { Row } from './engine.js'
import { formatFieldPath } from './fields.js'
import type { Job } from './job.js'

/** The unique number of a job, where none of these columns and no constant gives it, so that a row gets one of its own. */
export function derivedField(
  { number, mappings, constants }: Job,
  columns: Iterable<string>,
): string | undefined {
  if (!number?.derived) return undefined
  const field = formatFieldPath(number.field)
  const names = new Set(columns)
  const given = [...mappings.filter(({ column }) => names.has(column)), ...constants]
  return given.some((one) => formatFieldPath(one.field) === field) ? undefined : field
}

/** The unused column that is called almost like a field, if any. */
export function nearestColumn(field: string, unused: readonly string[]): string | undefined {
  const [, ...keys] = field.split('.')
  const names = [keys.join('.'), keys.at(-1) ?? field].filter(Boolean)
  return names.map((name) => nearestName(name, unused)).find((column) => column !== undefined)
}

/** The unused column that is called almost like the unique number, where no other gives that; both, by their names. */
export function columnMeant(
  job: Job,
  columns: Iterable<string>,
): { readonly field: string; readonly column: string } | undefined {
  const names = [...columns]
  const field = derivedField(job, names)
  if (field === undefined) return undefined
  const used = new Set(job.mappings.map(({ column }) => column))
  const unused = names.filter((name) => !used.has(name))
  const column = nearestColumn(field, unused)
  return column === undefined ? undefined : { field, column }
}

/** Collects the columns of the rows that do not give the unique number, where each row names its own. */
export function createNumberless(job: Job): {
  readonly columns: ReadonlySet<string>
  readonly add: (row: Row) => void
} {
  const columns = new Set<string>()
  const giving = job.mappings.flatMap(({ column }) =>
    derivedField(job, [column]) === undefined ? column : [],
  )
  return {
    columns,
    add(row) {
      if (giving.some((name) => !isEmpty(row.columns[name]))) return
      for (const name of Object.keys(row.columns)) if (!giving.includes(name)) columns.add(name)
    },
  }
}

/**
 * Refuses a table with a column that is called almost like the unique number. It would be left out, each row would get a number
 * of its own, and another table with the same rows would pay them again.
 *
 * @param columns the columns of the table; where each row names its own, those of the rows without the number
 * @throws {RequestError} naming both.
 */
export function assertNumberMeant(job: Job, columns: Iterable<string>): void {
  const meant = columnMeant(job, columns)
  if (!meant) return
  const { field, column } = meant
  throw new RequestError(
    `no column gives ${field}, but one is called almost like it: '${column}'. Map it to that field, or else give it another name; without the number each row gets one of its own, and the same rows in another table would be carried out again`,
  )
}
