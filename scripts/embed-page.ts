import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATA_HEADER, type Files } from '../catalog/write.js'

const FOLDER = 'lib/emulator/page/client'

/** A module with the files of the emulator's page, so that it is served alike from source, build and bundle. */
export function pageFiles(root: string): Files {
  const names = readdirSync(join(root, FOLDER)).filter((name) => /\.(html|css|js)$/.test(name))
  const entries = names.sort().map((name) => {
    const text = readFileSync(join(root, FOLDER, name), 'utf8')
    return `  '${name}': ${JSON.stringify(compact(name, text))},`
  })
  const lines = [DATA_HEADER, 'export const assets = {', ...entries, '}', '']
  return new Map([['lib/data/page.js', lines.join('\n')]])
}

/** A file without what browsers do not read: indentation, empty lines, and comments on lines of their own. */
function compact(name: string, text: string): string {
  const torn = text.split('\n').findIndex((line) => line.split('`').length % 2 === 0)
  if (torn >= 0) throw new Error(`${name}:${torn + 1}: a template string must end on the line it starts on`)
  const short = text
    .replace(/^ *\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n/gm, '')
    .replace(/^ *\/\/.*\n/gm, '')
    .replace(/^\s+/gm, '')
  return name.endsWith('.css') ? short.replace(/([{},;:])\s+/g, '$1') : short
}
