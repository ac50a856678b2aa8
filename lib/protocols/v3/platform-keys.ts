import type { KeyObject } from 'node:crypto'

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
  /** The one to name in requests and to encrypt with: a public key, else the newest certificate in force. */
  readonly current: () => PlatformKey | undefined
  readonly all: () => readonly PlatformKey[]
  /** Resolves once there are keys; rejects when none can be had. */
  readonly ready: () => Promise<void>
  /** Looks for a key that is not known yet; whether there is one now. */
  readonly learn: (serial: string) => Promise<boolean>
}

/** Serial numbers are written with and without leading zeros, in either case. */
export function plainSerial(serial: string): string {
  return serial.replace(/^0+/, '').toUpperCase()
}

/** The keys that the user lists as `certs`. */
export function createFixedKeys(keys: readonly PlatformKey[]): PlatformKeys {
  const ring = createKeyRing(keys)
  return { ...ring, ready: async () => undefined, learn: async () => false }
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
    all: () => keys,
  }
}

function isInForce({ notBefore, notAfter }: PlatformKey): boolean {
  const now = Date.now()
  return (notBefore ?? now) <= now && now < (notAfter ?? Infinity)
}
