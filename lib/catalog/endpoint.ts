import { parseTemplate, type Template } from '../chain/template.js'
import { canonicalPath, lookup } from './lookup.js'
import { matchTemplate, type RouteMatch } from './match.js'
import type { Traits, Verb } from './traits.js'

/** How an endpoint is spoken to. A brand's endpoints are those of APIv3, signed by the brand. */
export type ProtocolName = 'v2' | 'v3' | 'brand'

/** One endpoint: where it is and what the protocol asks of it. */
export interface Endpoint {
  readonly verb: Verb
  /** Template as in the route map. */
  readonly path: string
  /** For messages: `POST v3/pay/transactions/native`. */
  readonly name: string
  readonly protocol: ProtocolName
  readonly traits: Traits
  readonly documented: boolean
  /** Whether a request changes nothing at WeChat Pay, so that sending it again does no harm. */
  readonly reads: boolean
}

/** An endpoint reached through the chain: its path has placeholders to fill. */
export interface TemplatedEndpoint extends Endpoint {
  /** Names that a caller may fill. */
  readonly placeholders: readonly string[]
  /** Path on the wire. */
  readonly wire: Template
  /**
   * Where a request has the number by which the API knows a repeat, such as `['json', 'out_trade_no']`; empty when the number
   * stands in the path already.
   */
  readonly repeatKey: readonly string[] | undefined
}

const NO_TRAITS: Traits = Object.freeze(Object.setPrototypeOf({}, null))
const known = new Map<Verb, Map<string, TemplatedEndpoint>>()

/**
 * The endpoint behind a chain's path.
 *
 * @throws {RequestError} when the path is no relative URL template.
 */
export function endpointOf(path: string, verb: Verb): TemplatedEndpoint {
  const found = known.get(verb)?.get(path)
  if (found) return found
  const endpoint = createEndpoint(path, verb)
  // Other paths may hold ids, which are without end; they are not kept.
  if (endpoint.documented && endpoint.path === endpoint.wire.source) remember(path, endpoint)
  return endpoint
}

function remember(path: string, endpoint: TemplatedEndpoint): void {
  const ofVerb = known.get(endpoint.verb) ?? new Map<string, TemplatedEndpoint>()
  known.set(endpoint.verb, ofVerb.set(path, endpoint))
}

function createEndpoint(given: string, verb: Verb): TemplatedEndpoint {
  const written = parseTemplate(given)
  const exact = lookup(written.source, verb)
  const template = exact ? parseTemplate(canonicalPath(written.source)) : written
  const match = exact ? undefined : matchTemplate(verb, template.source)
  const path = match?.template ?? template.source
  const values = match?.values ?? {}
  const endpoint = describeEndpoint(path, verb, match ? traitsByPattern(match, verb) : exact)
  const { traits, protocol } = endpoint
  const wire = traits.wire ?? (protocol === 'v2' ? path.slice('v2/'.length) : path)
  const number = traits.idempotent?.replace(/^path\./, '')
  return {
    ...endpoint,
    placeholders: template.names,
    wire: { ...parseTemplate(withValues(wire, values)), source: template.source },
    repeatKey: number !== undefined && Object.hasOwn(values, number) ? [] : number?.split('.'),
  }
}

/**
 * The traits of an endpoint whose path has ids in it. That a response needs no signature is not taken from a pattern: such
 * an endpoint is called by its template.
 */
function traitsByPattern({ template }: RouteMatch, verb: Verb): Traits {
  const { unsigned: _, ...traits } = lookup(template, verb) ?? NO_TRAITS
  return Object.setPrototypeOf({ ...traits }, null)
}

/** The path on the wire with the ids that stood in the chain's path already. */
function withValues(wire: string, values: RouteMatch['values']): string {
  return wire.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

/**
 * The endpoint behind a URL that a user hands to an axios instance.
 *
 * @param api which instance it is: the paths of APIv2 lack their `v2/` on the wire
 */
export function endpointOfUrl(url: string, method: string, api: 'v2' | 'v3'): Endpoint {
  const { pathname } = new URL(url, 'https://localhost')
  const path = (api === 'v2' ? `/v2${pathname}` : pathname).slice(1)
  const verb = method.toLowerCase() as Verb
  const traits = lookup(path, verb)
  return describeEndpoint(traits ? canonicalPath(path) : path, verb, traits)
}

function describeEndpoint(path: string, verb: Verb, traits: Traits | undefined): Endpoint {
  return {
    verb,
    path,
    name: `${verb.toUpperCase()} ${path}`,
    protocol: protocolOf(path),
    traits: traits ?? NO_TRAITS,
    documented: traits !== undefined,
    reads: verb === 'get' || traits?.safe === true,
  }
}

function protocolOf(path: string): ProtocolName {
  if (path.startsWith('v2/')) return 'v2'
  return path.startsWith('brand/') ? 'brand' : 'v3'
}
