import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { loadCatalogue } from '../../catalog/load.js'

const ROOT = join(import.meta.dirname, '..', '..')
const listing = vi.hoisted(() => ({ reversed: false }))

/** Some file systems list names in the order of the alphabet, others do not. */
vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:fs')>()
  const list = original.readdirSync as (path: string) => string[]
  return {
    ...original,
    readdirSync: (path: string) => (listing.reversed ? list(path).reverse() : list(path)),
  }
})

it('is the same in whatever order its files are listed', () => {
  const catalogue = loadCatalogue(ROOT)
  const names = readdirSync(join(ROOT, 'catalog/endpoints'))
  listing.reversed = true
  expect(readdirSync(join(ROOT, 'catalog/endpoints'))).toEqual(names.reverse())
  expect(JSON.stringify(loadCatalogue(ROOT))).toBe(JSON.stringify(catalogue))
}, 60_000)
