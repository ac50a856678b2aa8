import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Collection } from '../state/store.js'

/** A certificate with its serial number and its private key. */
interface StoredCertificate {
  readonly id: string
  readonly key: KeyObject
  readonly pem: string
}

/** The keys, secrets and certificates of one emulator over restarts: what is stored already is not made again. */
export interface StoredIdentity {
  /** The text of a name; made and stored when there is none. */
  text(name: string, make: () => string): string
  /** The private key of a name; made and stored when there is none. */
  key(name: string, make: () => Promise<KeyObject>): Promise<KeyObject>
  /** {@link key}, at once. */
  keySync(name: string, make: () => KeyObject): KeyObject
  certificates(): StoredCertificate[]
  setCertificates(certificates: readonly StoredCertificate[]): void
  /** Counts from 0, one more each time. */
  next(name: string): number
}

const toPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

export function createStoredIdentity(texts: Collection<string>): StoredIdentity {
  function storedKey(name: string): KeyObject | undefined {
    const pem = texts.get(name)
    return pem === undefined ? undefined : createPrivateKey(pem)
  }
  function storeKey(name: string, key: KeyObject): KeyObject {
    texts.set(name, toPem(key))
    return key
  }
  return {
    text(name, make) {
      const stored = texts.get(name)
      if (stored !== undefined) return stored
      const made = make()
      texts.set(name, made)
      return made
    },
    async key(name, make) {
      const stored = storedKey(name)
      if (stored) return stored
      const made = await make()
      // It may have been asked for at once meanwhile.
      return storedKey(name) ?? storeKey(name, made)
    },
    keySync(name, make) {
      return storedKey(name) ?? storeKey(name, make())
    },
    certificates() {
      const list = JSON.parse(texts.get('certificates') ?? '[]') as { id: string; key: string; pem: string }[]
      return list.map(({ id, key, pem }) => ({ id, key: createPrivateKey(key), pem }))
    },
    setCertificates(certificates) {
      const list = certificates.map(({ id, key, pem }) => ({ id, key: toPem(key), pem }))
      texts.set('certificates', JSON.stringify(list))
    },
    next(name) {
      const number = Number(texts.get(name) ?? 0)
      texts.set(name, String(number + 1))
      return number
    },
  }
}
