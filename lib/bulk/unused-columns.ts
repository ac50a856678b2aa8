import { RequestError } from '../index.js'
import { nearestName } from '../nearest.js'
import { formatFieldPath } from './fields.js'
import type { Job } from './job.js'

/** The unique number of a job, where no column or constant fills it, so that each row gets one of its own. */
export function derivedField({ number }: Job, filled: readonly (string | null)[]): string | undefined {
  if (!number?.derived) return undefined
  const field = formatFieldPath(number.field)
  return filled.includes(field) ? undefined : field
}

/** The unused column that is called almost like a field, if any. */
export function nearestColumn(field: string, unused: readonly string[]): string | undefined {
  const [, ...keys] = field.split('.')
  const names = [keys.join('.'), keys.at(-1) ?? field].filter(Boolean)
  return names.map((name) => nearestName(name, unused)).find((column) => column !== undefined)
}

/**
 * Refuses a table with a column that is called almost like the unique number. It would be left out, each row would get a number
 * of its own, and another table with the same rows would pay them again.
 *
 * @param columns the columns of the table
 * @throws {RequestError} naming both.
 */
export function assertNumberMeant(job: Job, columns: readonly string[]): void {
  const { mappings, constants } = job
  const used = new Map(mappings.map(({ column, field }) => [column, formatFieldPath(field)]))
  const given = [
    ...columns.map((column) => used.get(column) ?? null),
    ...constants.map(({ field }) => formatFieldPath(field)),
  ]
  const field = derivedField(job, given)
  const column =
    field &&
    nearestColumn(
      field,
      columns.filter((name) => !used.has(name)),
    )
  if (column === undefined) return
  throw new RequestError(
    `no column gives ${field}, but one is called almost like it: '${column}'. Map it to that field, or else give it another name; without the number each row gets one of its own, and the same rows in another table would be carried out again`,
  )
}
