import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requestOf, SECRET } from '../../catalog/requests.js'
import { repositoryCatalogue } from '../catalog/loaded.js'
import { CIPHER_TEXT, loadSamples } from '../catalog/samples.js'
import { judge, typed, type Verdict } from './catalogue/program.js'

const root = join(import.meta.dirname, '..', '..')
const { endpoints } = repositoryCatalogue
const samples = loadSamples(endpoints)
const where = ({ endpoint: { verb, template }, error }: Verdict): string => `${verb} ${template} ${error}`

/** A body with what is secret where the sample has a cipher text, whatever the catalogue says of the field. */
function withSecrets(value: unknown): unknown {
  if (value === CIPHER_TEXT) return SECRET
  if (Array.isArray(value)) return value.map(withSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withSecrets(inner)]))
}

it('takes every documented body as a request of its endpoint', () => {
  const statements = samples.map(({ endpoint, json }) => {
    return typed(endpoint, { ...requestOf(endpoint), json: withSecrets(json) })
  })
  const verdicts = judge(root, statements)
  expect(verdicts.filter(({ error }) => error).map(where)).toEqual([])
  expect(verdicts).toHaveLength(samples.length)
}, 120_000)
