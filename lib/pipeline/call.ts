import type { AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { SignedRequest } from '../crypto/canonical.js'
import { Clock } from '../transport/clock.js'
import { unset } from '../transport/unset.js'
import { type Endpoint, endpointOfUrl } from './endpoint.js'
import type { Upload } from './upload.js'

/**
 * What the client remembers of a call between its request and its answer. A class, because axios clones
 * plain objects whenever it merges a config.
 */
export class Call {
  readonly endpoint: Endpoint
  /** What the caller wants the answer as; until it is verified, its raw bytes travel. */
  responseType: AxiosRequestConfig['responseType']
  transformResponse: AxiosRequestConfig['transformResponse']
  /** The file that goes with the request. */
  upload: Upload | undefined
  /** Whether the encrypted fields of the answer are to be decrypted. */
  decrypt = false
  /** Whether the answer is believed without a signature. */
  unsigned: boolean
  /** Whether sending the request again has no further effect. */
  repeatable: boolean
  /** What the signature of the last attempt covers. */
  signed: SignedRequest | undefined
  /** Of the present attempt. */
  readonly clock: Clock = new Clock()
  /** Whether its outcome has passed our own interceptors, who accept or refuse it. */
  judged = false
  #url: string | undefined
  #begun = false
  #signal: AxiosRequestConfig['signal']

  /** @param url the one that the endpoint's template gave */
  constructor(endpoint: Endpoint, url: string | undefined) {
    this.endpoint = endpoint
    this.unsigned = endpoint.traits.unsigned === true
    this.repeatable = endpoint.verb === 'get' || endpoint.traits.safe === true
    this.#url = url
  }

  /** Prepares an attempt under its clock, which goes on until the answer is there, or the preparation fails. */
  async prepare<Result>(config: InternalAxiosRequestConfig, work: () => Promise<Result>): Promise<Result> {
    this.#startClock(config)
    try {
      return await work()
    } catch (error) {
      this.settle()
      throw error
    }
  }

  /** Its outcome is there, and our own interceptors have it. */
  settle(): void {
    this.clock.stop()
    this.judged = true
  }

  #startClock(config: InternalAxiosRequestConfig): void {
    if (this.clock.isRunning) return
    this.#signal = config.signal
    this.clock.start(Number(config.timeout ?? 0))
    config.timeout = 0
  }

  /**
   * Takes over the wishes of a config that is about to be sent to `url`. Where a user's interceptor has put
   * another URL in place of the template's, the endpoint's traits no longer hold: what would be believed
   * unsigned is then verified like the rest.
   */
  begin(config: InternalAxiosRequestConfig, url: URL): void {
    this.unsigned &&= config.url === this.#url
    if (!this.#begun) {
      this.responseType = config.responseType
      this.transformResponse = config.transformResponse
    }
    this.#begun = true
    this.#url = url.href
    config.url = url.href
    config.responseType = this.#streams ? 'stream' : 'arraybuffer'
    config.transformResponse = []
    unset(config, ['baseURL', 'params'])
  }

  /** Only what is signed apart from its body, or not at all, can be passed on before it is whole. */
  get #streams(): boolean {
    return (
      this.responseType === 'stream' && (this.unsigned || this.endpoint.traits.signedDigest !== undefined)
    )
  }

  /** Puts the decoded data into a response, and the wishes back where users look for them. */
  finish(response: AxiosResponse, data: unknown): AxiosResponse {
    response.data = data
    response.config.timeout = this.clock.limit
    unset(response.config, ['signal', 'responseType'])
    if (this.#signal) response.config.signal = this.#signal
    if (this.responseType) response.config.responseType = this.responseType
    return response
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

/** The call of a config that may have come past the chain, through the axios instance itself. */
export function ensureCall(config: InternalAxiosRequestConfig): Call {
  const known = callOf(config)
  if (known) return known
  const call = new Call(endpointOfUrl(config.url ?? '', config.method ?? 'get'), config.url)
  attachCall(config, call)
  return call
}
