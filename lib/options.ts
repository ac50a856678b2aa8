import { createSecretKey, KeyObject } from 'node:crypto'
import type { AxiosRequestConfig } from 'axios'
import { bufferOf } from './buffer-of.js'
import type { SecretInput } from './crypto/aes.js'
import { type KeyInput, loadCertificates, loadPrivateKey } from './crypto/keys.js'
import { unquote } from './crypto/material.js'
import { DURATION, isDuration } from './duration.js'
import { ConfigError, WechatpayError } from './errors.js'
import { type Account, type Id, type Identity, identityOf } from './identity.js'
import { didYouMean, nearestName } from './nearest.js'
import { copyLiterals } from './plain-object.js'
import {
  type ClientCertificate,
  certificateSerial,
  loadClientCertificate,
  type PemCertificate,
} from './protocols/v2/client-certificate.js'
import { loadPlatformKeys, type PlatformKey } from './protocols/v3/platform-keys.js'
import { isStore, STORE, type Store } from './store.js'
import type { TrustedAuthorities } from './transport/agents.js'
import type { TlsOptions } from './transport/create-transport.js'
import { plainHttpHost, plainHttpProblem } from './transport/plain-http.js'
import type { ConnectionOptions } from './transport/transport.js'

/** What every client is made from, beside any default of axios (`timeout`, `baseURL`, `httpsAgent`, `proxy` …). */
export interface CommonOptions
  extends Omit<
    AxiosRequestConfig,
    | 'url'
    | 'method'
    | 'params'
    | 'data'
    | 'auth'
    | 'maxRedirects'
    | 'validateStatus'
    | 'responseType'
    | 'signal'
  > {
  /** PEM of the authorities to trust in place of Node's: those of an emulator, or of a gateway of your own. */
  readonly ca?: TrustedAuthorities
  /**
   * Hosts that may be asked over `http://`, by name and without the port: `['emulator']` for one in a container. Without it,
   * only this machine may.
   */
  readonly insecureHosts?: readonly string[]
  /** Further access points, tried when the first cannot be reached: `['https://api2.wechatpay.cn']`. */
  readonly failover?: readonly string[]
  /** Milliseconds for a call with all its repeats; `timeout` is for each attempt. */
  readonly deadline?: number
  /**
   * Checks every request against the catalogue before it is sent: required fields, types, limits, and names that are not
   * documented. A call may say otherwise.
   */
  readonly validate?: boolean
}

/** What the client of a merchant is made from: it calls APIv3 and APIv2. */
export interface MerchantOptions extends CommonOptions {
  /** Merchant id, as digits. */
  readonly mchid: string
  /** Serial number of the merchant certificate, in hexadecimal. {@link CertifiedOptions} have that certificate in its place. */
  readonly serial: string
  /** Private key of the merchant certificate: PEM text, bytes, `file://` URL or `KeyObject`. */
  readonly privateKey: KeyInput
  /**
   * Platform public keys (`PUB_KEY_ID_…`) and certificates (by serial number), in any mix. Without it, the
   * platform certificates are downloaded and kept fresh, which takes `apiv3Key`; with both, a certificate that it lacks is
   * downloaded when an answer or a notification names it.
   */
  readonly certs?: Readonly<Record<string, KeyInput>>
  /** APIv3 key, 32 bytes: decrypts notifications and platform certificates. */
  readonly apiv3Key?: SecretInput
  /** APIv2 key, 32 bytes: signs APIv2 messages. */
  readonly secret?: SecretInput
  /** Client certificate of the APIv2 endpoints that ask for one. */
  readonly merchant?: ClientCertificate
  /** Secret of the payment application in WeCom: makes `workwx_sign`. */
  readonly workwxSecret?: string
  /** Where processes share downloaded platform certificates: a Keyv, or whatever has its `get` and `set`. */
  readonly store?: Store
  /** A brand has a client of its own: {@link BrandOptions}. */
  readonly brandId?: never
  readonly brandApiKey?: never
}

