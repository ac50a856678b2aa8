import { type EndpointDocument, requestSchemas } from '../routes/document.js'
import { findSchemaProblem } from '../routes/schema-problem.js'
import type { PlannedRow } from './engine.js'
import type { Job } from './job.js'
import { placeName } from './place.js'
import type { RowProblem } from './plan-row.js'

/** Finds what a row breaks of the endpoint's documentation. */
export type CheckRow = (row: PlannedRow) => Promise<RowProblem | undefined>

/** The schemas of an endpoint as one check. Ajv is loaded only for it. */
export async function createCheck(job: Job, document: EndpointDocument): Promise<CheckRow> {
  const { Ajv } = await import('ajv')
  const ajv = new Ajv({ strict: false, verbose: true, validateFormats: false, logger: false })
  const { json, query, required } = requestSchemas(document, { closed: true })
  // What travels in XML, and the client's own headers, the client completes.
  const parts = Object.entries({ json, query }).flatMap(([part, schema]) =>
    schema ? [{ part, check: ajv.compile(schema), needed: required.includes(part as 'json' | 'query') }] : [],
  )
  const columns = new Map(job.mappings.map(({ place, column }) => [placeName(place), column]))
  return async ({ number, request }) => {
    for (const { part, check, needed } of parts) {
      const value = request[part]
      if ((value === undefined && !needed) || check(value ?? {})) continue
      const problem = await findSchemaProblem(check)
      if (!problem) continue
      const place = [part, ...problem.path].join('.')
      const column = columns.get(place)
      const field = column === undefined || place.endsWith(column) ? place : `${place} (${column})`
      const message = problem.name ? `${problem.what} (${problem.name})` : problem.what
      return { row: number, field, message }
    }
    return undefined
  }
}
