import type { InternalAxiosRequestConfig } from 'axios'
import { attachCall, Call, callOf } from '../../pipeline/call.js'
import { endpointOfUrl } from '../../pipeline/endpoint.js'
import type { SignType } from './sign.js'

/** What a request said before it was signed, and how it was. */
export interface Attempt {
  readonly data: unknown
  readonly params: unknown
  readonly url: string | undefined
  /** What became of `data` and `url`. */
  readonly sent: { readonly data: unknown; readonly url: string | undefined }
  readonly signType: SignType
}

const attempts = new WeakMap<Call, Attempt>()

export function remember(call: Call, attempt: Attempt): void {
  attempts.set(call, attempt)
}

/** How the request of a call was signed, which decides how its answer has to be. */
export function signTypeOf(call: Call): SignType {
  return attempts.get(call)?.signType ?? 'MD5'
}

/** A config that is sent once more has the signed message in it; it gets back what was given. */
export function restore(config: InternalAxiosRequestConfig, call: Call): void {
  const last = attempts.get(call)
  if (!last || config.url !== last.sent.url || config.data !== last.sent.data) return
  config.data = last.data
  config.params = last.params
  if (last.url !== undefined) config.url = last.url
}

/** The call of a config, which may have come past the chain: the paths of v2 lack their `v2/` on the wire. */
export function ensureV2Call(config: InternalAxiosRequestConfig): Call {
  const known = callOf(config)
  if (known) return known
  const { pathname } = new URL(config.url ?? '', 'https://localhost')
  const call = new Call(endpointOfUrl(`/v2${pathname}`, config.method ?? 'get'), config.url)
  attachCall(config, call)
  return call
}
