import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../catalog/load.js'
import { catalogue } from '../../lib/cli/routes/catalogue.js'

describe('the catalogue of the command line', { timeout: 60_000 }, () => {
  const { endpoints } = loadCatalogue(join(import.meta.dirname, '..', '..'))
  const keyOf = (verb: string, path: string): string => `${verb} ${path}`
  const known = new Map(catalogue().map((endpoint) => [keyOf(endpoint.verb, endpoint.path), endpoint]))

  it('has every endpoint once, with its own name, products and documents', () => {
    expect(catalogue()).toHaveLength(endpoints.length)
    for (const { verb, template, name, products = [], docs = [] } of endpoints) {
      const endpoint = known.get(keyOf(verb, template))
      expect(endpoint, template).toMatchObject({ name, products })
      expect([...(endpoint?.docs ?? []), ...(endpoint?.otherDocs ?? [])].sort()).toEqual([...docs].sort())
    }
  })

  it('says whose an endpoint is, by its access point, its modes or its pages', () => {
    for (const { verb, template, prefix, modes = [] } of endpoints) {
      const { audience = [] } = known.get(keyOf(verb, template)) ?? {}
      if (prefix !== undefined) expect(audience, template).toEqual([prefix])
      else if (!template.includes('/global/'))
        expect(audience, template).toEqual(expect.arrayContaining([...modes]))
    }
  })

  it('has a path before what lies below it', () => {
    const paths = catalogue().map(({ path }) => path)
    const jsapi = paths.indexOf('v3/pay/transactions/jsapi')
    expect(paths.indexOf('v3/pay/transactions/jsapi-with-contract')).toBe(jsapi + 1)
    expect(paths.indexOf('v3/certificates')).toBeLessThan(paths.indexOf('v3/combine-transactions/app'))
  })
})
