import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadCatalogue } from '../../catalog/load.js'
import type { Endpoint, EndpointFacts } from '../../catalog/model.js'
import { repositoryCatalogue } from './loaded.js'

const ROOT = join(import.meta.dirname, '..', '..')
const { endpoints } = repositoryCatalogue
const PLACE = 'v3/pay/transactions/out-trade-no/{out_trade_no}/close'

/** The entry that a page shows. */
function shown(page: string): string {
  const blocks = readFileSync(join(ROOT, page), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)
  const entry = [...blocks].map(([, text = '']) => text).find((text) => text.startsWith(`${PLACE}:`))
  if (entry === undefined) throw new Error(`${page} shows no entry of ${PLACE}`)
  return entry
}

it.each(['CONTRIBUTING.md', 'catalog/README.md'])('the entry that %s shows is in the catalogue', (page) => {
  const { post } = (parse(shown(page)) as Record<string, { post: EndpointFacts }>)[PLACE] ?? {}
  const real = endpoints.find(({ template }) => template === PLACE) as Endpoint
  const { docs, ...facts } = post ?? ({} as EndpointFacts)
  expect(real).toMatchObject(facts)
  expect(real.docs).toEqual(expect.arrayContaining([...(docs ?? ['none'])]))
})

it.each(['CONTRIBUTING.md', 'catalog/README.md'])(
  'another one, written like in %s, is accepted',
  (page) => {
    const root = mkdtempSync(join(tmpdir(), 'catalogue-'))
    try {
      // One family is enough to add to, and a tenth of the time.
      const others = /catalog\/(notifications\/|endpoints\/(?!payments))/
      cpSync(join(ROOT, 'catalog'), join(root, 'catalog'), {
        recursive: true,
        filter: (file) => !others.test(file),
      })
      const template = PLACE.replace('close', 'forget')
      appendFileSync(
        join(root, 'catalog/endpoints/payments.yaml'),
        `\n${shown(page).replace(PLACE, template)}`,
      )
      const added = loadCatalogue(root).endpoints.filter((one) => one.template === template)
      expect(added).toMatchObject([
        { verb: 'post', api: 'v3', family: 'payments', response: { status: 204 } },
      ])
    } finally {
      rmSync(root, { recursive: true })
    }
  },
  60_000,
)
