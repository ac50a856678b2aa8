/**
 * `tsx scripts/data.ts`: makes `lib/data/`, which is needed to run and not in git: the documents of the catalogue, the
 * names of its endpoints, the glossary, and the emulator's page. It does nothing where none of what they are made of has
 * changed. `npm ci`, the build and the tests call it.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesBelow, writeFiles } from '../catalog/write.js'

/** What the data are made of and by. */
const INPUTS = ['catalog', 'lib/catalog', 'lib/emulator/page/client', 'scripts/embed-page.ts']
const FOLDER = 'lib/data'
/** The digest of the inputs, written after all the rest. */
const DIGEST = `${FOLDER}/inputs.sha256`

/** Whether there was anything to do. */
export async function refreshData(root: string = join(import.meta.dirname, '..')): Promise<boolean> {
  const digest = digestOf(root)
  const file = join(root, DIGEST)
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return false
  // What it takes is loaded where there is something to do.
  const [{ dataOf }, { loadCatalogue }, { pageFiles }] = await Promise.all([
    import('../catalog/generate.js'),
    import('../catalog/load.js'),
    import('./embed-page.js'),
  ])
  const files = new Map([...dataOf(loadCatalogue(root)), ...pageFiles(root), [DIGEST, digest]])
  writeFiles(root, files, [FOLDER])
  return true
}

/** Called by vitest before the tests. */
export const setup = async (): Promise<void> => void (await refreshData())

function digestOf(root: string): string {
  const hash = createHash('sha256')
  const paths = INPUTS.flatMap((path) => (path.endsWith('.ts') ? [path] : filesBelow(root, path)))
  for (const path of paths) {
    const bytes = readFileSync(join(root, path))
    hash.update(`${path} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await refreshData()
