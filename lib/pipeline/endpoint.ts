import { canonicalPath, lookup } from '../catalog/lookup.js'
import { matchTemplate, type RouteMatch } from '../catalog/match.js'
import { protocolOf } from '../catalog/protocol.js'
import type { Traits, Verb } from '../catalog/traits.js'
import { parseTemplate, type Template } from '../chain/template.js'
import { RequestError } from '../errors.js'

/** One endpoint: where it is and what the protocol asks of it. */
export interface Endpoint {
  readonly verb: Verb
  /** Template as in the route map. */
  readonly path: string
  /** For messages: `POST v3/pay/transactions/native`. */
  readonly name: string
  readonly traits: Traits
  readonly documented: boolean
}

/** An endpoint reached through the chain: its path has placeholders to fill. */
export interface ChainedEndpoint extends Endpoint {
  /** The version of the API whose messages it speaks; a brand's endpoints speak those of APIv3. */
  readonly api: 'v2' | 'v3'
  /** Names that a caller may fill. */
  readonly placeholders: readonly string[]
  /** Path on the wire. */
  readonly wire: Template
  /** Where a request has the number by which the API knows a repeat; path values stand at its top. */
  readonly repeatKey: readonly string[] | undefined
}

const NO_TRAITS: Traits = Object.freeze({})
const known = new Map<Verb, Map<string, ChainedEndpoint>>()

/**
 * The endpoint behind a chain's path.
 *
 * @throws {RequestError} when the path is no relative URL template.
 */
export function endpointOf(path: string, verb: Verb): ChainedEndpoint {
  const found = known.get(verb)?.get(path)
  if (found) return found
  const endpoint = createEndpoint(path, verb)
  // Other paths may hold ids, which are without end; they are not kept.
  if (endpoint.documented && endpoint.path === endpoint.wire.source) remember(path, endpoint)
  return endpoint
}

function remember(path: string, endpoint: ChainedEndpoint): void {
  const ofVerb = known.get(endpoint.verb) ?? new Map<string, ChainedEndpoint>()
  known.set(endpoint.verb, ofVerb.set(path, endpoint))
}

function createEndpoint(given: string, verb: Verb): ChainedEndpoint {
  const written = parseTemplate(given)
  const exact = lookup(written.source, verb)
  const template = exact ? parseTemplate(canonicalPath(written.source)) : written
  const match = exact ? undefined : matchTemplate(verb, template.source)
  const path = match?.template ?? template.source
  const values = match?.values ?? {}
  const traits = match ? traitsByPattern(match, verb) : exact
  const api = protocolOf(path) === 'v2' ? 'v2' : 'v3'
  const wire = traits?.wire ?? (api === 'v2' ? path.slice('v2/'.length) : path)
  const number = traits?.idempotent?.replace(/^path\./, '')
  return {
    ...describeEndpoint(path, verb, traits),
    api,
    placeholders: template.names,
    wire: { ...parseTemplate(withValues(wire, values)), source: template.source },
    // A number that stands in the path is there in any case.
    repeatKey: number !== undefined && Object.hasOwn(values, number) ? [] : number?.split('.'),
  }
}

/**
 * The traits of an endpoint whose path has ids in it. That an answer needs no signature is not taken from a pattern: such
 * an endpoint is called by its template.
 */
function traitsByPattern({ template }: RouteMatch, verb: Verb): Traits {
  const { unsigned: _, ...traits } = lookup(template, verb) ?? NO_TRAITS
  return traits
}

/** The path on the wire with the ids that stood in the chain's path already. */
function withValues(wire: string, values: RouteMatch['values']): string {
  return wire.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

/**
 * A redirect is where a browser is sent to; there is nothing to call.
 *
 * @throws {RequestError} saying what to do instead.
 */
export function assertSendable({ name, traits }: Endpoint): void {
  if (!traits.redirect) return
  throw new RequestError(`${name} is a page for the user's browser: send it to the URL that url(…) gives`)
}

/** The endpoint behind a URL that a user hands to the axios instance, past the chain. */
export function endpointOfUrl(url: string, method: string): Endpoint {
  const path = new URL(url, 'https://localhost').pathname.slice(1)
  const verb = method.toLowerCase() as Verb
  const traits = lookup(path, verb)
  return describeEndpoint(traits ? canonicalPath(path) : path, verb, traits)
}

function describeEndpoint(path: string, verb: Verb, traits: Traits | undefined): Endpoint {
  const name = `${verb.toUpperCase()} ${path}`
  return { verb, path, name, traits: traits ?? NO_TRAITS, documented: traits !== undefined }
}
