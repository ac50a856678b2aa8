import type { InternalAxiosRequestConfig } from 'axios'
import { VERSION } from '../version.js'
import type { Agents } from './agents.js'

/** Per attempt, in milliseconds. */
export const DEFAULT_TIMEOUT = 15_000

export const USER_AGENT: string = `wechatpay-fluent/${VERSION} node/${process.versions.node}`

/** What holds for every request, whatever interceptors of the user's have set before. */
export function seal(config: InternalAxiosRequestConfig, agents: Agents): void {
  config.maxRedirects = 0
  config.httpAgent = agents.http
  config.httpsAgent = agents.https
  config.responseType = 'arraybuffer'
  config.validateStatus = (status) => status >= 200 && status < 300
}

/** Takes from a config what must not be printed with a response. */
export function unseal(config: InternalAxiosRequestConfig): void {
  config.headers.delete('Authorization')
  delete config.httpAgent
  delete config.httpsAgent
}
