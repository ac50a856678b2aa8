import axios, {
  type AxiosAdapter,
  type AxiosRequestHeaders,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
  isAxiosError,
  isCancel,
} from 'axios'
import { NetworkError, RequestError, WechatpayError } from '../errors.js'
import { VERSION } from '../version.js'
import type { Agents } from './agents.js'
import type { Clock } from './clock.js'
import { unset } from './unset.js'
import { exchange } from './wire/exchange.js'
import { isStock, ordinaryRequest } from './wire/ordinary.js'

/** Per attempt, in milliseconds. */
export const DEFAULT_TIMEOUT = 15_000

/** Of an answer that is held in memory, in bytes: what is not verified yet must not fill it. */
export const MAX_ANSWER: number = 32 * 1024 * 1024

export const USER_AGENT: string = `wechatpay-fluent/${VERSION} node/${process.versions.node}`

/** What holds for every request, whatever interceptors of the user's have set before. */
export function seal(config: InternalAxiosRequestConfig, agents: Agents, clock: Clock): void {
  if (agents.isClosed()) throw new RequestError('The client is closed')
  config.maxRedirects = 0
  config.httpAgent = agents.http
  config.httpsAgent = agents.https
  if (agents.proxy !== undefined) config.proxy = agents.proxy
  config.validateStatus = isSuccess
  if (config.responseType === 'stream') config.maxContentLength = -1
  // Axios would put these in place of our own.
  unset(config, ['auth'])
  dropHeaders(config.headers)
  config.adapter = sealedAdapter(config, agents, clock)
}

/** Headers that are not for a caller to set. */
const OURS: ReadonlySet<string> = new Set(['authorization', 'content-length', 'transfer-encoding'])

/** In one pass: each look-up by name is one of its own in AxiosHeaders. */
function dropHeaders(headers: AxiosRequestHeaders): void {
  for (const name of Object.keys(headers)) if (OURS.has(name.toLowerCase())) delete headers[name]
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** What Node and undici say of a header or path that HTTP cannot carry. */
const REFUSED: ReadonlySet<string> = new Set([
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_UNESCAPED_CHARACTERS',
  'UND_ERR_INVALID_ARG',
])

/** Sends what was signed, and nothing else. */
function sealedAdapter(
  { adapter, url, method, data }: InternalAxiosRequestConfig,
  agents: Agents,
  clock: Clock,
): AxiosAdapter {
  const send = isStock(adapter) ? shortWay(agents, clock) : withSignal(axios.getAdapter(adapter), clock)
  return async (config) => {
    try {
      if (config.url !== url || config.method !== method || config.data !== data) {
        throw new RequestError(
          'The request was changed after it was signed; register interceptors that change it earlier',
        )
      }
      if (agents.isClosed()) throw new RequestError('The client is closed')
      return await send(config)
    } catch (error) {
      if (isAxiosError(error) || isCancel(error)) throw error
      clock.stop()
      if (error instanceof WechatpayError) throw error
      // The message alone: the rest may hold the request.
      const message = error instanceof Error ? error.message : String(error)
      if (REFUSED.has((error as NodeJS.ErrnoException | undefined)?.code ?? '')) {
        throw new RequestError(`The request cannot be sent: ${message}`)
      }
      throw new NetworkError(`The request failed: ${message}`, {
        code: 'CONNECTION_FAILED',
        retryable: false,
      })
    }
  }
}

const stock: AxiosAdapter = axios.getAdapter('http')

/** An ordinary request goes the short way; axios' own adapter, which can do more, sends all others. */
function shortWay(agents: Agents, clock: Clock): AxiosAdapter {
  const longWay = withSignal(stock, clock)
  return async (config) => {
    const request = ordinaryRequest(config)
    const agent: unknown = request?.origin.startsWith('https:') ? config.httpsAgent : config.httpAgent
    const connections = request && agents.connectionsOf(agent)
    return connections ? exchange(await connections.wire(), request, config, clock) : longWay(config)
  }
}

/** Other adapters know of the time through the signal alone. */
function withSignal(send: AxiosAdapter, clock: Clock): AxiosAdapter {
  return async (config) => {
    const signal = clock.toSignal(config.signal as AbortSignal | undefined)
    if (signal) config.signal = signal
    if (signal?.aborted) throw new CanceledError(undefined, config)
    return send(config)
  }
}

const UNPRINTABLE = ['httpAgent', 'httpsAgent', 'proxy', 'adapter'] as const

/** Takes from a response what must not be printed with it. */
export function unseal(response: AxiosResponse): void {
  delete response.config.headers.Authorization
  unset(response.config, UNPRINTABLE)
  unset(response, ['request'])
}
