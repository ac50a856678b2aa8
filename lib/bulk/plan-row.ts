import { convert, isEmpty } from './convert.js'
import type { PlannedRow, Row } from './engine.js'
import { numberOf } from './fingerprint.js'
import type { Job } from './job.js'
import { placeName, putAt, valueAt } from './place.js'

/** What is wrong with a row before it is sent. */
export interface RowProblem {
  readonly row: number
  /** Heading or field. */
  readonly field: string
  readonly message: string
}

/** Makes the request of a row; pure, and the same every time. */
export function planRow(job: Job, row: Row): PlannedRow | RowProblem {
  const request: Record<string, unknown> = {}
  for (const { place, value } of job.constants) {
    // A column may fill a field inside of it.
    putAt(request, place, typeof value === 'object' ? structuredClone(value) : value)
  }
  for (const { column, place, type } of job.mappings) {
    const cell = row.columns[column]
    if (isEmpty(cell)) continue
    const converted = convert(cell, type)
    if ('problem' in converted) return { row: row.number, field: column, message: converted.problem }
    putAt(request, place, converted.value)
  }
  const { number } = job
  if (number?.derived && isEmpty(valueAt(request, number.place))) {
    putAt(request, number.place, numberOf(job.fingerprint, row.number, row.columns))
  }
  const missing = job.placeholders.find((name) => isEmpty(request[name]))
  if (missing !== undefined) return { row: row.number, field: missing, message: 'is missing' }
  return { ...row, request }
}

export const isProblem = (planned: PlannedRow | RowProblem): planned is RowProblem => 'message' in planned

/** The number that a planned row was given, with the heading under which a rerun finds it again. */
export function derivedNumber(
  job: Job,
  row: PlannedRow,
): readonly [heading: string, number: string] | undefined {
  if (!job.number?.derived) return undefined
  const heading = placeName(job.number.place)
  const mapped = job.mappings.find(({ place }) => placeName(place) === heading)
  if (mapped && !isEmpty(row.columns[mapped.column])) return undefined
  return [mapped?.column ?? heading, String(valueAt(row.request, job.number.place))]
}
