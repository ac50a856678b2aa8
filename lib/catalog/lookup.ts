import { aliases, exact } from './generated/routes.js'
import { nodeAt, type RouteNode, readTraits, routeTree, verbsOf } from './routes.js'
import type { Traits, Verb } from './traits.js'

const NOTHING_SPECIAL: Traits = Object.freeze(Object.setPrototypeOf({}, null))
const known = new Map<string, Traits>()

/** The traits of an endpoint, by its template or an alias of it; `undefined` when it is not documented. */
export function lookup(template: string, verb: Verb): Traits | undefined {
  const key = `${verb} ${template}`
  const found = known.get(key)
  if (found) return found
  const path = canonicalPath(template)
  const node = nodeAt(path)
  const words = node && verbsOf(node).get(verb)
  if (words === undefined) return undefined
  const traits = words.length > 0 || path.startsWith('v2/') ? traitsOf(path, words) : NOTHING_SPECIAL
  known.set(key, traits)
  return traits
}

/** The verbs that a path is documented with. */
export function knownVerbs(template: string): Verb[] {
  const node = nodeAt(canonicalPath(template))
  return node ? [...verbsOf(node).keys()] : []
}

/** Whether a path is documented or leads to one that is. */
export function isDocumentedPrefix(path: string): boolean {
  return nodeAt(canonicalPath(path)) !== undefined
}

/** Whether a segment below a path, in which ids may stand, is an id: a placeholder is documented there, and no such segment. */
export function isId(path: string, segment: string): boolean {
  let nodes: readonly RouteNode[] = [routeTree()]
  for (const step of path.split('/')) {
    nodes = nodes.flatMap(({ children }) => {
      const literal = children.get(step)
      return literal ? [literal] : [...children].filter(isPlaceholder).map(([, child]) => child)
    })
  }
  const below = nodes.flatMap(({ children }) => [...children])
  return below.some(isPlaceholder) && !below.some(([name]) => name === segment)
}

const isPlaceholder = ([segment]: readonly [segment: string, node: RouteNode]): boolean =>
  segment.startsWith('{')

/** Segments with upper-case letters, which are not to be kebab-cased. */
export const exactSegments: ReadonlySet<string> = new Set(exact)

/**
 * The template that a path is an alias of: a few are documented with a slash at the end (`v3/applyment4sub/applyment/`),
 * and some had a placeholder for a segment with upper-case letters (`v2/secapi/mch/{addinstitutionsub}`). Any other path
 * is returned as it is.
 */
export function canonicalPath(path: string): string {
  return Object.hasOwn(aliases, path) ? (aliases[path] ?? path) : path
}

function traitsOf(path: string, words: readonly string[]): Traits {
  const { prefix, ...traits } = readTraits(words)
  const usual = path.startsWith('v2/') ? path.slice('v2/'.length) : prefix && `${prefix}/${path}`
  const all = usual === undefined ? traits : { wire: usual, ...traits }
  // Read as own properties alone: a polluted prototype must not switch verification off.
  return Object.freeze(Object.setPrototypeOf({ ...all }, null))
}
