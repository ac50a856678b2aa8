import { type Endpoint, hasTrailingSlash } from './model.js'
import { alternatives, quote } from './print.js'
import { type Files, HEADER } from './write.js'

/**
 * `types/routes/folders.ts`: by path, the segments that come next. The chain's type follows it, so that the compiler
 * looks at the segments of one folder for each step, and not at the whole catalogue.
 */
export function folderFiles(endpoints: readonly Endpoint[]): Files {
  const folders = new Map<string, Set<string>>()
  for (const { template } of endpoints) {
    const segments = template.split('/')
    segments.slice(1).forEach((segment, depth) => {
      const folder = segments.slice(0, depth + 1).join('/')
      folders.set(folder, (folders.get(folder) ?? new Set()).add(segment))
    })
  }
  const text = [
    HEADER,
    '',
    '/** The segments below every path that goes on, be it a route itself or a folder on the way to some. */',
    'export interface Folders {',
    ...[...folders].sort(byKey).map(entry),
    '}',
    '',
    '/** Paths as the documentation ends them, with a slash, and the routes they are. */',
    'export interface SlashedPaths {',
    ...slashedPaths(endpoints).map((path) => `  ${quote(`${path}/`)}: ${quote(path)}`),
    '}',
    '',
  ].join('\n')
  return new Map([['types/routes/folders.ts', text]])
}

const slashedPaths = (endpoints: readonly Endpoint[]): string[] =>
  [...new Set(endpoints.filter(hasTrailingSlash).map(({ template }) => template))].sort()

function entry([folder, names]: readonly [string, ReadonlySet<string>]): string {
  const texts = [...names].sort().map(quote)
  const line = `  ${quote(folder)}: ${texts.join(' | ')}`
  return line.length <= 110 ? line : `  ${quote(folder)}:${alternatives(texts, 2)}`
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)
