import { canonicalPath, exactSegments, knownVerbs } from '../catalog/lookup.js'
import { matchRoutes, type RouteMatch } from '../catalog/match.js'
import { nearestRoute } from '../catalog/suggest.js'
import type { Verb } from '../catalog/traits.js'
import { normalizeSegment } from '../chain/normalize.js'
import { UsageError } from './usage-error.js'

/** An endpoint as the command line names it. */
export interface NamedEndpoint {
  /** The template, its placeholders in braces. */
  readonly path: string
  readonly verb: Verb
  /** Values of placeholders that stood in the path already. */
  readonly values: Readonly<Record<string, string>>
}

export const VERBS: readonly Verb[] = ['get', 'post', 'put', 'patch', 'delete']

/**
 * Reads a path (`v3/pay/transactions/id/{transaction_id}`, or with the id in it), the URL of an endpoint, or a chain as
 * it stands in code (`v3.pay.transactions.id._transaction_id_.get`, `wxpay.chain('v3/certificates').get()`).
 *
 * @throws {UsageError} for a verb that is none, and a value that cannot be decoded.
 */
export function readEndpoint(text: string, method: string | undefined, hasBody: boolean): NamedEndpoint {
  const { path, verb: chained } = isPath(text) ? { path: pathOf(text), verb: undefined } : fromChain(text)
  const given = readVerb(method) ?? chained ?? onlyVerb(path)
  const usual = hasBody ? 'post' : 'get'
  const { match, verb } = matchWithIds(path, given ? [given] : [usual, ...VERBS]) ?? { verb: given ?? usual }
  const values = Object.entries(match?.values ?? {}).map(([name, value]) => [name, decoded(value, path)])
  return match
    ? { path: match.template, verb, values: Object.fromEntries(values) }
    : { path, verb, values: {} }
}

/** What a path with ids in it is, by the first of the verbs that it is documented with. */
function matchWithIds(
  path: string,
  verbs: readonly Verb[],
): { readonly match?: RouteMatch; readonly verb: Verb } | undefined {
  if (knownVerbs(path).length > 0) return undefined
  for (const verb of verbs) {
    const [match] = matchRoutes(verb, path)
    if (match) return { match, verb }
  }
  return undefined
}

function decoded(value: string, path: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new UsageError(`${path}: '${value}' is no percent-encoded text`)
  }
}

const isPath = (text: string): boolean => text.includes('/') && !/^(await\s+)?wxpay\b/.test(text)

/** A path as it is written, or the one in a URL. */
function pathOf(text: string): string {
  const path = /^https?:\/\//i.test(text) ? text.replace(/^https?:\/\/[^/]*|[?#].*$/gi, '') : text
  return canonicalPath(path.replace(/^\/+/, ''))
}

/** A step of a chain: `.chain('v3/pay')`, `['pay/transactions']` or `.transactions`. */
const STEP = /(?:^|\.)\s*chain\(\s*(['"])(.*?)\1\s*\)|\[\s*(['"])(.*?)\3\s*\]|(?:^|\.)\s*([\w$]+)/g

/** What a call is made with: `()`, `({ … })`. */
const ARGUMENTS = /\(\s*(?:\{.*)?\)?\s*;?\s*$/s

function fromChain(text: string): { path: string; verb: Verb | undefined } {
  const steps = text
    .replace(/^(await\s+)?wxpay\b/, '')
    .replace(ARGUMENTS, '')
    .matchAll(STEP)
  const segments = [...steps].map(([, , chained, , literal, name = '']) => {
    return chained ?? literal ?? normalizeSegment(name, exactSegments)
  })
  const last = segments.at(-1)?.replace(/-async$/, '')
  const verb = VERBS.find((one) => one === last && knownVerbs(toPath(segments)).length === 0)
  return { path: toPath(verb ? segments.slice(0, -1) : segments), verb }
}

const toPath = (segments: readonly string[]): string =>
  canonicalPath(segments.map((segment) => segment.replace(/^\/|\/$/g, '')).join('/'))

function readVerb(method: string | undefined): Verb | undefined {
  if (method === undefined) return undefined
  const verb = VERBS.find((one) => one === method.toLowerCase())
  if (!verb) throw new UsageError(`-X ${method}: must be one of ${VERBS.join(', ').toUpperCase()}`)
  return verb
}

function onlyVerb(path: string): Verb | undefined {
  const verbs = knownVerbs(path)
  return verbs.length === 1 ? verbs[0] : undefined
}

/** What may have been meant by a path that is not documented. */
export function suggestion({ path, verb }: NamedEndpoint): string | undefined {
  if (knownVerbs(path).includes(verb)) return undefined
  const verbs = knownVerbs(path)
  if (verbs.length > 0) return `${path} is documented with ${verbs.join(', ').toUpperCase()} only`
  const nearest = nearestRoute(path, verb)
  return nearest ? `${path} is not documented; did you mean ${nearest}?` : `${path} is not documented`
}
