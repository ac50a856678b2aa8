import type { ErrorObject, ValidateFunction } from 'ajv'
import { type EndpointDocument, requestSchemas } from '../routes/document.js'
import type { PlannedRow } from './engine.js'
import type { Job } from './job.js'
import { placeName } from './place.js'
import type { RowProblem } from './plan-row.js'

/** Finds what a row breaks of the endpoint's documentation. */
export type CheckRow = (row: PlannedRow) => RowProblem | undefined

/** The schemas of an endpoint as one check. Ajv is loaded only for it. */
export async function createCheck(job: Job, document: EndpointDocument): Promise<CheckRow> {
  const { Ajv } = await import('ajv')
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false })
  const { json, query, required } = requestSchemas(document)
  // What travels in XML, and the client's own headers, the client completes.
  const parts = Object.entries({ json, query }).flatMap(([part, schema]) =>
    schema ? [{ part, check: ajv.compile(schema), needed: required.includes(part as 'json' | 'query') }] : [],
  )
  const columns = new Map(job.mappings.map(({ place, column }) => [placeName(place), column]))
  return ({ number, request }) => {
    for (const { part, check, needed } of parts) {
      const value = request[part]
      if ((value === undefined && !needed) || check(value ?? {})) continue
      const problem = problemOf(part, check)
      const column = columns.get(problem.field)
      const field =
        column === undefined || problem.field.endsWith(column)
          ? problem.field
          : `${problem.field} (${column})`
      return { row: number, field, message: problem.message }
    }
    return undefined
  }
}

function problemOf(part: string, { errors }: ValidateFunction): { field: string; message: string } {
  const {
    instancePath = '',
    keyword,
    params,
    message = 'is not valid',
  } = errors?.[0] ?? ({} as Partial<ErrorObject>)
  const missing: unknown = keyword === 'required' ? params?.missingProperty : undefined
  const keys = [
    part,
    ...instancePath.split('/').slice(1),
    ...(missing === undefined ? [] : [String(missing)]),
  ]
  return { field: keys.join('.'), message: missing === undefined ? message : 'is missing' }
}
