/**
 * `tsx catalog/generate.ts [--check] [--root DIR]`: the catalogue → types, and the facts of endpoints and notifications
 * that the client always needs. They are committed; the rest of the run-time data is not (`scripts/data.ts`).
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { documentFiles } from './documents.js'
import { folderFiles } from './folders.js'
import { loadCatalogue } from './load.js'
import type { Catalogue } from './model.js'
import { notificationFiles } from './notification-facts.js'
import { outlineFiles } from './outline.js'
import { nameFiles } from './search-names.js'
import { typeFiles } from './types.js'
import { type Files, staleFiles, textModule, writeFiles } from './write.js'

/** Every committed file that is generated from a catalogue. */
export function filesOf(catalogue: Catalogue): Files {
  return new Map([
    ...typeFiles(catalogue),
    ...folderFiles(catalogue.endpoints),
    ...outlineFiles(catalogue.endpoints),
    ...notificationFiles(catalogue),
  ])
}

/** The modules of `lib/data/` that are made of a catalogue. */
export function dataOf(catalogue: Catalogue): Files {
  return new Map([
    ...documentFiles(catalogue),
    ...nameFiles(catalogue),
    ['lib/data/glossary.js', textModule('glossary', JSON.stringify(catalogue.glossary))],
  ])
}

function main(): void {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, root: { type: 'string' } },
  })
  const root = values.root ?? join(import.meta.dirname, '..')
  const files = filesOf(loadCatalogue(root))
  if (values.check) reportStale(staleFiles(root, files))
  else writeFiles(root, files)
}

function reportStale(stale: readonly string[]): void {
  if (stale.length === 0) return
  console.error(`Generated files are stale; run npm run generate:\n${stale.join('\n')}`)
  process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
