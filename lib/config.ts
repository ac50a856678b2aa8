import { createSecretKey, type KeyObject } from 'node:crypto'
import type { AxiosRequestConfig } from 'axios'
import { type KeyInput, loadPlatformKey, loadPrivateKey } from './crypto/keys.js'
import { ConfigError } from './errors.js'
import { nearestName } from './request/nearest.js'
import { type PlatformKey, plainSerial } from './v3/platform-keys.js'
import type { Signer } from './v3/signer.js'

/** What a client is made from, beside any default of axios (`timeout`, `baseURL`, `httpsAgent`, `proxy` …). */
export interface WechatpayOptions
  extends Omit<
    AxiosRequestConfig,
    'url' | 'method' | 'params' | 'data' | 'maxRedirects' | 'validateStatus' | 'responseType' | 'signal'
  > {
  /** Merchant id, as digits. */
  readonly mchid: string
  /** Serial number of the merchant certificate, in hexadecimal. */
  readonly serial: string
  /** Private key of the merchant certificate: PEM text, bytes, `file://` URL or `KeyObject`. */
  readonly privateKey: KeyInput
  /** Platform public keys (`PUB_KEY_ID_…`) and certificates (by serial number), in any mix. */
  readonly certs: Readonly<Record<string, KeyInput>>
  /** APIv3 key, 32 bytes: decrypts notifications and platform certificates. */
  readonly apiv3Key?: string
  /** APIv2 key, 32 bytes: signs APIv2 messages. */
  readonly secret?: string
}

/** Checked options, keys loaded. Held in closures only, so that nothing printed can show a secret. */
export interface Config {
  readonly signer: Signer
  readonly platformKeys: readonly [PlatformKey, ...PlatformKey[]]
  readonly apiv3Key: KeyObject | undefined
  readonly secret: KeyObject | undefined
  /** The user's own connections, which may hold keys. */
  readonly agents: { readonly httpAgent?: unknown; readonly httpsAgent?: unknown }
  readonly axios: AxiosRequestConfig
}

const OWN_NAMES = ['mchid', 'serial', 'privateKey', 'certs', 'apiv3Key', 'secret'] as const
const REQUIRED_NAMES = ['mchid', 'serial', 'privateKey', 'certs'] as const
const SECRET_BYTES = 32

/**
 * Checks what a client is made from and loads its keys.
 *
 * @throws {ConfigError} saying which option is wrong, and what belongs there.
 */
export function loadConfig(options: WechatpayOptions): Config {
  assertNames(options)
  const { mchid, serial, privateKey, certs, apiv3Key, secret, httpAgent, httpsAgent, ...axios } = options
  if (typeof mchid !== 'string' || !/^\d{1,32}$/.test(mchid))
    throw new ConfigError('mchid must be a string of digits, such as 1900000109')
  const signer: Signer = { mchid, serial: normalizeSerial(serial), privateKey: loadPrivateKey(privateKey) }
  return {
    signer,
    platformKeys: loadPlatformKeys(certs, signer.serial),
    apiv3Key: loadSecret('apiv3Key', apiv3Key),
    secret: loadSecret('secret', secret),
    agents: { httpAgent, httpsAgent },
    axios,
  }
}

function assertNames(options: WechatpayOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError('Wechatpay takes an object of options: { mchid, serial, privateKey, certs }')
  }
  for (const given of Object.keys(options)) {
    const meant = (OWN_NAMES as readonly string[]).includes(given) ? undefined : nearestName(given, OWN_NAMES)
    if (meant) throw new ConfigError(`There is no option '${given}'; did you mean '${meant}'?`)
  }
  const missing = REQUIRED_NAMES.filter((name) => options[name] === undefined)
  if (missing.length > 0) throw new ConfigError(`Missing: ${missing.join(', ')}`)
}

function normalizeSerial(serial: string): string {
  if (typeof serial === 'string' && /^[0-9A-Fa-f]{1,64}$/.test(serial)) return serial.toUpperCase()
  throw new ConfigError(
    "serial must be the merchant certificate's serial number in hexadecimal: openssl x509 -in apiclient_cert.pem -noout -serial",
  )
}

function loadPlatformKeys(
  certs: Readonly<Record<string, KeyInput>>,
  merchantSerial: string,
): Config['platformKeys'] {
  if (typeof certs !== 'object' || certs === null) {
    throw new ConfigError('certs must be an object: { PUB_KEY_ID_…: key } or { serial number: certificate }')
  }
  const [first, ...others] = Object.entries(certs).map(([id, input]) =>
    toPlatformKey(id, input, merchantSerial),
  )
  if (first) return [first, ...others]
  throw new ConfigError(
    'certs is empty: no answer could be verified; add the platform public key or certificate',
  )
}

function toPlatformKey(id: string, input: KeyInput, merchantSerial: string): PlatformKey {
  if (plainSerial(id) === plainSerial(merchantSerial)) {
    throw new ConfigError(
      `certs lists ${id}, the serial of your own merchant certificate; certs takes the platform's keys, which verify answers`,
    )
  }
  const { key, certificate } = loadPlatformKey(input, `certs.${id}`)
  if (!certificate) return { serial: id, key }
  const actual = certificate.serialNumber
  if (plainSerial(id) !== plainSerial(actual)) {
    throw new ConfigError(`certs.${id} is the certificate with serial ${actual}; list it under that`)
  }
  return {
    serial: actual,
    key,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

function loadSecret(name: 'apiv3Key' | 'secret', value: string | undefined): KeyObject | undefined {
  if (value === undefined) return undefined
  const bytes = Buffer.from(String(value))
  if (bytes.length === SECRET_BYTES) return createSecretKey(bytes)
  throw new ConfigError(`${name} has ${bytes.length} bytes; it must have ${SECRET_BYTES}`)
}
