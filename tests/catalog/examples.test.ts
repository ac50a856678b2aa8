import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../catalog/load.js'
import type { Endpoint } from '../../catalog/model.js'
import { filledFields } from '../../catalog/operations.js'
import { endpointDocument } from '../../lib/emulator/generated/index.js'
import { type RequestSchemas, requestSchemas, responseSchema } from '../../lib/routes/document.js'

type Values = Readonly<Record<string, unknown>>

const asText = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asText(inner)]))
}

describe('the examples of the catalogue', { timeout: 60_000 }, () => {
  const ajv = new Ajv({ strict: false })
  let endpoints: readonly Endpoint[]

  beforeAll(() => {
    endpoints = loadCatalogue(join(import.meta.dirname, '..', '..')).endpoints
  }, 60_000)

  /** The problem of an example, if any: a part that its schema refuses. */
  const problem = (endpoint: Endpoint, schemas: RequestSchemas): string | undefined => {
    const { example = {}, path, api } = endpoint
    const filled = Object.fromEntries([...filledFields(endpoint)].map((name) => [name, '']))
    const places: [keyof RequestSchemas, unknown][] = [
      ['path', asText(Object.fromEntries(Object.keys(path ?? {}).map((name) => [name, example[name]])))],
      ['query', asText({ ...(api === 'v2' && filled), ...(example.query as Values) })],
      ['json', example.json ?? {}],
      ['xml', asText({ ...filled, ...(example.xml as Values) })],
    ]
    for (const [place, value] of places) {
      const schema = schemas[place]
      if (!schema || (example[place] === undefined && place !== 'path')) continue
      if (!ajv.validate(schema, value)) {
        return `${endpoint.verb} ${endpoint.template} ${place}: ${ajv.errorsText()}`
      }
    }
    return undefined
  }

  it('satisfy the schemas the emulator checks requests with', async () => {
    const problems: string[] = []
    let checked = 0
    for (const endpoint of endpoints) {
      if (!endpoint.example) continue
      const document = await endpointDocument(endpoint.template, endpoint.verb)
      if (!document) throw new Error(`${endpoint.template} has no document`)
      checked++
      const found = problem(endpoint, requestSchemas(document))
      if (found) problems.push(found)
    }
    expect(problems).toEqual([])
    expect(checked).toBe(1120)
  })

  it('are there for every endpoint that is documented to answer with a body, with a schema of it', async () => {
    for (const { template, verb, response } of endpoints) {
      const document = await endpointDocument(template, verb)
      expect(document, `${verb} ${template}`).toBeDefined()
      if (!document || !(response.json || response.xml)) continue
      expect(responseSchema(document)?.type, `${verb} ${template}`).toBe('object')
    }
  })
})