/** What the client of a merchant without a private key is made from: it calls APIv2 alone. */
export interface V2Options extends CommonOptions, NoBrand {
  /** Merchant id, as digits. */
  readonly mchid: string
  /** APIv2 key, 32 bytes: signs APIv2 messages. */
  readonly secret: SecretInput
  /** Client certificate of the APIv2 endpoints that ask for one, with its key. */
  readonly merchant?: ClientCertificate
  /** Secret of the payment application in WeCom: makes `workwx_sign`. */
  readonly workwxSecret?: string
  /** They belong to the options of APIv3: {@link MerchantOptions}. */
  readonly serial?: never
  readonly privateKey?: never
  readonly certs?: never
  readonly apiv3Key?: never
  readonly store?: never
}

/** What a client is made from that receives notifications, and calls nothing. */
export type ReceivingOptions = ReceivingBase & (V3Keys | V2Key)

/** What receives notifications of APIv3, and those of APIv2 as well where the APIv2 key is given. */
interface V3Keys {
  /** Platform public keys (`PUB_KEY_ID_…`) and certificates (by serial number): they verify notifications. */
  readonly certs: Readonly<Record<string, KeyInput>>
  /** APIv3 key, 32 bytes: decrypts notifications. */
  readonly apiv3Key: SecretInput
  /** APIv2 key, 32 bytes: verifies those of APIv2. */
  readonly secret?: SecretInput
}

/** What receives notifications of APIv2 alone. */
interface V2Key {
  /** APIv2 key, 32 bytes: verifies notifications of APIv2. */
  readonly secret: SecretInput
  readonly certs?: never
  readonly apiv3Key?: never
}

interface ReceivingBase extends CommonOptions, NoBrand {
  /** Who calls needs an id: {@link MerchantOptions}. */
  readonly mchid?: never
  readonly serial?: never
  readonly privateKey?: never
  readonly merchant?: never
  readonly workwxSecret?: never
  readonly store?: never
}

/** A brand has a client of its own: {@link BrandOptions}. */
interface NoBrand {
  readonly brandId?: never
  readonly brandApiKey?: never
}

/** What the client of a merchant is made from where `merchant.cert` gives the serial number. */
export interface CertifiedOptions extends Omit<MerchantOptions, 'serial' | 'merchant'> {
  readonly serial?: never
  /** The merchant certificate, which is the client certificate of APIv2, too. */
  readonly merchant: PemCertificate
}

/**
 * What the client of a brand is made from: it calls `/brand/…`, and nothing else.
 *
 * @see https://pay.weixin.qq.com/doc/brand/4015736390
 */
export interface BrandOptions extends CommonOptions {
  /** Brand id, as digits. */
  readonly brandId: string
  /** Serial number of the brand API certificate, in hexadecimal. */
  readonly serial: string
  /** Private key of that certificate: PEM text, bytes, `file://` URL or `KeyObject`. */
  readonly privateKey: KeyInput
  /**
   * WeChat Pay public key of the brand by its id (`PUB_KEY_ID_…`): verifies answers and notifications, and encrypts
   * fields. There are no certificates to download in its place.
   */
  readonly certs: Readonly<Record<string, KeyInput>>
  /** Brand API key (品牌API密钥), 32 characters: decrypts notifications. It is not the APIv3 key of a merchant. */
  readonly brandApiKey?: SecretInput
  /** A merchant has a client of its own: {@link MerchantOptions}. */
  readonly mchid?: never
  readonly apiv3Key?: never
  readonly secret?: never
  readonly merchant?: never
  readonly workwxSecret?: never
  readonly store?: never
}

/** What a client is made from: the options of one identity, never of two. */
export type WechatpayOptions =
  | MerchantOptions
  | CertifiedOptions
  | V2Options
  | ReceivingOptions
  | BrandOptions

