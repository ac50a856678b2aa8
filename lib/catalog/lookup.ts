import { aliases, exact } from './generated/routes.js'
import { nodeAt, readTraits, verbsOf } from './routes.js'
import type { Traits, Verb } from './traits.js'

const NOTHING_SPECIAL: Traits = Object.freeze({})
const known = new Map<string, Traits>()

/** What the protocol asks of an endpoint; `undefined` when it is not documented. Any of its spellings finds it. */
export function lookup(template: string, verb: Verb): Traits | undefined {
  const key = `${verb} ${template}`
  const found = known.get(key)
  if (found) return found
  const path = canonicalPath(template)
  const node = nodeAt(path.split('/'))
  const words = node && verbsOf(node).get(verb)
  if (words === undefined) return undefined
  const traits = words.length > 0 || path.startsWith('v2/') ? traitsOf(path, words) : NOTHING_SPECIAL
  known.set(key, traits)
  return traits
}

/** The verbs a path is documented with. */
export function knownVerbs(template: string): Verb[] {
  const node = nodeAt(canonicalPath(template).split('/'))
  return node ? [...verbsOf(node).keys()] : []
}

/** Whether a path is documented or leads to one that is. */
export function isDocumentedPrefix(path: string): boolean {
  return nodeAt(canonicalPath(path).split('/')) !== undefined
}

/** Segments with upper-case letters, which are not to be kebab-cased. */
export const exactSegments: ReadonlySet<string> = new Set(exact)

/**
 * The route map's own spelling of a path: without the slash that the documentation ends a few paths with
 * (`v3/applyment4sub/applyment/`), and with an upper-case segment as it is (`v2/secapi/mch/{addinstitutionsub}` is an
 * older spelling). Any other path stays what it is.
 */
export function canonicalPath(path: string): string {
  return Object.hasOwn(aliases, path) ? (aliases[path] ?? path) : path
}

function traitsOf(path: string, words: readonly string[]): Traits {
  const { prefix, ...traits } = readTraits(words)
  const usual = path.startsWith('v2/') ? path.slice('v2/'.length) : prefix && `${prefix}/${path}`
  return Object.freeze(usual === undefined ? traits : { wire: usual, ...traits })
}
