import { isUtf8 } from 'node:buffer'
import type { InternalAxiosRequestConfig } from 'axios'
import { RequestError } from '../../errors.js'
import { assertMayCall } from '../../identity.js'
import { type Call, ensureCall } from '../../pipeline/call.js'
import { resolveUrl } from '../../pipeline/url.js'
import { unlessAborted } from '../../transport/abort.js'
import { seal } from '../../transport/seal.js'
import type { V3Context } from './context.js'
import type { PlatformKeys } from './platform-keys.js'
import { encryptFields } from './sensitive.js'
import { authorize, stamp } from './signer.js'

const HAS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Encodes the request, signs those bytes and makes sure that they, and no others, are sent. Runs anew for
 * every attempt of a repeated request.
 *
 * @throws {RequestError} when the body is nothing that can be signed, or the endpoint is another identity's.
 */
export function signRequest(
  config: InternalAxiosRequestConfig,
  context: V3Context,
): Promise<InternalAxiosRequestConfig> {
  const call = ensureCall(config)
  return call.prepare(config, () => sign(config, call, context))
}

async function sign(
  config: InternalAxiosRequestConfig,
  call: Call,
  { signer, keys, agents }: V3Context,
): Promise<InternalAxiosRequestConfig> {
  assertMayCall(signer, call.endpoint)
  if (!keys.current()) {
    const signal = call.clock.toSignal(config.signal as AbortSignal | undefined)
    await unlessAborted(keys.ready(), signal, call)
  }
  encryptSensitive(config, keys)
  // Before the URL is made: transforms get to see all of the request.
  const body = encode(config)
  const url = resolveUrl(config)
  call.begin(config, url)
  config.data = call.upload ? call.upload.toForm(String(body)) : body
  config.transformRequest = []
  const method = (config.method ?? 'get').toUpperCase()
  if (call.upload) config.headers.delete('Content-Type')
  // Also where there is no body: axios would take an empty POST for a form.
  else if (HAS_BODY.has(method) && !config.headers['Content-Type'])
    config.headers.setContentType('application/json', false)
  seal(config, agents, call.clock)
  const signed = stamp({ method, url: url.pathname + url.search, body: String(body ?? '') })
  call.signed = signed
  // Under this very name, by which it is taken out of the answer again.
  config.headers.Authorization = await authorize(signer, signed)
  return config
}

/** Names the platform key the answer is expected to be signed with, which sensitive fields are encrypted for. */
function encryptSensitive(config: InternalAxiosRequestConfig, keys: PlatformKeys): void {
  const pinned = config.headers.get('Wechatpay-Serial') as string | undefined
  const fields = { data: config.data as unknown, params: config.params as unknown }
  const { value, serial } = encryptFields(fields, pinned, keys)
  Object.assign(config, value)
  const named = serial ?? keys.current()?.serial
  // Assigned where there is none in any spelling: `set()` would look for it once more.
  if (named && !pinned) config.headers['Wechatpay-Serial'] = named
  else if (named) config.headers.set('Wechatpay-Serial', named)
}

function encode(config: InternalAxiosRequestConfig): string | Buffer | undefined {
  const transforms = [config.transformRequest ?? []].flat()
  const data: unknown = transforms.reduce(
    (value, transform) => transform.call(config, value, config.headers),
    config.data,
  )
  if (data === undefined || typeof data === 'string') return data
  if (Buffer.isBuffer(data) && isUtf8(data)) return data
  throw new RequestError(
    'The body must be JSON, text or UTF-8 bytes when it is signed; pass files as `multipart`',
  )
}