/** Checked options, keys loaded. Held in closures only, so that nothing printed can show a secret. */
export interface Config {
  readonly account: Account
  /** Empty when they are to be downloaded. */
  readonly platformKeys: readonly PlatformKey[]
  readonly apiv3Key: KeyObject | undefined
  readonly brandApiKey: KeyObject | undefined
  readonly secret: KeyObject | undefined
  readonly workwxSecret: KeyObject | undefined
  readonly store: Store | undefined
  readonly failover: readonly string[]
  readonly deadline: number | undefined
  readonly validate: boolean
  readonly tls: TlsOptions
  readonly connection: ConnectionOptions
  /** The defaults of axios that the user has given, and ours. */
  readonly axios: AxiosRequestConfig
}

/** Milliseconds for each attempt. */
const DEFAULT_TIMEOUT = 15_000

/** The bytes of a response that are held in memory: what is not verified yet must not fill it. */
const MAX_RESPONSE: number = 32 * 1024 * 1024

/** Options of axios that concern connections; those that may hold a password or a key are in no axios instance. */
const CONNECTION_OPTIONS = [
  'adapter',
  'decompress',
  'family',
  'fetchOptions',
  'httpAgent',
  'httpsAgent',
  'insecureHTTPParser',
  'lookup',
  'maxBodyLength',
  'maxContentLength',
  'maxRate',
  'proxy',
  'socketPath',
  'transport',
] as const satisfies readonly (keyof ConnectionOptions)[]

/** Options of axios that only an axios instance can serve: functions that see the request or the response. */
const INSTANCE_OPTIONS = [
  'adapter',
  'allowAbsoluteUrls',
  'env',
  'formSerializer',
  'paramsSerializer',
  'parseReviver',
  'responseEncoding',
  'timeoutErrorMessage',
  'transformRequest',
  'transformResponse',
  'transitional',
] as const satisfies readonly (keyof AxiosRequestConfig)[]

/** The options of axios that a client takes. */
export const AXIOS_OPTIONS: ReadonlySet<string> = new Set([
  ...CONNECTION_OPTIONS,
  ...INSTANCE_OPTIONS,
  'baseURL',
  'headers',
  'onDownloadProgress',
  'onUploadProgress',
  'timeout',
])

/** Whether options ask for something that only an axios instance can serve. */
export function needsInstance(options: AxiosRequestConfig): boolean {
  return INSTANCE_OPTIONS.some((name) => options[name] !== undefined)
}

const REQUIRED_NAMES = {
  merchant: ['mchid', 'serial', 'privateKey'],
  v2: ['mchid', 'secret'],
  receiver: [],
  brand: ['brandId', 'serial', 'privateKey', 'certs'],
} as const satisfies Readonly<Record<Identity, readonly (keyof WechatpayOptions)[]>>
const OWN_NAMES = [
  'mchid',
  'brandId',
  'serial',
  'privateKey',
  'certs',
  'apiv3Key',
  'brandApiKey',
  'secret',
  'merchant',
  'workwxSecret',
  'ca',
  'insecureHosts',
  'store',
  'failover',
  'deadline',
  'validate',
] as const
const SECRET_BYTES = 32

const CHECKS: readonly (readonly [keyof WechatpayOptions, (value: unknown) => boolean, string])[] = [
  ['timeout', isDuration, DURATION],
  ['deadline', (value) => isDuration(value) && value !== 0, DURATION],
  ['failover', isListOfUrls, 'a list of URLs, such as https://api2.wechatpay.cn'],
  ['baseURL', isBase, 'an http(s) URL of host and path alone, without the v3 of the endpoints'],
  ['insecureHosts', isListOfHosts, "a list of host names without scheme and port, such as ['emulator']"],
  ['store', isStore, STORE],
  ['validate', (value) => typeof value === 'boolean', 'true or false'],
  ['headers', isHeaders, 'an object of headers'],
  ['adapter', isAdapter, "'http', 'fetch', a function of your own, or a list of them"],
  ['proxy', isProxy, 'false, or { host, port, auth: { username, password } }'],
]

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Headers, and groups of them by method, as in axios. */
function isHeaders(value: unknown, depth = 0): boolean {
  if (!isObject(value)) return false
  const values = Object.values(value as object)
  return values.every(
    (one) =>
      typeof one !== 'object' || one === null || Array.isArray(one) || (depth === 0 && isHeaders(one, 1)),
  )
}

