import type { KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CertificateList, decryptList, isList } from './certificate-list.js'
import type { PlatformKey } from './platform-keys.js'

/** Where processes share what one of them downloaded, in the shape of Keyv. */
export interface Store {
  readonly get: (key: string) => Promise<unknown>
  /** @param ttl milliseconds */
  readonly set: (key: string, value: unknown, ttl?: number) => Promise<unknown>
}

/** What messages say of it. */
export const STORE: string = 'a Keyv, or whatever has its `get` and `set`'

export function isStore(value: unknown): boolean {
  const { get, set } = (value ?? {}) as Partial<Store>
  return typeof get === 'function' && typeof set === 'function'
}

interface Entry {
  readonly list: CertificateList
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number
}

/** How long a list is used before it is refreshed; the platform asks for less than 12 hours. */
export const MAX_AGE: number = 10 * 3_600_000
/** A store is a convenience: no payment waits for it longer. */
const PATIENCE = 1_000

/**
 * The certificates that some process has downloaded lately. The entry is what the API sent, still encrypted:
 * who can write to the store cannot slip in a key. A store that fails, or holds anything else, is as good as none.
 */
export async function recall(
  store: Store,
  key: string,
  apiv3Key: KeyObject,
): Promise<{ readonly keys: readonly PlatformKey[]; readonly age: number } | undefined> {
  try {
    const entry = await Promise.race([store.get(key), sleep(PATIENCE, undefined, { ref: false })])
    if (!isEntry(entry)) return undefined
    const age = Date.now() - entry.fetchedAt
    const keys = decryptList(entry.list, apiv3Key)
    return keys.length > 0 && age >= 0 && age < MAX_AGE ? { keys, age } : undefined
  } catch {
    return undefined
  }
}

/** Remembers a list for other processes, without waiting for it. */
export function keep(store: Store, key: string, list: CertificateList): void {
  const entry: Entry = { list, fetchedAt: Date.now() }
  Promise.resolve()
    .then(() => store.set(key, entry, MAX_AGE))
    .catch(() => undefined)
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const { list, fetchedAt } = value as Partial<Entry>
  return isList(list) && typeof fetchedAt === 'number'
}
