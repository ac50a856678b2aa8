import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { SOURCE_FILE } from './parser.js'

const BOM = '\uFEFF'
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'coverage'])

/** The programs among the paths that a user gives: files as they are, folders with all below them. */
export function listFiles(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]))
  // A file that is reached by two names is one file.
  return [...new Map(found.map((path) => [realpathSync(path), path])).values()]
}

/** Folders that hold what others made are left out, and so are links, which may lead in a circle. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory())
        return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : filesBelow(path)
      return entry.isFile() && SOURCE_FILE.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
    })
}

/** The text of a file without its byte order mark. */
export function readText(path: string): { readonly text: string; readonly hasBom: boolean } {
  const text = readFileSync(path, 'utf8')
  return text.startsWith(BOM) ? { text: text.slice(1), hasBom: true } : { text, hasBom: false }
}

/** Writes a file whole or not at all; it keeps its mode, and a link stays one. */
export function writeText(path: string, text: string, hasBom: boolean): void {
  const target = realpathSync(resolve(path))
  const partial = `${target}.${randomUUID()}.part`
  try {
    writeFileSync(partial, hasBom ? BOM + text : text, { flag: 'wx' })
    chmodSync(partial, statSync(target).mode)
    renameSync(partial, target)
  } finally {
    rmSync(partial, { force: true })
  }
}
