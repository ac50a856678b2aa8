import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from '../../catalog/model.js'

/** A documented request body. */
export interface Sample {
  readonly endpoint: Endpoint
  readonly json: object
}

/** Where the sample has a cipher text. */
export const CIPHER_TEXT = 'FAKE_CIPHERTEXT'

/** The documented request bodies of `samples.json`, with the endpoints they are for. */
export function loadSamples(endpoints: readonly Endpoint[]): Sample[] {
  const byId = new Map(endpoints.map((one) => [`${one.verb.toUpperCase()} ${one.template}`, one]))
  const samples = JSON.parse(readFileSync(join(import.meta.dirname, 'samples.json'), 'utf8')) as {
    readonly id: string
    readonly json: object
  }[]
  return samples.map(({ id, json }) => {
    const endpoint = byId.get(id)
    if (!endpoint) throw new Error(`samples.json has a body for ${id}, which is not documented`)
    return { endpoint, json }
  })
}
