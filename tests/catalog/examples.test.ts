import { Ajv } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../catalog/model.js'
import { filledFields } from '../../catalog/operations.js'
import {
  endpointDocument,
  type RequestSchemas,
  requestSchemas,
  responseSchema,
} from '../../lib/catalog/document.js'
import type { JsonSchema } from '../../lib/catalog/schema.js'
import { closed } from './closed.js'
import { repositoryCatalogue } from './loaded.js'

type Values = Readonly<Record<string, unknown>>

const asText = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asText(inner)]))
}

describe('the examples of the catalogue', { timeout: 60_000 }, () => {
  const ajv = new Ajv({ strict: false, code: { optimize: false } })
  let endpoints: readonly Endpoint[]

  beforeAll(() => {
    endpoints = repositoryCatalogue.endpoints
  }, 60_000)

  /** The problem of an example, if any: a part that its schema refuses. */
  const problem = (endpoint: Endpoint, schemas: RequestSchemas): string | undefined => {
    const { example = {}, path, api } = endpoint
    const filled = Object.fromEntries([...filledFields(endpoint)].map((name) => [name, '']))
    const places: ['path' | 'query' | 'headers' | 'json' | 'xml', unknown][] = [
      ['path', asText(Object.fromEntries(Object.keys(path ?? {}).map((name) => [name, example[name]])))],
      ['query', asText({ ...(api === 'v2' && filled), ...(example.query as Values) })],
      ['headers', asText(example.headers)],
      ['json', example.json ?? {}],
      ['xml', asText({ ...filled, ...(example.xml as Values) })],
    ]
    for (const [place, value] of places) {
      const schema = schemas[place]
      if (place === 'path' ? !path : example[place] === undefined) continue
      if (!schema) return `${endpoint.verb} ${endpoint.template} takes no ${place}, but has an example of it`
      if (!ajv.validate(closed(withFilled(schema, api === 'v2' && place !== 'path' ? filled : {})), value)) {
        return `${endpoint.verb} ${endpoint.template} ${place}: ${ajv.errorsText()}`
      }
    }
    return undefined
  }

  /** With what the client fills in, which not every page of v2 lists. */
  const withFilled = (schema: JsonSchema, filled: object): JsonSchema => {
    const common = Object.keys(filled).map((name) => [name, { type: 'string' }])
    return { ...schema, properties: { ...Object.fromEntries(common), ...schema.properties } }
  }

  it('satisfy the schemas of their requests, with no field that is not documented', async () => {
    const problems: string[] = []
    const examples = endpoints.filter(({ example }) => example)
    expect(examples).not.toEqual([])
    for (const endpoint of examples) {
      const document = await endpointDocument(endpoint.template, endpoint.verb)
      if (!document) throw new Error(`${endpoint.template} has no document`)
      const found = problem(endpoint, requestSchemas(document))
      if (found) problems.push(found)
    }
    expect(problems).toEqual([])
  })

  it('have a schema of the answer beside them, wherever a body is answered', async () => {
    for (const { template, verb, response } of endpoints) {
      const document = await endpointDocument(template, verb)
      expect(document, `${verb} ${template}`).toBeDefined()
      if (!document || !(response.json || response.xml)) continue
      expect(responseSchema(document)?.type, `${verb} ${template}`).toBe('object')
    }
  })
})
