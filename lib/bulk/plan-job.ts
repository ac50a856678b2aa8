import { lookup } from '../catalog/lookup.js'
import { ownValuesOf } from '../identity.js'
import { isPlainObject } from '../plain-object.js'
import { createCheck } from './check-rows.js'
import { isEmpty } from './convert-cell.js'
import type { Row } from './engine.js'
import { formatFieldPath, getField, missingFields } from './fields.js'
import { defineJob, filledFields, type Job } from './job.js'
import { accountOf, assertOptions, type BulkOptions, settingsOf } from './options.js'
import { draftRow, type RowProblem } from './plan-row.js'
import { openTable } from './table.js'
import { columnMeant, createNumberless, derivedField, nearestColumn } from './unused-columns.js'

/** What a job would do. */
export interface BulkPlan {
  readonly method: string
  readonly path: string
  /** The field that each column fills; `null` for a column that is not used. */
  readonly columns: Readonly<Record<string, string | null>>
  /** The required fields that nothing fills, each with the unused column that is called almost like it, or `null`. */
  readonly missing: Readonly<Record<string, string | null>>
  /**
   * The unique number, where no column gives it and each row gets one of its own, with the unused column as for `missing`. Where each row
   * names its own columns, also one that a single row seems to have meant for it.
   */
  readonly derived: Readonly<Record<string, string | null>>
  /** The fields that have the same value in all rows. */
  readonly constants: Readonly<Record<string, unknown>>
  readonly rows: number
  /** What is wrong with rows, one problem for each that is wrong. */
  readonly problems: readonly RowProblem[]
  /** The first row that nothing is wrong with, or else the first; `undefined` in a table without rows. */
  readonly first: DraftedRow | undefined
}

/** A row and the request that would be sent for it: plain data, nothing in it is encrypted. */
export interface DraftedRow {
  readonly row: number
  readonly request: Readonly<Record<string, unknown>>
  /** What the request lacks, by field: `null` for a missing value, else the reason why its cell cannot be used. */
  readonly lacks: Readonly<Record<string, string | null>>
}

/**
 * Plans a job: what would be sent, and what is wrong with it. Nothing is sent or written, and a job that could not run,
 * because a required field has no column, is planned all the same.
 *
 * @throws {RequestError} for an input that cannot be read, and for fields and columns that do not exist.
 */
export async function planBulk(options: BulkOptions): Promise<BulkPlan> {
  assertOptions(options)
  const { verb } = settingsOf(options)
  const { client, input, format, path, map = {}, aliases = {}, set = {}, signal } = options
  const table = await openTable(input, format, process.stdin)
  try {
    const { job, document } = await defineJob({
      ...{ method: verb, path, map, aliases, set, headings: table.headings },
      ...{ account: accountOf(client), own: ownValuesOf(client), input: table.digest },
    })
    const check = document && (await createCheck(job, document, lookup(job.path, verb) ?? {}))
    const fields = new Map(job.mappings.map(({ column, field }) => [column, formatFieldPath(field)]))
    const columns = new Map<string, string | null>()
    const addColumns = (names: readonly string[]): void => {
      for (const name of names) columns.set(name, fields.get(name) ?? null)
    }
    addColumns(table.headings ?? [])
    const numberless = createNumberless(job)
    const problems: RowProblem[] = []
    let rows = 0
    let first: Row | undefined
    let good: Row | undefined
    for await (const row of table.rows()) {
      signal?.throwIfAborted()
      rows++
      addColumns(Object.keys(row.columns))
      if (!table.headings) numberless.add(row)
      const { request, problems: found } = draftRow(job, row)
      const problem = found[0] ?? (await check?.({ ...row, request }))
      if (problem) problems.push(problem)
      else good ??= row
      first ??= row
    }
    const shown = good ?? first
    const filled = [...columns.values(), ...job.constants.map(({ field }) => formatFieldPath(field))]
    const derived = derivedField(job, columns.keys())
    const meant = columnMeant(job, table.headings ?? numberless.columns)
    return {
      ...{ method: verb.toUpperCase(), path: job.path, rows, problems },
      columns: Object.fromEntries(columns),
      // Where a row is right, its client fills in what no column gives.
      missing: good ? {} : withNearest(missingOf(job, document, filled), columns),
      derived: {
        ...(derived !== undefined && { [derived]: null }),
        ...(meant && { [meant.field]: meant.column }),
      },
      constants: Object.fromEntries(job.constants.map(({ field, value }) => [formatFieldPath(field), value])),
      first: shown && { row: shown.number, ...draftRequest(job, shown, good ? undefined : document) },
    }
  } finally {
    await table.close()
  }
}

type JobDocument = Awaited<ReturnType<typeof defineJob>>['document']

/** The required fields of a job that nothing fills: no column, no constant, and not the client. */
function missingOf(job: Job, document: JobDocument, filled: readonly (string | null)[]): string[] {
  const names = new Set([...filled, ...filledFields(job).map(formatFieldPath)])
  if (job.number?.derived) names.add(formatFieldPath(job.number.field))
  return [
    ...job.placeholders.filter((name) => !names.has(name)),
    ...(document ? missingFields(document, 'json', (field) => names.has(formatFieldPath(field))) : []),
  ]
}

/** The unused column that is called almost like a missing field, for each of them. */
function withNearest(
  missing: readonly string[],
  columns: ReadonlyMap<string, string | null>,
): Record<string, string | null> {
  const unused = [...columns].flatMap(([column, field]) => (field === null ? [column] : []))
  return Object.fromEntries(missing.map((field) => [field, nearestColumn(field, unused) ?? null]))
}

/** The request of a row, and what it lacks by the documentation. */
function draftRequest(job: Job, row: Row, document: JobDocument): Omit<DraftedRow, 'row'> {
  const { request, problems } = draftRow(job, row)
  const missing = [
    ...job.placeholders.filter((name) => isEmpty(request[name])),
    ...(document ? missingFields(document, 'json', (field) => hasValue(getField(request, field))) : []),
  ]
  const unusable = problems.flatMap(({ field, message }) => {
    const mapping = job.mappings.find(({ column }) => column === field)
    return mapping ? [[formatFieldPath(mapping.field), message] as const] : []
  })
  const lacks = {
    ...Object.fromEntries(missing.map((field) => [field, null])),
    ...Object.fromEntries(unusable),
  }
  return { request, lacks }
}

/** Whether a value is there, and is no object, of which fields may be missing. */
const hasValue = (value: unknown): boolean => !isEmpty(value) && !isPlainObject(value)