function isAdapter(value: unknown): boolean {
  return [value].flat().every((one) => typeof one === 'string' || typeof one === 'function')
}

function isProxy(value: unknown): boolean {
  const { host, port } = Object(value) as { readonly host?: unknown; readonly port?: unknown }
  return value === false || (typeof host === 'string' && Number.isInteger(port))
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/[^@?#]+$/i.test(value) && URL.canParse(value)
}

function isBase(value: unknown): boolean {
  return isUrl(value) && !/\/v[23]\/*$/.test(String(value))
}

function isListOfUrls(value: unknown): boolean {
  return Array.isArray(value) && value.every(isUrl)
}

function isListOfHosts(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((host) => typeof host === 'string' && /^[^\s/:@]+$|^\[[\da-f:.]+\]$/i.test(host))
  )
}

/**
 * Checks what a client is made from and loads its keys.
 *
 * @throws {ConfigError} saying which option is wrong, and what belongs there.
 */
export function loadConfig(given: WechatpayOptions): Config {
  try {
    return checkConfig(given)
  } catch (error) {
    if (error instanceof WechatpayError) throw error
    // Node's own errors quote what they got, which may be a key.
    throw new ConfigError(
      'the options cannot be read: one of them is of another kind than documented, a getter that throws or a revoked proxy',
    )
  }
}

function checkConfig(given: WechatpayOptions): Config {
  assertNames(given)
  // Without a prototype, which a polluted one would add options to.
  const options: WechatpayOptions = Object.assign(Object.create(null), given)
  const { certs, apiv3Key, brandApiKey, secret, workwxSecret, merchant, store } = options
  const { failover = [], deadline, validate = false } = options
  const insecureHosts = (options.insecureHosts ?? []).map((host) => host.toLowerCase())
  assertEncrypted({ baseURL: [options.baseURL ?? []].flat(), failover }, insecureHosts)
  const account = loadAccount(options)
  const connection = pick(options, CONNECTION_OPTIONS)
  // The authorities of an agent of the user's hold for the connections with the client certificate, too.
  const ca = loadAuthorities(options.ca) ?? (connection.httpsAgent as HasAuthorities | undefined)?.options?.ca
  const clientCertificate =
    merchant !== undefined && account.mchid !== undefined
      ? loadClientCertificate(merchant, { ...account, ca })
      : undefined
  return {
    account,
    platformKeys: certs === undefined ? [] : loadPlatformKeys(certs, account),
    apiv3Key: loadSecret('apiv3Key', apiv3Key),
    brandApiKey: loadSecret('brandApiKey', brandApiKey),
    secret: loadSecret('secret', secret),
    workwxSecret: loadWorkwxSecret(workwxSecret),
    store,
    failover,
    deadline,
    validate,
    tls: {
      ca: options.ca,
      clientCertificate,
      insecureHosts: insecureHosts.map((host) => host.toLowerCase()),
    },
    connection: { maxContentLength: MAX_RESPONSE, ...connection },
    axios: { timeout: DEFAULT_TIMEOUT, ...copyLiterals(axiosDefaults(options)) },
  }
}

/** @throws {ConfigError} for an access point that would be asked without TLS. */
function assertEncrypted(
  points: Readonly<Record<'baseURL' | 'failover', readonly string[]>>,
  insecureHosts: readonly string[],
): void {
  for (const [name, urls] of Object.entries(points)) {
    const host = urls.map((url) => plainHttpHost(url, insecureHosts)).find((plain) => plain !== undefined)
    if (host !== undefined) throw new ConfigError(`${name}: ${plainHttpProblem(host)}`)
  }
}

/** An agent of the user's with authorities to trust. */
interface HasAuthorities {
  readonly options?: { readonly ca?: TrustedAuthorities }
}

/** Agents and proxies stay out of axios' defaults, which are printed with the instance. */
const UNPRINTABLE: ReadonlySet<string> = new Set(['httpAgent', 'httpsAgent', 'proxy'])

function axiosDefaults(options: WechatpayOptions): AxiosRequestConfig {
  const names = Object.keys(options).filter((name) => AXIOS_OPTIONS.has(name) && !UNPRINTABLE.has(name))
  return pick(options as AxiosRequestConfig, names as (keyof AxiosRequestConfig)[])
}

/** The named options, as far as they are given. */
function pick<Options extends object, Name extends keyof Options>(
  options: Options,
  names: readonly Name[],
): Pick<Options, Name> {
  const given = names.filter((name) => options[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, options[name]])) as Pick<Options, Name>
}

function loadAuthorities(ca: WechatpayOptions['ca']): TrustedAuthorities | undefined {
  if (ca === undefined) return undefined
  return [ca].flat().map((authority) => loadCertificates(authority as string | Buffer, 'ca'))
}

function assertNames(options: WechatpayOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError('Wechatpay takes an object of options: { mchid, serial, privateKey, certs }')
  }
  for (const given of Object.keys(options)) {
    // Axios would keep a name that it does not know as a default, and print it.
    if ((OWN_NAMES as readonly string[]).includes(given) || AXIOS_OPTIONS.has(given)) continue
    const meant = NAMES_ELSEWHERE.get(plainName(given))
    const hint = meant ? `: ${meant}` : didYouMean(nearestName(given, OWN_NAMES))
    throw new ConfigError(`There is no option '${given}'${hint}`)
  }
  const identity = identityOf({ ...options })
  const missing = (REQUIRED_NAMES[identity] as readonly (keyof WechatpayOptions)[]).filter(
    (name) => options[name] === undefined && !(name === 'serial' && hasCertificate(options)),
  )
  if (missing.length > 0) {
    const places = missing.flatMap((name) => (name in WHERE ? [`${name}: ${WHERE[name]}`] : []))
    throw new ConfigError([`Missing: ${missing.join(', ')}`, ...places].join('. '))
  }
  if (identity === 'receiver' && options.apiv3Key !== undefined && options.certs === undefined) {
    throw new ConfigError(
      'Missing: certs. certs: without mchid, serial and privateKey there are no certificates to download',
    )
  }
  for (const [name, check, must] of CHECKS) {
    if (options[name] !== undefined && !check(options[name])) throw new ConfigError(`${name} must be ${must}`)
  }
}

