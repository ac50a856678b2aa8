import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { refreshData } from '../../scripts/data.js'

const ROOT = join(import.meta.dirname, '..', '..')

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'data-'))
  for (const folder of ['catalog', 'lib', 'scripts']) {
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true })
  }
  rmSync(join(root, 'lib/data'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true }))

it('the data are made where they are missing or older than the catalogue, and left alone otherwise', async () => {
  const glossary = (): string => readFileSync(join(root, 'lib/data/glossary.js'), 'utf8')
  expect(await refreshData(root)).toBe(true)
  expect(glossary()).toBe(readFileSync(join(ROOT, 'lib/data/glossary.js'), 'utf8'))
  expect(await refreshData(root)).toBe(false)

  appendFileSync(join(root, 'catalog/glossary.yaml'), '\n茶壶号: teapot ID\n')
  expect(await refreshData(root)).toBe(true)
  expect(glossary()).toContain('"茶壶号":"teapot ID"')
}, 60_000)
