import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
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
  config.validateStatus = isSuccess
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** Takes from a response what must not be printed with it. */
export function unseal(response: AxiosResponse): void {
  response.config.headers.delete('Authorization')
  delete response.config.httpAgent
  delete response.config.httpsAgent
  delete response.request
}