/** Where the options that every client needs are to be found. */
const WHERE: Readonly<Partial<Record<keyof WechatpayOptions, string>>> = {
  mchid: 'the merchant number, at 商户平台 → 账户中心 → 商户信息 (pay.weixin.qq.com)',
  serial: 'openssl x509 -in apiclient_cert.pem -noout -serial, or 商户平台 → 账户中心 → API安全 → 管理证书',
  privateKey: "apiclient_key.pem of the certificate's download, as 'file:///…/apiclient_key.pem' or its text",
  certs:
    'a brand has no certificates to download: certs takes the WeChat Pay public key of the brand, as { PUB_KEY_ID_…: key }',
}

/** What the options of other SDKs are here, by their names without case, `_` and `-`. */
const NAMES_ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    key: 'the APIv2 key is secret, the APIv3 key apiv3Key, and the key of the merchant certificate privateKey',
    apikey: 'the APIv2 key is secret, the APIv3 key apiv3Key',
    partnerkey: 'the APIv2 key is secret',
    v3key: 'the APIv3 key is apiv3Key',
    apisecret: 'the APIv2 key is secret, the APIv3 key apiv3Key',
    appid: 'an appid belongs into the request that needs one',
    appsecret: 'the secret of an app is no key of WeChat Pay; the APIv2 key is secret',
    mch: 'the merchant number is mchid',
    mchno: 'the merchant number is mchid',
    merchantid: 'the merchant number is mchid',
    partner: 'the merchant number is mchid',
    partnerid: 'the merchant number is mchid',
    serialno: 'the serial number of the merchant certificate is serial',
    serialnumber: 'the serial number of the merchant certificate is serial',
    certserialno: 'the serial number of the merchant certificate is serial',
    publickey:
      'the public keys and certificates of WeChat Pay are certs; the merchant certificate is needed for APIv2 alone, as merchant: { cert }',
    publickeyid: 'a public key of WeChat Pay is listed under its id: certs: { PUB_KEY_ID_…: key }',
    platformcert: 'the public keys and certificates of WeChat Pay are certs',
    cert: 'the client certificate of APIv2 is merchant: { cert, key }',
    pfx: 'the client certificate of APIv2 is merchant: { pfx }',
    passphrase: 'the client certificate of APIv2 is merchant: { pfx, passphrase }',
    notifyurl: 'a notify_url belongs into the request that needs one',
    sandbox: 'give the access point as baseURL',
  }),
)

