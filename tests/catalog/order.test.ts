import fs, { readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { loadCatalogue } from '../../catalog/load.js'
import { repositoryCatalogue } from './loaded.js'

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDER = join(ROOT, 'catalog/endpoints')

/** Some file systems list names in the order of the alphabet, others do not. */
function listInReverse(): void {
  const list = fs.readdirSync as (path: string) => string[]
  vi.spyOn(fs, 'readdirSync').mockImplementation(((path: string) => list(path).reverse()) as never)
  syncBuiltinESMExports()
}
afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

it('is the same in whatever order its files are listed', () => {
  const names = readdirSync(FOLDER)
  listInReverse()
  expect(readdirSync(FOLDER)).toEqual(names.reverse())
  expect(JSON.stringify(loadCatalogue(ROOT))).toBe(JSON.stringify(repositoryCatalogue))
}, 60_000)
