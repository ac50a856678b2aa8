import type { KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import type { Chain } from '../types/chain.js'
import { type Bills, createBills } from './bills/bills.js'
import { type Clients, createCalls, directDefaults } from './calls.js'
import { exactSegments, isDocumentedPrefix, isId } from './catalog/lookup.js'
import type { Verb } from './catalog/traits.js'
import { createChain } from './chain/chain.js'
import { PathNode } from './chain/path-node.js'
import {
  type Environment,
  type GivenOptions,
  mergeOptions,
  optionsFromFile,
  optionsOfVariables,
  withSource,
} from './config-sources.js'
import { decryptOaep } from './crypto/rsa.js'
import { isSm2 } from './crypto/sm2.js'
import { assertSm4Gcm } from './crypto/sm4.js'
import { createDownload, type Download } from './download.js'
import { ConfigError } from './errors.js'
import type { CheckOptions, Finding } from './health/finding.js'
import { DERIVE_KEY, deriveKeyOf, ID, lacksOptions, maySign, OWN_VALUES, rsaKeyOf } from './identity.js'
import { createNotifications, type NotificationReceiver } from './notifications/receiver.js'
import type { WechatpayOptions } from './option-types.js'
import { type Config, loadConfig } from './options.js'
import { createPaySign, type PaySign } from './pay-sign/api.js'
import { certificateDownload } from './pipeline/certificate-download.js'
import { watchCalls } from './pipeline/watch.js'
import { readGiven } from './plain-object.js'
import { DEFAULT_ORIGIN, resolveUrl } from './protocols/url.js'
import { createV2Protocol, signedUrl } from './protocols/v2/v2.js'
import { type Certificates, createCertificates } from './protocols/v3/certificates.js'
import {
  createPlatformCertificates,
  type PlatformCertificates,
} from './protocols/v3/platform-certificates.js'
import { createFixedKeys, type PlatformKey } from './protocols/v3/platform-keys.js'
import { type Ciphertext, sensitive } from './protocols/v3/sensitive.js'
import { createV3Protocol } from './protocols/v3/v3.js'
import { createTransport } from './transport/create-transport.js'
import type { Transport } from './transport/transport.js'

const VERBS: readonly Verb[] = ['get', 'post', 'put', 'patch', 'delete']
const VERB_NAMES: ReadonlyMap<string, Verb> = new Map(
  VERBS.flatMap((verb) => [
    [verb, verb],
    [`${verb}Async`, verb],
  ]),
)

/** The root of the chains of all clients. */
const ROOT: PathNode<Verb> = new PathNode({
  verbs: VERB_NAMES,
  defaultVerb: 'post',
  exactSegments,
  isId,
  isKept: isDocumentedPrefix,
})

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
  declare readonly client: Clients

  /** The platform keys that are trusted. */
  readonly certificates: PlatformCertificates

  /** Verifies, decrypts and answers what WeChat Pay tells by itself. */
  readonly notifications: NotificationReceiver

  /** Signs the parameters with which a front end starts a payment; a merchant's alone. */
  readonly paySign: PaySign

  /** Downloads, checks and reads bills; a merchant's alone. */
  readonly bills: Bills

  /** Downloads a file by the URL that WeChat Pay gave out: `download_url`, `media_url`. */
  readonly download: Download

  /** Encrypts a text with the current platform key. */
  readonly encrypt: (text: string) => Promise<Ciphertext>

  /**
   * The text of an encrypted field of an answer.
   *
   * @throws {RequestError} code `DECRYPTION_FAILED` when it was not encrypted for the certificate of `privateKey`.
   */
  readonly decrypt: (ciphertext: string | Ciphertext) => string

  /**
   * Checks keys, certificates, clock, network and secrets, by calls that change nothing, and says what is wrong and how to mend it:
   * a cause once. Keys in files are read again, and connections are made anew.
   *
   * @example
   * ```ts
   * const wrong = (await wxpay.check()).filter(({ state }) => state === 'bad')
   * ```
   */
  readonly check: (how?: CheckOptions) => Promise<readonly Finding[]>

  /** Closes all connections and ends the refreshing of certificates. Requests in flight fail. */
  readonly close: () => void

  /** @throws {ConfigError} at once, when an option is missing or wrong. */
  constructor(options: WechatpayOptions) {
    const config = loadConfig(options)
    const { account, apiv3Key, brandApiKey, secret, workwxSecret } = config
    const signer = maySign(account) ? account : undefined
    const transport = createTransport(config.connection, config.tls)
    const downloaded = downloadKeys(config, transport)
    const keys = downloaded ?? createFixedKeys(config.platformKeys)
    const v2Keys = { signer: account, secret, workwxSecret }
    const v2 = createV2Protocol({ ...v2Keys, hasCertificate: transport.hasCertificate })
    // Without a signer, no call gets as far as the protocol of APIv3.
    const v3 = signer ? createV3Protocol({ signer, keys }) : v2
    // A brand's protocol is that of APIv3; the signer makes the difference.
    const calls = createCalls(config, { v2, v3, brand: v3 }, transport)
    Object.defineProperty(this, 'client', { enumerable: true, get: calls.clients })
    this.certificates = createPlatformCertificates(
      keys,
      config.platformKeys.length > 0 ? undefined : downloaded,
      account,
    )
    this.notifications = createNotifications(account, { keys, apiv3Key, brandApiKey, secret })
    this.paySign = createPaySign(account, secret)
    const { baseURL } = config.axios
    const origins = [...config.failover, ...(baseURL === undefined ? [] : [baseURL])]
    this.bills = createBills({ send: calls.runByNode, origins, privateKey: account.privateKey }, account)
    this.download = createDownload(calls.run, baseURL)
    this.encrypt = async (text) => {
      await keys.ready()
      if (!keys.current() && !signer) throw lacksOptions('encrypt', account, 'v3')
      return sensitive(text).encryptFor(keys.current() as PlatformKey)
    }
    this.decrypt = (ciphertext) => {
      const text = readGiven('the ciphertext', () => String(ciphertext))
      return decryptOaep(text, rsaKeyOf(account, 'decrypt'))
    }
    const given = { ...options }
    this.check = (how) => Wechatpay.check(given, how)
    this.close = () => {
      downloaded?.close()
      transport.close()
    }
    Object.defineProperty(this, inspect.custom, { value: () => this.toString() })
    Object.defineProperty(this, ID, { value: { mchid: account.mchid, brandId: account.brandId } })
    Object.defineProperty(this, OWN_VALUES, { value: config.own })
    Object.defineProperty(this, DERIVE_KEY, {
      value: (purpose: string) =>
        deriveKeyOf((account.privateKey ?? secret ?? apiv3Key) as KeyObject, purpose),
    })
    Object.freeze(this)
    watchCalls()
    // biome-ignore lint/correctness/noConstructorReturn: the chain is this object, seen through a proxy
    return createChain(this, ROOT, {
      send: calls.run,
      url: (path, request) => {
        const call = calls.buildGet(path, request)
        return call.endpoint.protocol === 'v2' ? signedUrl(call, v2Keys) : resolveUrl(call).href
      },
    })
  }

  /**
   * A client whose options are environment variables, as the command line reads them: `WXPAY_MCHID`, `WXPAY_SERIAL` …
   *
   * @param overrides options that win over the variables, or that there are none for
   * @throws {ConfigError} naming the variable of an option that is missing or wrong.
   */
  static fromEnv(env: Environment = process.env, overrides: Partial<WechatpayOptions> = {}): Wechatpay {
    const options = optionsOfVariables(env)
    return withSource(() => createFrom(options, overrides), overrides)
  }

  /**
   * A client whose options are in a file, as `--config` of the command line reads it: JSON of the options of
   * {@link Wechatpay}, or the variables of {@link Wechatpay.fromEnv}. Keys may be the names of files.
   *
   * @param overrides options that win over those of the file
   * @throws {ConfigError} naming the file, when it cannot be read, or when one of its options is missing or wrong.
   */
  static fromFile(path: string | URL, overrides: Partial<WechatpayOptions> = {}): Wechatpay {
    const { options, source } = optionsFromFile(path)
    return withSource(() => createFrom(options, overrides), overrides, source)
  }

  /**
   * Like {@link Wechatpay.check} of a client, for options that may be too wrong to make one: each is checked by itself.
   *
   * @param options those of a client, in whatever state
   */
  static async check(options: object, how: CheckOptions = {}): Promise<readonly Finding[]> {
    const { checkHealth } = await import('./health/check.js')
    const createClient = (checked: WechatpayOptions): Wechatpay => new Wechatpay(checked)
    return checkHealth(options, how, { createClient, createTransport })
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

/** A client made from options that were read from somewhere; the constructor checks them. */
const createFrom = (options: GivenOptions, overrides: Partial<WechatpayOptions>): Wechatpay =>
  new Wechatpay(mergeOptions(options, overrides as GivenOptions) as unknown as WechatpayOptions)

/** The platform keys of a client that can download certificates; `undefined` where those of `certs` are all there are. */
function downloadKeys(config: Config, transport: Transport): Certificates | undefined {
  const { account: signer, apiv3Key, store, failover, platformKeys: given } = config
  if (!maySign(signer)) return undefined
  if (!apiv3Key || signer.mchid === undefined) {
    if (given.length > 0) return undefined
    throw new ConfigError('Give certs, or apiv3Key to have the platform certificates downloaded')
  }
  const algorithm = isSm2(signer.privateKey) ? 'SM2' : undefined
  if (algorithm && given.length === 0)
    assertSm4Gcm('Give certs: the platform certificates of SM2 are downloaded')
  const { baseURL } = config.axios
  // A client with a baseURL of its own asks nobody else.
  const accessPoints = baseURL ? [baseURL] : [DEFAULT_ORIGIN, ...failover]
  const protocol = createV3Protocol({ signer, keys: createFixedKeys([]) })
  const download = certificateDownload(
    protocol,
    transport,
    directDefaults(config, protocol).get,
    accessPoints,
    algorithm,
  )
  return createCertificates({ mchid: signer.mchid, algorithm, apiv3Key, download, store, given })
}
