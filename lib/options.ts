import { createSecretKey, KeyObject } from 'node:crypto'
import type { AxiosRequestConfig } from 'axios'
import { bufferOf } from './buffer-of.js'
import type { OwnValues } from './catalog/own-values.js'
import { AXIOS_OPTIONS, assertEncrypted, assertOptions, CONNECTION_OPTIONS, WHERE } from './check-options.js'
import type { SecretInput } from './crypto/aes.js'
import { type KeyInput, loadCertificates, loadPrivateKey } from './crypto/keys.js'
import { invalidKey, unquote } from './crypto/material.js'
import { isSm2 } from './crypto/sm2.js'
import { ConfigError, WechatpayError } from './errors.js'
import { type Account, type Id, identityOf } from './identity.js'
import type { WechatpayOptions } from './option-types.js'
import { copyLiterals } from './plain-object.js'
import {
  certificateSerial,
  loadClientCertificate,
  type PemCertificate,
} from './protocols/v2/client-certificate.js'
import { loadPlatformKeys, type PlatformKey } from './protocols/v3/platform-keys.js'
import type { Store } from './store.js'
import type { TrustedAuthorities } from './transport/agents.js'
import type { TlsOptions } from './transport/create-transport.js'
import type { ConnectionOptions } from './transport/transport.js'

/** Checked options, keys loaded. Held in closures only, so that nothing printed can show a secret. */
export interface Config {
  readonly account: Account
  /** What requests get where they leave it out. */
  readonly own: OwnValues
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

const SECRET_BYTES = 32

/** Milliseconds for each attempt. */
const DEFAULT_TIMEOUT = 15_000

/** The bytes of a response that are held in memory: what is not verified yet must not fill it. */
const MAX_RESPONSE: number = 32 * 1024 * 1024

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
  assertOptions(given)
  // Without a prototype, which a polluted one would add options to.
  const options: WechatpayOptions = Object.assign(Object.create(null), given)
  const { certs, apiv3Key, brandApiKey, secret, workwxSecret, merchant, store } = options
  const { failover = [], deadline, validate = false, defaults } = options
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
    own: { mchid: account.mchid, appid: pasted(defaults?.appid), notify_url: pasted(defaults?.notify_url) },
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
      insecureHosts,
    },
    connection: { maxContentLength: MAX_RESPONSE, ...connection },
    axios: { timeout: DEFAULT_TIMEOUT, ...copyLiterals(axiosDefaults(options)) },
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

export function loadAuthorities(ca: WechatpayOptions['ca']): TrustedAuthorities | undefined {
  if (ca === undefined) return undefined
  return [ca].flat().map((authority) => loadCertificates(authority as string | Buffer, 'ca'))
}

function loadAccount(options: WechatpayOptions): Account {
  const { mchid, brandId, serial, privateKey, merchant } = options
  const identity = identityOf({ ...options })
  if (identity === 'receiver') return {}
  if (identity === 'v2') return { mchid: digits('mchid', mchid) }
  const id =
    brandId === undefined ? { mchid: digits('mchid', mchid) } : { brandId: digits('brandId', brandId) }
  const key = loadPrivateKey(privateKey as KeyInput)
  if (isSm2(key)) assertSm2Account(options)
  const known = serial ?? certificateSerial(merchant as PemCertificate)
  return { ...id, serial: normalizeSerial(known, id), privateKey: key }
}

/** An SM2 key is a merchant's, and the client certificate that could tell its serial number is RSA. */
function assertSm2Account({ brandId, serial }: WechatpayOptions): void {
  if (brandId !== undefined)
    throw invalidKey(
      'privateKey is an SM2 key, and brands sign with RSA: give the key of the brand API certificate',
    )
  if (serial === undefined)
    throw new ConfigError(
      'Missing: serial. serial: privateKey is an SM2 key; give the serial number of its certificate',
    )
}

const pasted = (value: string | undefined): string | undefined => value && unquote(value)

/** @throws {ConfigError} for what is no id. */
export function digits(name: 'mchid' | 'brandId', value: unknown): string {
  const text = typeof value === 'string' ? unquote(value) : ''
  if (/^\d{1,32}$/.test(text)) return text
  throw new ConfigError(
    `${name} must be a string of digits, such as ${name === 'mchid' ? '1900000109' : '120344'}`,
  )
}

/** The serial number as the gateway wants it, from what OpenSSL, browsers and viewers of certificates print. */
export function normalizeSerial(serial: string, id: Id): string {
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
  // Viewers show the octet by which DER tells that a number is positive; OpenSSL and the gateway leave it out.
  if (/^[0-9A-Fa-f]{1,64}$/.test(text)) return text.replace(/^00(?=[89A-Fa-f])/, '').toUpperCase()
  const certificate = brandId === undefined ? 'merchant' : 'brand API'
  throw new ConfigError(
    `serial must be the ${certificate} certificate's serial number in hexadecimal: openssl x509 -in apiclient_cert.pem -noout -serial`,
  )
}

/** @throws {ConfigError} for what has not the length of a secret. */
export function loadSecret(
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