const plainName = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

/** Whether the serial number can be read off the client certificate. */
function hasCertificate({ merchant }: WechatpayOptions): boolean {
  return isObject(merchant) && 'cert' in (merchant as object)
}

function loadAccount(options: WechatpayOptions): Account {
  const { mchid, brandId, serial, privateKey, merchant } = options
  const identity = identityOf({ ...options })
  if (identity === 'receiver') return {}
  if (identity === 'v2') return { mchid: digits('mchid', mchid) }
  const id =
    brandId === undefined ? { mchid: digits('mchid', mchid) } : { brandId: digits('brandId', brandId) }
  const known = serial ?? certificateSerial(merchant as PemCertificate)
  return { ...id, serial: normalizeSerial(known, id), privateKey: loadPrivateKey(privateKey as KeyInput) }
}

function digits(name: 'mchid' | 'brandId', value: unknown): string {
  const text = typeof value === 'string' ? unquote(value) : ''
  if (/^\d{1,32}$/.test(text)) return text
  throw new ConfigError(
    `${name} must be a string of digits, such as ${name === 'mchid' ? '1900000109' : '120344'}`,
  )
}

/** The serial number as the gateway wants it, from what OpenSSL, browsers and viewers of certificates print. */
function normalizeSerial(serial: string, id: Id): string {
  const { brandId } = id
  const text =
    typeof serial === 'string' ? unquote(serial).replace(/^serial(?: number)?\s*[=:]|^0x|[\s:]/gi, '') : ''
  if (text !== '' && text === (id.mchid ?? id.brandId)) {
    throw new ConfigError(
      `serial is ${text}, the id itself; it must be the serial number of the certificate: ${WHERE.serial}`,
    )
  }
  // Forty hexadecimal digits are so many decimal ones.
  if (/^\d{46,49}$/.test(text)) return BigInt(text).toString(16).toUpperCase()
  if (/^[0-9A-Fa-f]{1,64}$/.test(text)) return text.toUpperCase()
  const certificate = brandId === undefined ? 'merchant' : 'brand API'
  throw new ConfigError(
    `serial must be the ${certificate} certificate's serial number in hexadecimal: openssl x509 -in apiclient_cert.pem -noout -serial`,
  )
}

function loadSecret(
  name: 'apiv3Key' | 'brandApiKey' | 'secret',
  value: SecretInput | undefined,
): KeyObject | undefined {
  if (value === undefined) return undefined
  const bytes = bytesOf(value)
  if (!bytes) throw new ConfigError(`${name} must be text, bytes or a secret KeyObject`)
  if (bytes.length === SECRET_BYTES) return createSecretKey(bytes)
  const inner = Buffer.from(unquote(bytes.toString()))
  if (inner.length === SECRET_BYTES) return createSecretKey(inner)
  throw new ConfigError(`${name} has ${inner.length} bytes; it must have ${SECRET_BYTES}`)
}

function bytesOf(value: SecretInput): Buffer | undefined {
  if (typeof value === 'string') return Buffer.from(value)
  if (value instanceof Uint8Array) return bufferOf(value)
  return value instanceof KeyObject && value.type === 'secret' ? value.export() : undefined
}

function loadWorkwxSecret(value: string | undefined): KeyObject | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '') return createSecretKey(Buffer.from(value))
  throw new ConfigError('workwxSecret must be the secret of the payment application in WeCom, as text')
}
