import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../catalog/model.js'
import { partOf } from '../../catalog/requests.js'
import { isLeaf } from '../../lib/catalog/schema.js'
import { repositoryCatalogue } from '../catalog/loaded.js'
import { broken, judge, sound, type Verdict } from './catalogue/program.js'

const root = join(import.meta.dirname, '..', '..')
const { endpoints } = repositoryCatalogue
const where = ({ endpoint, what, error }: Verdict): string =>
  `${endpoint.verb} ${endpoint.template} (${what}) ${error ?? 'compiles'}`

/** Whether an endpoint needs nothing and names no field, so that only a key too many can be refused. */
const namesNoField = (endpoint: Endpoint): boolean =>
  Object.keys(endpoint.path ?? {}).length === 0 &&
  (['query', 'json', 'xml', 'multipart'] as const).every((name) => {
    const part = partOf(endpoint, name)
    return !part || (part.optional && isLeaf(part.shape))
  })

describe('the whole catalogue', () => {
  let good: Verdict[] = []
  let bad: Verdict[] = []

  beforeAll(() => {
    const statements = endpoints.flatMap(sound)
    const verdicts = judge(root, [...statements, ...endpoints.flatMap(broken)])
    good = verdicts.slice(0, statements.length)
    bad = verdicts.slice(statements.length)
  }, 120_000)

  it('compiles the request of every endpoint in every spelling', () => {
    const examples = endpoints.filter(({ example }) => example).length
    console.info(
      `${good.filter(({ error }) => !error).length} of ${good.length} requests compile: ` +
        `${endpoints.length} endpoints × ${good.length / endpoints.length} spellings, ${examples} of them with the documentation's example, ` +
        `${endpoints.length - examples} with the smallest request of their schema`,
    )
    expect(good.filter(({ error }) => error).map(where)).toEqual([])
  })

  it('refuses a request of every endpoint with one thing wrong', () => {
    const kinds = new Map<string, number>()
    for (const { what } of bad) {
      const [kind = ''] = what.split(':')
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    const counts = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')
    console.info(
      `${bad.filter(({ error }) => error).length} of ${bad.length} broken requests fail: ${counts}`,
    )
    expect(bad.filter(({ error }) => !error).map(where)).toEqual([])
    const refused = new Set(bad.map(({ endpoint }) => endpoint))
    expect(endpoints.filter((endpoint) => !refused.has(endpoint))).toEqual([])
  })

  it('has a missing field or placeholder, or a wrong type, to refuse wherever there are fields', () => {
    const keyOnly = bad.filter(({ what }) => what.startsWith('unknown key'))
    expect(keyOnly.map(({ endpoint }) => endpoint)).toEqual(endpoints.filter(namesNoField))
  })
})
