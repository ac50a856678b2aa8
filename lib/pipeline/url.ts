import type { AxiosRequestConfig } from 'axios'
import { RequestError } from '../errors.js'
import { callOf } from './call.js'
import { serializeQuery } from './query.js'

/** The access point of all endpoints that name no other. */
export const DEFAULT_ORIGIN = 'https://api.mch.weixin.qq.com'

/**
 * The absolute URL that goes on the wire, query included, so that what is signed is what is sent. A `baseURL` of the caller wins over the endpoint's own access point.
 *
 * @throws {RequestError} when base and path make no URL.
 */
export function resolveUrl(config: AxiosRequestConfig): URL {
  const base = config.baseURL ?? callOf(config)?.endpoint.traits.origin ?? DEFAULT_ORIGIN
  const path = config.url ?? ''
  assertBase(base)
  const absolute = /^https?:\/\//i.test(path)
    ? path
    : `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
  const url = parseUrl(absolute)
  const query = serialize(config)
  if (query !== '') url.search = url.search === '' ? query : `${url.search}&${query}`
  if (url.hash !== '') url.hash = ''
  return url
}

function assertBase(base: string): void {
  if (!/[?#]|\/\/[^/]*@/.test(base)) return
  throw new RequestError('baseURL must be host and path alone, without a user, query or fragment')
}

function parseUrl(text: string): URL {
  try {
    if (/^https?:/i.test(text)) return new URL(text)
  } catch {
    // Node's own message holds the whole URL.
  }
  throw new RequestError(`'${text.replace(/\/\/[^/]*@/, '//')}' is no http(s) URL; check baseURL`)
}

function serialize(config: AxiosRequestConfig): string {
  if (config.params === undefined || config.params === null) return ''
  const serializer = config.paramsSerializer
  const serialize = typeof serializer === 'function' ? serializer : serializer?.serialize
  return (serialize ?? serializeQuery)(config.params)
}
