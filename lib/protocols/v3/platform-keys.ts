import { createPublicKey, type KeyObject } from 'node:crypto'
import { type KeyInput, loadPlatformKey } from '../../crypto/keys.js'
import { unquote } from '../../crypto/material.js'
import { hasSm2Curve, isSm2 } from '../../crypto/sm2.js'
import { ConfigError } from '../../errors.js'
import type { Account } from '../../identity.js'
import { isPlainObject } from '../../plain-object.js'

/** A key by which the platform signs, and for which sensitive fields are encrypted. */
export interface PlatformKey {
  /** `PUB_KEY_ID_…`, or the serial number of a platform certificate. */
  readonly serial: string
  readonly key: KeyObject
  /** Validity of the certificate, in milliseconds since the epoch; public keys have none. */
  readonly notBefore?: number
  readonly notAfter?: number
}

/** The platform keys a client trusts. */
export interface PlatformKeys {
  readonly get: (serial: string) => PlatformKey | undefined
  /** The key to name in requests and to encrypt with: a public key, else the newest certificate in force. */
  readonly current: () => PlatformKey | undefined
  readonly all: () => readonly PlatformKey[]
  /** Resolves once there are keys; rejects when none can be had. */
  readonly ready: () => Promise<void>
  /**
   * Looks up a serial that is not known yet, where certificates can be downloaded. It may still be unknown then.
   *
   * @throws {WechatpayError} when the download failed, now or a moment ago.
   */
  readonly lookUp: (serial: string) => Promise<void>
}

/** A serial number in one spelling: they are written with and without leading zeros, in either case. */
export function plainSerial(serial: string): string {
  return serial.replace(/^0+/, '').toUpperCase()
}

/** Whether this is the id of a public key. Those are nowhere to be downloaded. */
export function isPublicKeyId(serial: string): boolean {
  return serial.startsWith('PUB_KEY_ID_')
}

/** The keys that the user lists as `certs`. */
export function createFixedKeys(keys: readonly PlatformKey[]): PlatformKeys {
  const ring = createKeyRing(keys)
  return { ...ring, ready: async () => undefined, lookUp: async () => undefined }
}

/** Keys by serial. */
export type KeyRing = Pick<PlatformKeys, 'get' | 'current' | 'all'>

export function createKeyRing(keys: readonly PlatformKey[]): KeyRing {
  const bySerial = new Map(keys.map((key) => [plainSerial(key.serial), key]))
  // Public keys come before every certificate: they are what the platform moves to.
  const newestFirst = [...keys].sort((a, b) => (b.notBefore ?? Infinity) - (a.notBefore ?? Infinity))
  return {
    get: (serial) => bySerial.get(serial) ?? bySerial.get(plainSerial(serial)),
    current: () => newestFirst.find(isInForce) ?? newestFirst[0],
    all: () => [...bySerial.values()],
  }
}

function isInForce({ notBefore, notAfter }: PlatformKey): boolean {
  const now = Date.now()
  return (notBefore ?? now) <= now && now < (notAfter ?? Infinity)
}

/**
 * The keys of the option `certs`.
 *
 * @throws {ConfigError} when one of them is no key of the platform's, or is listed under another's name.
 */
export function loadPlatformKeys(certs: Readonly<Record<string, KeyInput>>, owner: Account): PlatformKey[] {
  if (!isPlainObject(certs)) {
    throw new ConfigError('certs must be an object: { PUB_KEY_ID_…: key } or { serial number: certificate }')
  }
  const keys = Object.entries(certs).map(([id, input]) => toPlatformKey(unquote(id), input, owner))
  if (keys.length > 0) return keys
  throw new ConfigError(
    `certs is empty: no answer could be verified. List the ${
      owner.brandId === undefined
        ? 'platform public key or certificates, or leave certs out and give apiv3Key to have the certificates downloaded'
        : 'WeChat Pay public key of the brand'
    }`,
  )
}

