import { describe, expect, it } from 'vitest'
import { createCheck } from '../../lib/bulk/check-rows.js'
import type { PlannedRow } from '../../lib/bulk/engine.js'
import type { Job } from '../../lib/bulk/job.js'
import { endpointDocument } from '../../lib/catalog/document.js'
import { lookup } from '../../lib/catalog/lookup.js'
import { validateRequest } from '../../lib/emulator/protocols/v3/validate-request.js'
import { repositoryCatalogue } from './loaded.js'
import { loadSamples, type Sample } from './samples.js'

const { endpoints } = repositoryCatalogue
const samples = loadSamples(endpoints)
const named = samples.map((one) => [`${one.endpoint.verb} ${one.endpoint.template}`, one] as const)

/** The query of the documented example, for the few endpoints that take one beside a body. */
const queryOf = ({ example }: Sample['endpoint']): unknown => example?.query

/** What the emulator refuses of a body, if anything. */
async function refusal({ endpoint }: Sample, json: unknown): Promise<unknown> {
  const { verb, template } = endpoint
  const query = new URLSearchParams(queryOf(endpoint) as Record<string, string>)
  return validateRequest(verb.toUpperCase(), template, json, query).catch((reason: unknown) => reason)
}

describe('a documented body', () => {
  it.each(named)('of %s is accepted', async (_, sample) => {
    expect(await refusal(sample, sample.json)).toBeUndefined()
  })

  it.each(named)('of %s is a valid row of a bulk job', async (_, sample) => {
    const { endpoint, json } = sample
    const document = await endpointDocument(endpoint.template, endpoint.verb)
    if (!document) throw new Error('not documented')
    const job = { mappings: [] as Job['mappings'] } as Job
    const check = await createCheck(job, document, lookup(endpoint.template, endpoint.verb) ?? {})
    const query = queryOf(endpoint)
    const row = { number: 1, request: { json, ...(query !== undefined && { query }) } }
    expect(await check(row as unknown as PlannedRow)).toBeUndefined()
  })

  it('with one field more is refused', async () => {
    for (const sample of samples) {
      const error = await refusal(sample, { ...sample.json, no_such_field: 1 })
      expect(error, sample.endpoint.template).toMatchObject({ status: 400 })
    }
  })
})
