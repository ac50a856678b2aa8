import type { AxiosRequestConfig } from 'axios'
import type { Endpoint } from './endpoint.js'

/**
 * What the client remembers of a call between its request and its answer. A class, because axios clones
 * plain objects whenever it merges a config.
 */
export class Call {
  readonly endpoint: Endpoint
  /**
   * The URL that the endpoint's template gave. Where a user's interceptor puts another in its place,
   * the endpoint's traits no longer hold: what would be believed unsigned is verified like the rest.
   */
  url: string | undefined
  /** What the caller wants the answer as; until it is verified, its raw bytes travel. */
  responseType: AxiosRequestConfig['responseType']
  transformResponse: AxiosRequestConfig['transformResponse']
  /** Whether the answer is believed without a signature. */
  unsigned: boolean
  /** Set from the first attempt on. */
  attempted = false

  constructor(endpoint: Endpoint, url: string | undefined) {
    this.endpoint = endpoint
    this.url = url
    this.unsigned = endpoint.traits.unsigned === true
  }
}

const key = Symbol('wechatpay-fluent call')

type Carrier = AxiosRequestConfig & { [key]?: Call }

export function attachCall<Config extends AxiosRequestConfig>(config: Config, call: Call): Config {
  ;(config as Carrier)[key] = call
  return config
}

export function callOf(config: AxiosRequestConfig): Call | undefined {
  return (config as Carrier)[key]
}
