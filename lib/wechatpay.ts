import { inspect } from 'node:util'
import type { AxiosInstance } from 'axios'
import type { Chain } from '../types/chain.js'
import { createChain } from './chain/chain.js'
import { loadConfig, type WechatpayOptions } from './config.js'
import { decryptOaep } from './crypto/rsa.js'
import { buildRequest } from './request/build.js'
import { endpointOf } from './request/endpoint.js'
import { resolveUrl } from './request/url.js'
import { exactSegments, isDocumentedPrefix } from './routes/lookup.js'
import type { Verb } from './routes/traits.js'
import { createAgents } from './transport/agents.js'
import { createV3Client } from './v3/client.js'
import { createPlatformKeys } from './v3/platform-keys.js'
import { type Ciphertext, sensitive } from './v3/sensitive.js'

const VERBS: readonly Verb[] = ['get', 'post', 'put', 'patch', 'delete']
const VERB_NAMES: ReadonlyMap<string, Verb> = new Map(
  VERBS.flatMap((verb) => [
    [verb, verb],
    [`${verb}Async`, verb],
  ]),
)

/** The axios instances behind the chain, for interceptors of the user's own. */
export interface Clients {
  readonly v3: AxiosInstance
}

/** Beside its own members, a client has the paths of the API. */
export interface Wechatpay extends Chain {}

/**
 * A client for the WeChat Pay OpenAPI. Properties chain into the path of an endpoint; calling a verb
 * signs the request, sends it, and gives the verified answer.
 *
 * @example
 * ```ts
 * const wxpay = new Wechatpay({ mchid, serial, privateKey, certs })
 * const { data } = await wxpay.v3.pay.transactions.native.post({ json: order })
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the proxy provides what the interface declares
export class Wechatpay {
  /** The axios instances behind the chain, for interceptors of your own. */
  readonly client: Clients

  /** Encrypts a text with the current platform key. */
  readonly encrypt: (text: string) => Promise<Ciphertext>

  /**
   * The text of an encrypted field of an answer.
   *
   * @throws {RequestError} code `DECRYPTION_FAILED` when it was not encrypted for this merchant certificate.
   */
  readonly decrypt: (ciphertext: string | Ciphertext) => string

  /** Closes all connections. Requests in flight fail. */
  readonly close: () => void

  /** @throws {ConfigError} at once, when an option is missing or wrong. */
  constructor(options: WechatpayOptions) {
    const { signer, platformKeys, agents: given, axios } = loadConfig(options)
    const keys = createPlatformKeys(platformKeys)
    const agents = createAgents(given)
    const v3 = createV3Client({ signer, keys, agents }, axios)
    this.client = Object.freeze({ v3 })
    this.encrypt = async (text) => sensitive(text).encryptFor(keys.current())
    this.decrypt = (ciphertext) => decryptOaep(String(ciphertext), signer.privateKey)
    this.close = agents.destroy
    Object.defineProperty(this, inspect.custom, { value: () => this.toString() })
    Object.freeze(this)
    // biome-ignore lint/correctness/noConstructorReturn: the chain is this object, seen through a proxy
    return createChain(this, {
      verbs: VERB_NAMES,
      bareVerb: 'post',
      exactSegments,
      keeps: isDocumentedPrefix,
      send: async (verb, path, request) => v3.request(buildRequest(endpointOf(path, verb), request)),
      url: (path, request) => {
        const config = buildRequest(endpointOf(path, 'get'), request)
        return resolveUrl({ ...axios, ...config }).href
      },
    })
  }

  [Symbol.dispose](): void {
    this.close()
  }

  toString(): string {
    return 'Wechatpay'
  }

  toJSON(): string {
    return this.toString()
  }
}
