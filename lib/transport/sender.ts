import {
  AxiosHeaders,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
  mergeConfig,
  type RawAxiosHeaders,
} from 'axios'
import { copyLiterals, isPlainObject } from '../plain-object.js'

/** What is done to each request and answer of an axios instance. */
export interface Steps {
  readonly sign: (config: InternalAxiosRequestConfig) => Promise<InternalAxiosRequestConfig>
  readonly accept: (response: AxiosResponse) => Promise<AxiosResponse>
  readonly refuse: (error: unknown) => Promise<never>
}

/** An axios instance that signs and verifies, and the way to send by it. */
export interface Sender {
  readonly client: AxiosInstance
  readonly send: (config: AxiosRequestConfig) => Promise<AxiosResponse>
  /** Where requests go that say nothing of it. */
  readonly baseURL: () => string | undefined
}

/**
 * Makes the steps interceptors of the instance. What axios does around them is work for what users add; as long as
 * no function of theirs gets to see a request, `send` takes the steps alone.
 *
 * @param given what the user wants of the instance
 */
export function createSender(client: AxiosInstance, steps: Steps, given: AxiosRequestConfig): Sender {
  client.interceptors.request.use(steps.sign)
  client.interceptors.response.use(steps.accept, steps.refuse)
  const { defaults } = client
  const isOurs = !given.transformRequest && !defaults.paramsSerializer && !hasOwnAdapter(defaults)
  const isUntouched = watch(client)
  const starts = new Map<string, InternalAxiosRequestConfig>()

  function startOf(config: AxiosRequestConfig): InternalAxiosRequestConfig {
    const { method = 'get' } = config
    const start = starts.get(method) ?? createStart(defaults as AxiosRequestConfig, config)
    starts.set(method, start)
    return start
  }

  async function sendAlone(config: AxiosRequestConfig): Promise<AxiosResponse> {
    const full = configOf(config, startOf(config))
    return steps.accept(await sendSigned(full, steps).catch(steps.refuse))
  }

  return {
    client,
    baseURL: () => defaults.baseURL,
    send: (config) => {
      if (isOurs && config.headers === undefined && isUntouched()) return sendAlone(config)
      // Who gets to see it may change it, and the next attempt starts from the same.
      return client.request(copyLiterals(config))
    },
  }
}

async function sendSigned(given: InternalAxiosRequestConfig, { sign }: Steps): Promise<AxiosResponse> {
  const config = await sign(given)
  const started = performance.now()
  const send = config.adapter as (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>
  const response = await send(config)
  response.duration = Math.round(performance.now() - started)
  return response
}

/** What is set on the way to the wire, beside what goes along under symbols. */
const SET_LATER: readonly string[] = [
  ...['method', 'url', 'data', 'params', 'baseURL', 'timeout', 'signal', 'responseType', 'auth'],
  ...['httpAgent', 'httpsAgent', 'proxy', 'maxRedirects', 'adapter'],
]

/**
 * What the requests of a method start from, as axios merges it. What is set later is there from the start, so that
 * all configs have one shape; adding it would cost much more.
 */
function createStart(defaults: AxiosRequestConfig, given: AxiosRequestConfig): InternalAxiosRequestConfig {
  const { method = 'get' } = given
  const { headers = {}, ...config } = mergeConfig(defaults, { method })
  for (const value of Object.values(config)) {
    if (Array.isArray(value) || isPlainObject(value)) Object.freeze(value)
  }
  const names = [...SET_LATER, ...Object.getOwnPropertySymbols(given)]
  const unset = Object.fromEntries(names.map((name) => [name, undefined]))
  return { ...unset, ...config, headers: flatten(headers as Record<string, RawAxiosHeaders>, method) }
}

/** Under `common` and the names of methods are headers for these; all others are headers themselves. */
function flatten(headers: Readonly<Record<string, RawAxiosHeaders>>, method: string): AxiosHeaders {
  const shared = Object.entries(headers).filter(([, value]) => !isPlainObject(value))
  return AxiosHeaders.concat(headers.common, headers[method], Object.fromEntries(shared) as never)
}

function configOf(given: AxiosRequestConfig, start: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const config = Object.assign({ ...start }, given)
  // Assigned: they are clean already, and `AxiosHeaders.from()` would look each up.
  config.headers = Object.assign(new AxiosHeaders(), start.headers)
  return config as InternalAxiosRequestConfig
}

function hasOwnAdapter({ adapter }: AxiosInstance['defaults']): boolean {
  return [adapter].flat().some((one) => typeof one === 'function')
}

/**
 * Tells whether an instance is still as it was made. Who has looked at its interceptors or defaults may have changed
 * them, or do so later.
 */
function watch(client: AxiosInstance): () => boolean {
  const { request } = client
  let isSeen = false
  for (const name of ['interceptors', 'defaults'] as const) {
    let value: unknown = client[name]
    Object.defineProperty(client, name, {
      get() {
        isSeen = true
        return value
      },
      set(replacement: unknown) {
        isSeen = true
        value = replacement
      },
      enumerable: true,
      configurable: true,
    })
  }
  return () => !isSeen && client.request === request
}
