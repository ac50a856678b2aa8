import { lookup } from './lookup.js'
import { documentedPaths, type RouteNode, routeTree, verbsOf } from './routes.js'
import type { Verb } from './traits.js'

/** A documented endpoint that a path on the wire may mean. */
export interface RouteMatch {
  readonly template: string
  /** The values of the placeholders as they are in the path, not decoded. */
  readonly values: Readonly<Record<string, string>>
}

/**
 * The endpoints that a path on the wire (without leading slash and query) may mean, the most literal first. There are
 * several where the documentation has different placeholders for a segment, as in `{applyment_id}/cancel` and
 * `{business_code}/cancel`.
 */
export function matchRoutes(verb: Verb, path: string): RouteMatch[] {
  const segments = path.split('/')
  const direct = matchWire(verb, segments)
  if (direct.length > 0) return direct
  // `hk` and `global` stand in front of some templates.
  const prefixed = matchWire(verb, segments.slice(1)).filter(({ template }) => {
    return lookup(template, verb)?.wire?.startsWith(`${segments[0]}/`)
  })
  if (prefixed.length > 0) return prefixed
  const v2 = matchWire(verb, ['v2', ...segments])
  return v2.length > 0 ? v2 : elsewhere(verb, path)
}

/**
 * The documented endpoint that a path of the chain means when ids stand in it where the template has placeholders. A
 * trailing slash is optional where the path on the wire has one.
 */
export function matchTemplate(verb: Verb, path: string): RouteMatch | undefined {
  const segments = path.split('/')
  if (segments.at(-1) === '') return matchWire(verb, segments)[0]
  return walk(routeTree(), segments, 0, [], {}, verb)[0]
}

/** The endpoints of a path whose slash at the end is documented, as the lack of one is. */
function matchWire(verb: Verb, segments: readonly string[]): RouteMatch[] {
  const hasSlash = segments.at(-1) === ''
  const found = walk(routeTree(), hasSlash ? segments.slice(0, -1) : segments, 0, [], {}, verb)
  return found.filter(({ template }) => (lookup(template, verb)?.wire?.endsWith('/') ?? false) === hasSlash)
}

function walk(
  node: RouteNode,
  segments: readonly string[],
  depth: number,
  template: readonly string[],
  values: Readonly<Record<string, string>>,
  verb: Verb,
): RouteMatch[] {
  const segment = segments[depth]
  if (segment === undefined) return verbsOf(node).has(verb) ? [{ template: template.join('/'), values }] : []
  const literal = node.children.get(segment)
  const matches = literal ? walk(literal, segments, depth + 1, [...template, segment], values, verb) : []
  for (const [key, child] of node.children) {
    if (!key.startsWith('{') || key === segment) continue
    if (segment === '') continue
    const filled = { ...values, [key.slice(1, -1)]: segment }
    matches.push(...walk(child, segments, depth + 1, [...template, key], filled, verb))
  }
  return matches
}

/** The few endpoints whose path on the wire has nothing to do with their template. */
function elsewhere(verb: Verb, wire: string): RouteMatch[] {
  return documentedPaths()
    .filter(({ verbs }) => verbs.includes(verb))
    .map(({ path }) => path.join('/'))
    .filter((template) => lookup(template, verb)?.wire === wire)
    .map((template) => ({ template, values: {} }))
}
