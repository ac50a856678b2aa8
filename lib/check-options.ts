import type { AxiosRequestConfig } from 'axios'
import { unquote } from './crypto/material.js'
import { DURATION, isDuration } from './duration.js'
import { ConfigError } from './errors.js'
import { type Identity, identityOf } from './identity.js'
import { didYouMean, nameHint, nearestName } from './nearest.js'
import type { WechatpayOptions } from './option-types.js'
import { isStore, STORE } from './store.js'
import { plainHttpHost, plainHttpProblem } from './transport/plain-http.js'
import type { ConnectionOptions } from './transport/transport.js'

/** Options of axios that concern connections; those that may hold a password or a key are in no axios instance. */
export const CONNECTION_OPTIONS: readonly (keyof ConnectionOptions)[] = [
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
]

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
  'defaults',
  'failover',
  'deadline',
  'validate',
] as const

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

const DEFAULTS: Readonly<
  Record<string, { readonly check: (value: unknown) => boolean; readonly must: string }>
> = {
  appid: {
    check: (value) => typeof value === 'string' && /^\S+$/.test(unquote(value)),
    must: 'the id of an app as text, such as wxd678efh567hg6787',
  },
  // APIv3 asks for https, except over dedicated lines.
  notify_url: {
    check: (value) => typeof value === 'string' && isUrl(unquote(value)),
    must: 'an https URL without a query or a fragment, because WeChat Pay takes none',
  },
}

/** @throws {ConfigError} naming the default that is unknown or wrong, and what belongs there. */
function assertDefaults(defaults: unknown): void {
  if (defaults === undefined) return
  if (!isObject(defaults)) throw new ConfigError('defaults must be an object: { appid, notify_url }')
  for (const [name, value] of Object.entries(defaults as object)) {
    const rule = Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] : undefined
    if (!rule) {
      const hint =
        name === 'mchid' ? "the merchant id is the client's own" : nameHint(name, Object.keys(DEFAULTS))
      throw new ConfigError(`defaults.${name} is no default: ${hint}`)
    }
    if (value !== undefined && !rule.check(value)) {
      throw new ConfigError(`defaults.${name} must be ${rule.must}`)
    }
  }
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

/** @throws {ConfigError} for an access point that would be asked without TLS. */
export function assertEncrypted(
  points: Readonly<Record<'baseURL' | 'failover', readonly string[]>>,
  insecureHosts: readonly string[],
): void {
  for (const [name, urls] of Object.entries(points)) {
    const host = urls.map((url) => plainHttpHost(url, insecureHosts)).find((plain) => plain !== undefined)
    if (host !== undefined) throw new ConfigError(`${name}: ${plainHttpProblem(host)}`)
  }
}

/**
 * Checks names and kinds of options.
 *
 * @throws {ConfigError} saying which option is wrong or missing, and what belongs there.
 */
export function assertOptions(options: WechatpayOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError('Wechatpay takes an object of options: { mchid, serial, privateKey, certs }')
  }
  // Axios would keep a name that it does not know as a default, and print it.
  const [stranger] = unknownOptions(options)
  if (stranger) throw new ConfigError(stranger.problem)
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
  assertDefaults(options.defaults)
  for (const [name, check, must] of CHECKS) {
    if (options[name] !== undefined && !check(options[name])) throw new ConfigError(`${name} must be ${must}`)
  }
}

/** An option that there is none of. */
interface UnknownOption {
  readonly name: string
  /** The option whose name this one was probably meant to be. */
  readonly nearest: string | undefined
  readonly problem: string
}

/** The options that there are none of. */
export function unknownOptions(options: object): UnknownOption[] {
  const names = Object.keys(options).filter(
    (name) => !(OWN_NAMES as readonly string[]).includes(name) && !AXIOS_OPTIONS.has(name),
  )
  return names.map((name) => {
    const elsewhere = NAMES_ELSEWHERE.get(plainName(name))
    const nearest = elsewhere ? undefined : nearestName(name, OWN_NAMES)
    const hint = elsewhere ? `: ${elsewhere}` : didYouMean(nearest)
    return { name, nearest, problem: `There is no option '${name}'${hint}` }
  })
}

/** Where the options that every client needs are to be found. */
export const WHERE: Readonly<Partial<Record<keyof WechatpayOptions, string>>> = {
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
    appid: 'an appid for all requests is defaults: { appid }',
    appsecret: 'the secret of an app is no key of WeChat Pay; the APIv2 key is secret',
    mch: 'the merchant number is mchid',
    mchno: 'the merchant number is mchid',
    merchantid: 'the merchant number is mchid',
    partner: 'the merchant number is mchid',
    partnerid: 'the merchant number is mchid',
    serialno: 'the serial number of the merchant certificate is serial',
    serialnumber: 'the serial number of the merchant certificate is serial',
    useragent: "the User-Agent is one of the headers: { 'User-Agent': … }",
    authtype: 'leave it out: the kind of client says how it signs',
    validatestatus: 'leave it out: a refusal is an ApiError',
    certserialno: 'the serial number of the merchant certificate is serial',
    publickey:
      'the public keys and certificates of WeChat Pay are certs; the merchant certificate is needed for APIv2 alone, as merchant: { cert }',
    publickeyid: 'a public key of WeChat Pay is listed under its id: certs: { PUB_KEY_ID_…: key }',
    platformcert: 'the public keys and certificates of WeChat Pay are certs',
    cert: 'the client certificate of APIv2 is merchant: { cert, key }',
    pfx: 'the client certificate of APIv2 is merchant: { pfx }',
    passphrase: 'the client certificate of APIv2 is merchant: { pfx, passphrase }',
    notifyurl: 'a notify_url for all requests is defaults: { notify_url }',
    sandbox: 'give the access point as baseURL',
  }),
)

const plainName = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

/** Whether the serial number can be read off the client certificate. */
export function hasCertificate({ merchant }: WechatpayOptions): boolean {
  return isObject(merchant) && 'cert' in (merchant as object)
}
