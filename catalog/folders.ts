import { type Endpoint, hasTrailingSlash } from './model.js'
import { quote } from './print.js'
import { type Files, HEADER } from './write.js'

/**
 * `types/routes/folders.ts`: by the first two segments, what lies below them, folders included. The chain's type
 * starts from it, so that its first steps need not look through the whole catalogue.
 */
export function folderFiles(endpoints: readonly Endpoint[]): Files {
  const folders = new Map<string, Map<string, Set<string>>>()
  for (const { template } of endpoints) {
    const [first = '', second = '', ...rest] = template.split('/')
    const seconds = folders.get(first) ?? new Map<string, Set<string>>()
    folders.set(first, seconds)
    const below = seconds.get(second) ?? new Set<string>()
    seconds.set(second, below)
    rest.forEach((_, depth) => {
      below.add(rest.slice(0, depth + 1).join('/'))
    })
  }
  const lines = [...folders].sort(byKey).flatMap(([first, seconds]) => [
    `  ${first}: {`,
    ...[...seconds].sort(byKey).flatMap(([second, below]) => {
      const key = /^\w+$/.test(second) ? second : quote(second)
      const paths = [...below].sort()
      if (paths.length === 0) return [`    ${key}: never`]
      return [`    ${key}:`, ...paths.map((path) => `      | ${quote(path)}`)]
    }),
    '  }',
  ])
  const text = [
    HEADER,
    '',
    '/** What lies below the first two segments of a path: the rest of every route and of the folders on its way. */',
    'export interface Folders {',
    ...lines,
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

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)
