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
  /** The one to name in requests and to encrypt with: a public key, else the newest certificate. */
  readonly current: () => PlatformKey
  readonly serials: () => readonly string[]
}

/** Serial numbers are written with and without leading zeros, in either case. */
export function plainSerial(serial: string): string {
  return serial.replace(/^0+/, '').toUpperCase()
}

export function createPlatformKeys(keys: readonly [PlatformKey, ...PlatformKey[]]): PlatformKeys {
  const bySerial = new Map(keys.map((key) => [plainSerial(key.serial), key]))
  const current = keys.reduce((best, key) => (issued(key) > issued(best) ? key : best))
  return {
    get: (serial) => bySerial.get(plainSerial(serial)),
    current: () => current,
    serials: () => keys.map(({ serial }) => serial),
  }
}

/** Public keys come after every certificate: they are what the platform moves to. */
function issued({ notBefore }: PlatformKey): number {
  return notBefore ?? Number.POSITIVE_INFINITY
}
