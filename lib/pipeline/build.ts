import type { AxiosRequestConfig } from 'axios'
import { expandTemplate } from '../chain/template.js'
import { RequestError } from '../errors.js'
import { isPlainObject, LOST_NAMES } from '../plain-object.js'
import { findUnsendable } from './body.js'
import { attachCall, Call } from './call.js'
import type { ChainedEndpoint as Endpoint } from './endpoint.js'
import { isRepeatable } from './idempotency.js'
import { nearestName } from './nearest.js'
import { assertOption } from './options.js'
import type { Upload } from './upload.js'

/** Keys of the request object that are handed to axios as they are. */
const AXIOS_KEYS: ReadonlySet<string> = new Set([
  'headers',
  'baseURL',
  'timeout',
  'signal',
  'responseType',
  'onUploadProgress',
  'onDownloadProgress',
])

const OPTION_KEYS: ReadonlySet<string> = new Set([
  'json',
  'xml',
  'query',
  'multipart',
  'sink',
  'decrypt',
  'validate',
  'retry',
  ...AXIOS_KEYS,
])

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({})

/**
 * The request object of a call as axios config. Everything a caller can get wrong is found here, before anything is sent.
 *
 * @param upload what {@link prepareUpload} has made of `multipart`
 * @throws {RequestError} naming the endpoint, the key and what to do.
 */
export function buildRequest(endpoint: Endpoint, request: unknown, upload?: Upload): AxiosRequestConfig {
  const given = request === undefined ? NOTHING : assertObject(endpoint, 'the request', request)
  const config: AxiosRequestConfig = { method: endpoint.verb, url: '' }
  for (const key of Object.keys(given)) takeOption(config, endpoint, key, given[key])
  config.url = expandTemplate(endpoint.wire, given)
  assertFormat(endpoint, given)
  if (endpoint.api === 'v2') config.data = v2Body(endpoint, given)
  else if (upload) config.data = upload.meta
  else if (given.json !== undefined) config.data = assertBody(endpoint, given.json)
  if (given.sink !== undefined) config.responseType = 'stream'
  const call = new Call(endpoint, config.url)
  call.repeatable = isRepeatable(endpoint, given)
  call.upload = upload
  call.decrypt = given.decrypt === true
  return attachCall(config, call)
}

function takeOption(config: AxiosRequestConfig, endpoint: Endpoint, key: string, value: unknown): void {
  if (!OPTION_KEYS.has(key)) {
    if (endpoint.placeholders.includes(key)) return
    throw new RequestError(`${endpoint.name}: ${unknownKey(endpoint, key)}`)
  }
  if (value === undefined || key === 'json') return
  assertOption(endpoint.name, key, value)
  if (key === 'query') config.params = assertFields(endpoint, 'query', value)
  else if (AXIOS_KEYS.has(key)) config[key as 'headers'] = value as never
}

function unknownKey(endpoint: Endpoint, key: string): string {
  const known = [...endpoint.placeholders, ...OPTION_KEYS]
  const nearest = nearestName(key, known)
  const hint = nearest ? `did you mean '${nearest}'?` : `known here: ${known.join(', ')}.`
  return `unknown key '${key}' in the request; ${hint} Body fields belong in '${endpoint.api === 'v2' ? 'xml' : 'json'}', query parameters in 'query'`
}

export function assertObject(
  endpoint: Endpoint,
  what: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (isPlainObject(value)) return value
  throw new RequestError(`${endpoint.name}: ${what} must be a plain object, not ${describe(value)}`)
}

function assertFields(endpoint: Endpoint, what: string, value: unknown): Readonly<Record<string, unknown>> {
  const fields = assertObject(endpoint, what, value)
  const lost = Object.keys(fields).find((name) => LOST_NAMES.has(name))
  if (lost) throw new RequestError(`${endpoint.name}: ${what}.${lost} is no name of a field`)
  return fields
}

function assertBody(endpoint: Endpoint, json: unknown): unknown {
  const problem =
    endpoint.verb === 'get' ? "a GET carries no body; pass parameters as 'query'" : findUnsendable(json)
  if (problem) throw new RequestError(`${endpoint.name}: ${problem}`)
  return json
}

/** Each version of the API has a format of its own. */
function assertFormat(endpoint: Endpoint, { json, xml, multipart }: Readonly<Record<string, unknown>>): void {
  if (endpoint.api === 'v2' && json !== undefined) {
    throw new RequestError(`${endpoint.name}: APIv2 speaks XML; pass the body as 'xml' instead of 'json'`)
  }
  if (multipart !== undefined && json !== undefined) {
    throw new RequestError(`${endpoint.name}: an upload has no 'json'; its fields go into 'multipart.meta'`)
  }
  if (endpoint.api === 'v3' && xml !== undefined) {
    throw new RequestError(`${endpoint.name}: APIv3 speaks JSON; pass the body as 'json' instead of 'xml'`)
  }
}

/** The fields of an APIv2 body; completed, signed and encoded when the request is sent. */
function v2Body(endpoint: Endpoint, { xml, multipart }: Readonly<Record<string, unknown>>): unknown {
  if (xml !== undefined && endpoint.verb === 'get') {
    throw new RequestError(`${endpoint.name}: a GET carries no body; pass parameters as 'query'`)
  }
  if (endpoint.traits.upload) {
    if (xml !== undefined)
      throw new RequestError(`${endpoint.name}: an upload; pass its parts as 'multipart'`)
    return assertObject(endpoint, 'multipart', multipart)
  }
  if (multipart !== undefined)
    throw new RequestError(`${endpoint.name} takes no file: pass the body as 'xml'`)
  return xml === undefined ? undefined : assertFields(endpoint, 'xml', xml)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? (value.constructor?.name ?? 'an object') : typeof value
}
