import type { EndpointDocument } from '../catalog/document.js'
import { lookup } from '../catalog/lookup.js'
import { createRequestCheck } from '../catalog/request-check.js'
import type { Traits } from '../catalog/traits.js'
import { RequestError } from '../index.js'
import type { PlannedRow } from './engine.js'
import { formatFieldPath } from './fields.js'
import type { Job } from './job.js'
import { MAX_ROWS } from './journal/format.js'
import type { BulkOptions } from './options.js'
import { isProblem, planRow, type RowProblem } from './plan-row.js'
import type { RowCounts } from './progress.js'
import type { Table } from './table.js'
import { assertNumberMeant, createNumberless } from './unused-columns.js'

/** The longest list of problems: thousands of them have one cause. */
const MAX_PROBLEMS = 100

/** Rows are wrong. Nothing was sent. */
export class InvalidRowsError extends RequestError {
  /** The first problems. */
  readonly problems: readonly RowProblem[]
  /** The number of rows that are wrong. */
  readonly total: number

  constructor(problems: readonly RowProblem[], total: number, rows: number) {
    const [first] = problems
    const example = first && `: row ${first.row}: ${first.field} ${first.message}`
    super(`${total} of ${rows} rows are wrong, and none was sent${example ?? ''}`)
    this.name = 'InvalidRowsError'
    this.problems = problems
    this.total = total
  }
}

/** Makes the check that finds what a row breaks of the endpoint's documentation. */
export async function createCheck(
  job: Job,
  document: EndpointDocument,
  traits: Traits,
): Promise<(row: PlannedRow) => Promise<RowProblem | undefined>> {
  const check = await createRequestCheck(document, traits)
  const columns = new Map(job.mappings.map(({ field, column }) => [formatFieldPath(field), column]))
  return async ({ number, request }) => {
    const { json, query, xml } = request
    const problem = await check({ json, query, xml })
    if (!problem) return undefined
    const { place, name, what } = problem
    const column = columns.get(place)
    const field = column === undefined || place.endsWith(column) ? place : `${place} (${column})`
    return { row: number, field, message: name ? `${what} (${name})` : what }
  }
}

/**
 * Reads the whole table once before anything is sent, and validates its rows if asked for. A line that cannot be read
 * must not show up when half of the rows are paid: the corrected input would be another job, with other numbers.
 *
 * @throws {InvalidRowsError} when rows are wrong.
 * @throws {RequestError} when a column seems to be meant for the unique number, and is not used.
 */
export async function checkRows(
  job: Job,
  document: EndpointDocument | undefined,
  table: Table,
  counts: RowCounts,
  { validate, signal }: BulkOptions,
): Promise<void> {
  if (validate && !document) {
    throw new RequestError(`${job.path} is not documented: its rows cannot be validated`)
  }
  const traits = lookup(job.path, job.verb) ?? {}
  const check = validate && document ? await createCheck(job, document, traits) : undefined
  const problems: RowProblem[] = []
  let wrong = 0
  const numberless = createNumberless(job)
  for await (const row of table.rows()) {
    if (signal?.aborted && !check) return
    signal?.throwIfAborted()
    if (++counts.checked > MAX_ROWS) throw new RequestError(`A table has ${MAX_ROWS} rows at most: split it`)
    if (!table.headings) numberless.add(row)
    if (!check) continue
    const planned = planRow(job, row)
    const problem = isProblem(planned) ? planned : await check(planned)
    if (problem && ++wrong <= MAX_PROBLEMS) problems.push(problem)
  }
  if (!table.headings) assertNumberMeant(job, numberless.columns)
  if (wrong > 0) throw new InvalidRowsError(problems, wrong, counts.checked)
  counts.phase = 'sending'
  counts.total = counts.checked
}
