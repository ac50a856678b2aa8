import { percentEncode } from '../chain/template.js'
import { RequestError } from '../errors.js'
import { isPlainObject } from '../plain-object.js'
import type { Call } from './protocol.js'

/** The access point of all endpoints that name no other. */
export const DEFAULT_ORIGIN = 'https://api.mch.weixin.qq.com'

/** The parts of a call that its URL is made of. */
export type UrlParts = Pick<Call, 'endpoint' | 'baseURL' | 'path' | 'query'>

/** A URL as it goes on the wire and into the signature. */
export interface WireUrl {
  /** The whole URL. */
  readonly href: string
  /** Path and query. */
  readonly target: string
}

/**
 * The URL that goes on the wire, query included, so that what is signed is what is sent. A `baseURL` of the caller replaces the
 * endpoint's own access point.
 *
 * @throws {RequestError} when base and path make no URL.
 */
export function resolveUrl({ endpoint, baseURL, path, query }: UrlParts): WireUrl {
  const search = query === undefined || typeof query === 'string' ? (query ?? '') : serializeQuery(query)
  const base = baseURL ?? endpoint.traits.origin ?? DEFAULT_ORIGIN
  if (ABSOLUTE.test(path)) return parseUrl(path, search)
  const { origin, prefix } = accessPointOf(base)
  // A path that the template gave needs no further encoding.
  if (!path.startsWith('/') && PLAIN_PATH.test(path)) {
    const target = `${prefix}/${path}${search === '' ? '' : `?${search}`}`
    return { href: origin + target, target }
  }
  return parseUrl(`${origin}${prefix}/${path.replace(/^\/+/, '')}`, search)
}

const ABSOLUTE = /^https?:\/\//i
/** Segments that a URL parser leaves as they are, none of them empty or beginning with a dot. */
const PLAIN_PATH = /^(?!\.)[\w.~!$&()*+,;=:@%-]+(?:\/(?!\.)[\w.~!$&()*+,;=:@%-]+)*\/?$/

interface AccessPoint {
  readonly base: string
  readonly origin: string
  /** Path in front of every endpoint's own, without a slash at its end. */
  readonly prefix: string
}

let last: AccessPoint | undefined

function accessPointOf(base: string): AccessPoint {
  if (last?.base === base) return last
  if (/[?#]|\/\/[^/]*@/.test(base)) {
    throw new RequestError('baseURL must be host and path alone, without a user, query or fragment')
  }
  const { href, origin } = newUrl(base)
  last = { base, origin, prefix: withoutSlashes(href.slice(origin.length)) }
  return last
}

/** A path without the slashes at its end. */
function withoutSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end--
  return path.slice(0, end)
}

function parseUrl(text: string, query: string): WireUrl {
  const url = newUrl(text)
  if (query !== '') url.search = url.search === '' ? query : `${url.search}&${query}`
  url.hash = ''
  return { href: url.href, target: url.pathname + url.search }
}

function newUrl(text: string): URL {
  try {
    if (/^https?:/i.test(text)) return new URL(text)
  } catch {
    // Node's own message holds the whole URL.
  }
  throw new RequestError(`'${text.replace(/\/\/[^/]*@/, '//')}' is no http(s) URL; check baseURL`)
}

/**
 * A query string: arrays repeat their name, `undefined` and `null` are left out, everything else is percent-encoded once, the
 * way it will be signed and sent.
 *
 * @throws {RequestError} for a value that has no place in a query, such as an object.
 */
export function serializeQuery(params: unknown): string {
  if (params instanceof URLSearchParams) return params.toString()
  if (!isPlainObject(params)) throw new RequestError('query must be a plain object or URLSearchParams')
  const broken = Object.keys(params).find((name) => !name.isWellFormed())
  if (broken !== undefined)
    throw new RequestError(`query has a name that is not well-formed Unicode: '${broken}'`)
  return Object.entries(params)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => [name, item] as const))
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(scalar(name, value))}`)
    .join('&')
}

function scalar(name: string, value: unknown): string {
  if (typeof value === 'string') {
    if (value.isWellFormed()) return value
    throw new RequestError(`query.${name} is not well-formed Unicode`)
  }
  if (value instanceof Date) {
    throw new RequestError(
      `query.${name} must be text: write the date as the endpoint documents it, such as '2026-11-29' or '2026-11-29T10:00:00+08:00'`,
    )
  }
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return String(value)
    throw new RequestError(`query.${name} is ${value}`)
  }
  throw new RequestError(`query.${name} must be a string, number, boolean or an array of them`)
}
