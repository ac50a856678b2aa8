import type { AxiosRequestConfig } from 'axios'
import { type Call, callOf } from '../../pipeline/call.js'
import { resolveUrl } from '../../pipeline/url.js'
import { completeMessage } from './complete.js'
import type { V2Context } from './context.js'

/**
 * The URL that a browser is sent to, or that a GET would use: its query completed and signed, with the fragment
 * that WeChat asks for.
 *
 * @throws {RequestError} when the query cannot be signed.
 */
export function signedUrl(config: AxiosRequestConfig, context: V2Context): string {
  const { endpoint } = callOf(config) as Call
  const { message } = completeMessage(config.params, 'query', endpoint, context)
  return resolveUrl({ ...config, params: message }).href + (endpoint.traits.fragment ?? '')
}