/** The id of a public key, which people copy without its beginning. The key of a certificate may be listed under its serial number. */
function publicKeyId(id: string): string {
  if (/^PUB_KEY_ID_\w+$/i.test(id)) return id.toUpperCase()
  if (/^\d{20,34}$/.test(id)) return `PUB_KEY_ID_${id}`
  if (/^[0-9A-F]{1,64}$/i.test(id)) return id
  throw new ConfigError(
    `certs.${id} is a public key, and ${id} is no id of one: it begins with PUB_KEY_ID_, at 商户平台 → API安全 → 微信支付公钥`,
  )
}

/** The letters of a name that somebody may have thought of, and that holds no secret. */
const LONGEST_NAME = 20

function toPlatformKey(id: string, input: KeyInput, owner: Account): PlatformKey {
  const { serial, brandId, privateKey } = owner
  if (id === (owner.mchid ?? brandId)) {
    throw new ConfigError(
      `certs lists a key under ${id}, your own id; list it under its own: PUB_KEY_ID_…, or the serial number of a certificate`,
    )
  }
  if (['', 'undefined', 'null', 'NaN'].includes(id)) {
    throw new ConfigError(
      `certs lists a key under '${id}'; is the variable with its id set? It is PUB_KEY_ID_… of a public key, the serial number of a certificate`,
    )
  }
  // Not quoted: it may be a key that got into the wrong place.
  if (id.length > LONGEST_NAME && !/^(?:PUB_KEY_ID_\w+|[\dA-F]{1,64})$/i.test(id)) {
    throw new ConfigError(
      `certs lists a key under a name of ${id.length} characters that is no id; it is PUB_KEY_ID_… of a public key, the serial number of a certificate`,
    )
  }
  if (serial !== undefined && plainSerial(id) === plainSerial(serial)) {
    const own = brandId === undefined ? 'merchant' : 'brand API'
    throw new ConfigError(
      `certs lists ${id}, the serial of your own ${own} certificate; certs takes the platform's keys, which verify answers`,
    )
  }
  const { key, certificate } = loadPlatformKey(input, `certs.${id}`)
  if (privateKey && key.equals(createPublicKey(privateKey))) {
    throw new ConfigError(
      `certs.${id} is your own key, that of privateKey; certs takes those of WeChat Pay: pub_key.pem, at 商户平台 → API安全 → 微信支付公钥`,
    )
  }
  const problem = weaknessOf(key) ?? (privateKey && mismatchOf(key, privateKey))
  if (problem) throw new ConfigError(`certs.${id} ${problem}`)
  if (!certificate) return { serial: publicKeyId(id), key }
  const actual = certificate.serialNumber
  if (plainSerial(id) !== plainSerial(actual)) {
    throw new ConfigError(`certs.${id} is the certificate with serial ${actual}; list it under that`)
  }
  const [notBefore, notAfter] = [certificate.validFrom, certificate.validTo].map((date) => Date.parse(date))
  if (Number(notAfter) <= Date.now()) {
    throw new ConfigError(
      `certs.${id} has expired, on ${certificate.validTo}; take it out, and list the one in force`,
    )
  }
  return { serial: actual, key, notBefore: Number(notBefore), notAfter: Number(notAfter) }
}

const nameOf = (key: KeyObject): string => (isSm2(key) ? 'an SM2 key' : 'an RSA key')

/** A client signs and verifies by one algorithm: the platform answers by that of the request. */
function mismatchOf(key: KeyObject, privateKey: KeyObject): string | undefined {
  if (isSm2(key) === isSm2(privateKey)) return undefined
  return `is ${nameOf(key)}, and privateKey ${nameOf(privateKey)}: a client takes both of one kind. Make a second client for the other`
}

/** Why a key of the platform's cannot be genuine; `undefined` when nothing speaks against it. */
export function weaknessOf(key: KeyObject): string | undefined {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (isSm2(key)) {
    return hasSm2Curve(key)
      ? undefined
      : `is of type ${key.asymmetricKeyType}; WeChat Pay uses keys of RSA or SM2`
  }
  if (modulusLength < 2048) return `is an RSA key of ${modulusLength} bits; WeChat Pay's have 2048 or more`
  if (publicExponent < 3n || publicExponent % 2n === 0n) return `is an RSA key of exponent ${publicExponent}`
  return undefined
}
