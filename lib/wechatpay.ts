import { inspect } from 'node:util'
import type { AxiosInstance, AxiosResponse } from 'axios'
import type { Chain } from '../types/chain.js'
import { type Bills, createBills } from './bills/api.js'
import { exactSegments, isDocumentedPrefix } from './catalog/lookup.js'
import type { Verb } from './catalog/traits.js'
import { createChain } from './chain/chain.js'
import { Place } from './chain/place.js'
import { decryptOaep } from './crypto/rsa.js'
import { assertMayCall } from './identity.js'
import { createNotifications, type NotificationReceiver } from './notifications/receiver.js'
import { loadConfig, type WechatpayOptions } from './options.js'
import { createPaySign, type PaySign } from './pay-sign/api.js'
import { buildRequest } from './pipeline/build.js'
import { dispatch } from './pipeline/dispatch.js'
import { assertSendable, endpointOf } from './pipeline/endpoint.js'
import { resolveUrl } from './pipeline/url.js'
import { createV2 } from './protocols/v2/api.js'
import { createV3, type PlatformCertificates } from './protocols/v3/api.js'
import type { Ciphertext } from './protocols/v3/sensitive.js'
import { createAgents } from './transport/agents.js'

const VERBS: readonly Verb[] = ['get', 'post', 'put', 'patch', 'delete']
const VERB_NAMES: ReadonlyMap<string, Verb> = new Map(
  VERBS.flatMap((verb) => [
    [verb, verb],
    [`${verb}Async`, verb],
  ]),
)

/** Where the chains of all clients start. */
const START: Place<Verb> = new Place({
  verbs: VERB_NAMES,
  bareVerb: 'post',
  exactSegments,
  keeps: isDocumentedPrefix,
})

/** The axios instances behind the chain, for interceptors of the user's own. */
export interface Clients {
  /** Signs and verifies the calls of APIv2. */
  readonly v2: AxiosInstance
  /** Signs and verifies the calls of APIv3, and those of a brand. */
  readonly v3: AxiosInstance
}

/** Beside its own members, a client has the paths of the API. */
export interface Wechatpay extends Chain {}

/**
 * A client for the WeChat Pay OpenAPI, of a merchant or of a brand. Properties chain into the path of an endpoint; calling a verb
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

  /** The platform keys that are trusted. */
  readonly certificates: PlatformCertificates

  /** Verifies, decrypts and answers what WeChat Pay tells by itself. */
  readonly notifications: NotificationReceiver

  /** Signs the parameters with which a front end starts a payment; a merchant's alone. */
  readonly paySign: PaySign

  /** Downloads, checks and reads bills; a merchant's alone. */
  readonly bills: Bills

  /** Encrypts a text with the current platform key. */
  readonly encrypt: (text: string) => Promise<Ciphertext>

  /**
   * The text of an encrypted field of an answer.
   *
   * @throws {RequestError} code `DECRYPTION_FAILED` when it was not encrypted for the certificate of `privateKey`.
   */
  readonly decrypt: (ciphertext: string | Ciphertext) => string

  /** Closes all connections and ends the refreshing of certificates. Requests in flight fail. */
  readonly close: () => void

  /** @throws {ConfigError} at once, when an option is missing or wrong. */
  constructor(options: WechatpayOptions) {
    const config = loadConfig(options)
    const agents = createAgents(config.agents)
    const v3 = createV3(config, agents)
    const v2 = createV2(config, agents)
    const { failover, deadline, validate } = config
    const sending = { failover, deadline, validate, isClosed: agents.isClosed }
    const dispatchers = { v2: { ...v2.sender, ...sending }, v3: { ...v3.sender, ...sending } }
    this.client = Object.freeze({ v2: v2.sender.client, v3: v3.sender.client })
    this.certificates = v3.certificates
    const { signer, apiv3Key, brandApiKey, secret } = config
    this.notifications = createNotifications(signer, { keys: v3.keys, apiv3Key, brandApiKey, secret })
    this.paySign = createPaySign(signer, secret)
    const send = async (verb: Verb, path: string, request?: unknown): Promise<AxiosResponse> => {
      const endpoint = endpointOf(path, verb)
      assertMayCall(signer, endpoint)
      assertSendable(endpoint)
      return dispatch(endpoint, request, dispatchers[endpoint.api])
    }
    const origins = [...failover, ...(config.axios.baseURL === undefined ? [] : [config.axios.baseURL])]
    this.bills = createBills({ send, origins, privateKey: signer.privateKey }, signer)
    this.encrypt = v3.encrypt
    this.decrypt = (ciphertext) => decryptOaep(String(ciphertext), signer.privateKey)
    this.close = () => {
      v3.close()
      agents.destroy()
    }
    Object.defineProperty(this, inspect.custom, { value: () => this.toString() })
    Object.freeze(this)
    // biome-ignore lint/correctness/noConstructorReturn: the chain is this object, seen through a proxy
    return createChain(this, START, {
      send,
      url: (path, request) => {
        const endpoint = endpointOf(path, 'get')
        const get = { ...config.axios, ...buildRequest(endpoint, request) }
        return endpoint.api === 'v2' ? v2.url(get) : resolveUrl(get).href
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
