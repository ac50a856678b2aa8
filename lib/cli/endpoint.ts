import { InvalidArgumentError } from 'commander'
import { canonicalPath, exactSegments, knownVerbs } from '../catalog/lookup.js'
import { matchRoutes, type RouteMatch } from '../catalog/match.js'
import { nearestRoute } from '../catalog/suggest.js'
import { normalizeSegment } from '../chain/names.js'
import type { Verb } from '../index.js'
import { UsageError } from './input.js'
import { orNearest, words } from './language.js'

/** An endpoint as the command line names it. */
export interface NamedEndpoint {
  /** The path template, with its placeholders in braces. */
  readonly path: string
  readonly verb: Verb
  /** The values of the placeholders that the command line has in place of them. */
  readonly values: Readonly<Record<string, string>>
}

export const VERBS: readonly Verb[] = ['get', 'post', 'put', 'patch', 'delete']

/** Parses a method in upper or lower case: that of a flag or an argument. */
export function toVerb(text: string): Verb {
  const verb = VERBS.find((one) => one === text.toLowerCase())
  if (verb) return verb
  const verbs = VERBS.join(', ').toUpperCase()
  throw new InvalidArgumentError(words(`It must be one of ${verbs}.`, `应为 ${verbs} 之一。`))
}

/**
 * Refuses arguments beside the path. One of them is mostly the method, which other commands, and curl, take first.
 *
 * @param hint how this command names the method
 */
export function assertOnePath(args: readonly string[], hint: (path: string, method: string) => string): void {
  const method = args.find((one) => VERBS.some((verb) => verb === one.toLowerCase()))
  const [path = 'PATH', stray] = args.filter((one) => one !== method)
  if (method) throw new UsageError(hint(path, method.toUpperCase()))
  if (stray)
    throw new UsageError(
      words(`one path is expected, and '${stray}' is a second one`, `只能有一个路径，'${stray}' 是第二个`),
    )
}

/**
 * Reads a path (`v3/pay/transactions/id/{transaction_id}`, or with the id in it), the URL of an endpoint, or a chain as
 * it stands in code (`v3.pay.transactions.id._transaction_id_.get`, `wxpay.chain('v3/certificates').get()`).
 *
 * @throws {UsageError} for a value that cannot be decoded.
 */
export function readEndpoint(text: string, method: Verb | undefined, hasBody: boolean): NamedEndpoint {
  if (isPath(text) && text.includes('?') && !/^https?:/i.test(text))
    throw new UsageError(
      words(
        `'${text}' has a query: give it as --query name=value`,
        `'${text}' 带有查询串：请写成 --query name=value`,
      ),
    )
  const { path, verb: chained } = isPath(text) ? { path: pathOf(text), verb: undefined } : fromChain(text)
  const given = method ?? chained ?? onlyVerb(path)
  const usual = hasBody ? 'post' : 'get'
  const found = findByIds(path, given ? [given] : [usual, ...VERBS])
  if (!found) return { path, verb: given ?? usual, values: {} }
  const values = Object.entries(found.values).map(([name, value]) => [name, decoded(value, path)])
  return { path: found.template, verb: found.verb, values: Object.fromEntries(values) }
}

/** Finds the endpoint of a path with ids in it, for the first of the verbs that it is documented with. */
function findByIds(path: string, verbs: readonly Verb[]): (RouteMatch & { readonly verb: Verb }) | undefined {
  if (knownVerbs(path).length > 0) return undefined
  return verbs.flatMap((verb) => matchRoutes(verb, path).map((match) => ({ ...match, verb })))[0]
}

function decoded(value: string, path: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new UsageError(
      words(`${path}: '${value}' is no percent-encoded text`, `${path}：'${value}' 不是有效的百分号编码`),
    )
  }
}

const isPath = (text: string): boolean => text.includes('/') && !/^(await\s+)?wxpay\b/.test(text)

/** The path of a text that is a path or a URL. */
function pathOf(text: string): string {
  const path = /^https?:\/\//i.test(text) ? text.replace(/^https?:\/\/[^/]*|[?#].*$/gi, '') : text
  return canonicalPath(path.replace(/^\/+/, ''))
}

/** A step of a chain: `.chain('v3/pay')`, `['pay/transactions']` or `.transactions`. */
const STEP = /(?:^|\.)\s*chain\(\s*(['"])(.*?)\1\s*\)|\[\s*(['"])(.*?)\3\s*\]|(?:^|\.)\s*([\w$]+)/g

/** The arguments of a call: `()`, `({ … })`. */
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

function onlyVerb(path: string): Verb | undefined {
  const verbs = knownVerbs(path)
  return verbs.length === 1 ? verbs[0] : undefined
}

/** The hint for a path that is not documented; `undefined` for one that is. */
export function suggestion({ path, verb }: NamedEndpoint): string | undefined {
  if (knownVerbs(path).includes(verb)) return undefined
  const verbs = knownVerbs(path)
  const upper = verbs.join(', ').toUpperCase()
  if (upper) return words(`${path} is documented with ${upper} only`, `${path} 的文档中只有 ${upper}`)
  return undocumented(path, nearestRoute(path, verb))
}

/** The words for a path that is not documented. */
export const undocumented = (path: string, nearest: string | undefined): string =>
  words(`${path} is not documented`, `接口文档中没有 ${path}`) + orNearest(nearest)
