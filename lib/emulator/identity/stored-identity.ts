import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Collection } from '../state/store.js'

/** A certificate's serial number, private key and PEM. */
interface KeptCertificate {
  readonly id: string
  readonly key: KeyObject
  readonly pem: string
}

/** Who an emulator is, over restarts: whatever is kept already is not made anew. */
export interface Keeper {
  text(name: string, make: () => string): string
  key(name: string, make: () => Promise<KeyObject>): Promise<KeyObject>
  /** {@link key}, at once. */
  keySync(name: string, make: () => KeyObject): KeyObject
  certificates(): KeptCertificate[]
  setCertificates(certificates: readonly KeptCertificate[]): void
  /** From 0, one more each time. */
  next(name: string): number
}

const toPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

export function createKeeper(kept: Collection<string>): Keeper {
  function knownKey(name: string): KeyObject | undefined {
    const pem = kept.get(name)
    return pem === undefined ? undefined : createPrivateKey(pem)
  }
  function keepKey(name: string, key: KeyObject): KeyObject {
    kept.set(name, toPem(key))
    return key
  }
  return {
    text(name, make) {
      const known = kept.get(name)
      if (known !== undefined) return known
      const made = make()
      kept.set(name, made)
      return made
    },
    async key(name, make) {
      return knownKey(name) ?? keepKey(name, await make())
    },
    keySync(name, make) {
      return knownKey(name) ?? keepKey(name, make())
    },
    certificates() {
      const list = JSON.parse(kept.get('certificates') ?? '[]') as { id: string; key: string; pem: string }[]
      return list.map(({ id, key, pem }) => ({ id, key: createPrivateKey(key), pem }))
    },
    setCertificates(certificates) {
      const list = certificates.map(({ id, key, pem }) => ({ id, key: toPem(key), pem }))
      kept.set('certificates', JSON.stringify(list))
    },
    next(name) {
      const number = Number(kept.get(name) ?? 0)
      kept.set(name, String(number + 1))
      return number
    },
  }
}
