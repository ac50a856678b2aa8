import { lookup } from '../catalog/lookup.js'
import { withOwnValues } from '../catalog/own-values.js'
import { convertCell, isEmpty } from './convert-cell.js'
import type { PlannedRow, Row } from './engine.js'
import { formatFieldPath, getField, setField } from './fields.js'
import { fingerprintOf, type Job } from './job.js'

/** What is wrong with a row before it is sent. */
export interface RowProblem {
  readonly row: number
  /** The heading or the field. */
  readonly field: string
  readonly message: string
}

/** The length of a derived number: of all number fields of the API, the shortest takes 28 characters. */
const NUMBER_LENGTH = 28

/** Makes the request of a row; the same row always gives the same request. */
export function planRow(job: Job, row: Row): PlannedRow | RowProblem {
  const { request, problems } = draftRow(job, row)
  return problems[0] ?? { ...row, request }
}

/** Makes the request of a row as far as it can be made, and says what is in the way. */
export function draftRow(
  job: Job,
  row: Row,
): { readonly request: Readonly<Record<string, unknown>>; readonly problems: readonly RowProblem[] } {
  const problems: RowProblem[] = []
  const request: Record<string, unknown> = {}
  for (const { field, value } of job.constants) {
    // Each row has a copy of its own, because a column may fill a field inside it.
    setField(request, field, typeof value === 'object' ? structuredClone(value) : value)
  }
  for (const { column, field, type } of job.mappings) {
    const cell = row.columns[column]
    if (isEmpty(cell)) continue
    const converted = convertCell(cell, type)
    if ('problem' in converted) problems.push({ row: row.number, field: column, message: converted.problem })
    else setField(request, field, converted.value)
  }
  const { number } = job
  if (number?.derived && isEmpty(getField(request, number.field))) {
    setField(request, number.field, deriveNumber(job, row))
  }
  addOwnValues(job, request)
  const missing = job.placeholders.filter((name) => isEmpty(request[name]))
  problems.push(...missing.map((field) => ({ row: row.number, field, message: 'is missing' })))
  return { request, problems }
}

/** Adds what the client would fill in, so that a row is checked and shown as it is sent, by whichever process sends it. */
function addOwnValues({ path, verb, own }: Job, request: Record<string, unknown>): void {
  const traits = own && lookup(path, verb)
  if (!traits) return
  for (const part of ['json', 'query', 'xml'] as const) {
    const given = request[part] as Readonly<Record<string, unknown>> | undefined
    const filled = withOwnValues(part, given, traits, own)
    if (filled) request[part] = filled
  }
}

export const isProblem = (planned: PlannedRow | RowProblem): planned is RowProblem => 'message' in planned

/**
 * Derives the number of a row that has none. It is the same in every run, so that the API recognises the request; a row
 * of other content, or at another position, has another.
 */
function deriveNumber({ fingerprint }: Job, { number, columns }: Row): string {
  return fingerprintOf([fingerprint, number, columns]).slice(0, NUMBER_LENGTH)
}

/** The derived number of a row, with the heading under which another run finds it; `undefined` when the row has its own. */
export function derivedNumber(
  job: Job,
  row: PlannedRow,
): readonly [heading: string, number: string] | undefined {
  if (!job.number?.derived) return undefined
  const heading = formatFieldPath(job.number.field)
  const mapped = job.mappings.find(({ field }) => formatFieldPath(field) === heading)
  if (mapped && !isEmpty(row.columns[mapped.column])) return undefined
  return [mapped?.column ?? heading, String(getField(row.request, job.number.field))]
}
