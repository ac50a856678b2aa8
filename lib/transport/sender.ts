import {
  AxiosHeaders,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
  mergeConfig,
} from 'axios'
import { copyLiterals } from '../plain-object.js'

/** What is done to each request and answer of an axios instance. */
export interface Steps {
  readonly sign: (config: InternalAxiosRequestConfig) => Promise<InternalAxiosRequestConfig>
  readonly accept: (response: AxiosResponse) => Promise<AxiosResponse>
  readonly refuse: (error: unknown) => Promise<never>
}

export type Send = (config: AxiosRequestConfig) => Promise<AxiosResponse>

/** An axios instance that signs and verifies, and the way to send by it. */
export interface Sender {
  readonly client: AxiosInstance
  readonly send: Send
  /** Where requests go that say nothing of it. */
  readonly baseURL: () => string | undefined
}

/**
 * Makes the steps interceptors of the instance. What axios does around them is work for interceptors, defaults and
 * headers that users add; as long as there are none, `send` takes the steps alone.
 */
export function createSender(client: AxiosInstance, steps: Steps): Sender {
  client.interceptors.request.use(steps.sign)
  client.interceptors.response.use(steps.accept, steps.refuse)
  const { defaults } = client
  const isUntouched = watch(client)
  const starts = new Map<string, InternalAxiosRequestConfig>()

  function startOf(given: AxiosRequestConfig): InternalAxiosRequestConfig {
    const { method = 'get' } = given
    const known = starts.get(method)
    if (known) return known
    // What is set later is there from the start, so that all configs have one shape; adding it would cost much more.
    const start = {
      ...blank(SET_LATER),
      ...blank(Reflect.ownKeys(given)),
      ...mergeDefaults(defaults, method),
    }
    starts.set(method, start)
    return start
  }

  async function sendAlone(given: AxiosRequestConfig): Promise<AxiosResponse> {
    const start = startOf(given)
    const config = Object.assign({ ...start }, given)
    // Assigned: they are clean already, and `AxiosHeaders.from()` would look each up.
    config.headers = Object.assign(new AxiosHeaders(), start.headers)
    const response = await sendSigned(config, steps).catch(steps.refuse)
    return steps.accept(response)
  }

  return {
    client,
    baseURL: () => defaults.baseURL,
    send: (config) => {
      if (config.headers === undefined && isUntouched()) return sendAlone(config)
      // Interceptors may change it, and the next attempt starts from the same.
      return client.request(copyLiterals(config))
    },
  }
}

async function sendSigned(given: InternalAxiosRequestConfig, { sign }: Steps): Promise<AxiosResponse> {
  const config = await sign(given)
  const started = performance.now()
  const response = await (config.adapter as (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>)(
    config,
  )
  response.duration = Math.round(performance.now() - started)
  return response
}

/** What is set on the way to the wire. */
const SET_LATER: readonly (keyof InternalAxiosRequestConfig)[] = [
  ...(['url', 'data', 'params', 'baseURL', 'signal', 'responseType', 'auth'] as const),
  ...(['httpAgent', 'httpsAgent', 'proxy', 'maxRedirects', 'adapter'] as const),
]

function blank(names: readonly PropertyKey[]): object {
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

/** What a request of a method starts from, as axios merges it. */
function mergeDefaults(defaults: AxiosInstance['defaults'], method: string): InternalAxiosRequestConfig {
  const { headers = {}, ...config } = mergeConfig(defaults as AxiosRequestConfig, { method })
  const buckets = headers as Record<string, Record<string, string> | undefined>
  const shared = Object.entries(headers).filter(([, value]) => typeof value !== 'object')
  return {
    ...config,
    headers: AxiosHeaders.concat(buckets.common, buckets[method], Object.fromEntries(shared)),
  }
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
