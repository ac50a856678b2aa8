import type { EndpointDocument } from '../catalog/document.js'
import { createRequestCheck } from '../catalog/request-check.js'
import type { Traits } from '../catalog/traits.js'
import type { PlannedRow } from './engine.js'
import type { Job } from './job.js'
import { placeName } from './place.js'
import type { RowProblem } from './plan-row.js'

/** Finds what a row breaks of the endpoint's documentation. */
export type CheckRow = (row: PlannedRow) => Promise<RowProblem | undefined>

/** The schemas of an endpoint as one check. */
export async function createCheck(job: Job, document: EndpointDocument, traits: Traits): Promise<CheckRow> {
  const check = await createRequestCheck(document, traits)
  const columns = new Map(job.mappings.map(({ place, column }) => [placeName(place), column]))
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
