import { normalizeSegment } from '../chain/normalize.js'
import { exactSegments, knownVerbs, nearestRoute } from '../routes/lookup.js'
import { matchRoutes } from '../routes/match.js'
import type { Verb } from '../routes/traits.js'
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
 * Reads a path (`v3/pay/transactions/id/{transaction_id}`, or with the id in it) or a chain
 * (`v3.pay.transactions.id._transaction_id_.get`).
 *
 * @throws {UsageError} for a verb that is none, and a value that cannot be decoded.
 */
export function readEndpoint(text: string, method: string | undefined, hasBody: boolean): NamedEndpoint {
  const { path, verb: chained } = text.includes('/')
    ? { path: text.replace(/^\/+/, ''), verb: undefined }
    : fromChain(text)
  const verb = readVerb(method) ?? chained ?? onlyVerb(path) ?? (hasBody ? 'post' : 'get')
  const [match] = knownVerbs(path).length > 0 ? [] : matchRoutes(verb, path)
  const values = Object.entries(match?.values ?? {}).map(([name, value]) => [name, decoded(value, path)])
  return match
    ? { path: match.template, verb, values: Object.fromEntries(values) }
    : { path, verb, values: {} }
}

function decoded(value: string, path: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new UsageError(`${path}: '${value}' is no percent-encoded text`)
  }
}

function fromChain(text: string): { path: string; verb: Verb | undefined } {
  const names = text
    .replace(/^(await )?wxpay\b/, '')
    .split(/\.|\[['"]|['"]\]/)
    .filter(Boolean)
  const last = names.at(-1)?.replace(/(Async)?\(?\)?$/, '')
  const verb = VERBS.find((one) => one === last && knownVerbs(toPath(names)).length === 0)
  return { path: toPath(verb ? names.slice(0, -1) : names), verb }
}

const toPath = (names: readonly string[]): string =>
  names.map((name) => normalizeSegment(name, exactSegments)).join('/')

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
