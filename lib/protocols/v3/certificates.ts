import type { KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../store.js'
import {
  type CertificateList,
  decryptList,
  isAlive,
  isCertificateList,
  parseList,
} from './certificate-list.js'
import { createFixedKeys, createKeyRing, type PlatformKey, type PlatformKeys } from './platform-keys.js'
import { isProbe, type SignedPayload, verifySignature } from './signature.js'

export interface CertificatesOptions {
  readonly mchid: string
  /** The kind of certificates; RSA when absent. */
  readonly algorithm?: 'SM2' | undefined
  readonly apiv3Key: KeyObject
  /** Fetches the list by a signed request that names the key its response is to be signed with; it is verified here. */
  readonly download: (serial: string | undefined) => Promise<SignedPayload>
  readonly store: Store | undefined
  /** The keys of `certs`, which stay known. With any of them, nothing is downloaded before a serial is looked up. */
  readonly given: readonly PlatformKey[]
}

/** Platform keys that are downloaded and kept fresh. */
export interface Certificates extends PlatformKeys {
  readonly refresh: () => Promise<void>
  /** Ends the refreshing. */
  readonly close: () => void
}

const MINUTE = 60_000
/** The age at which a list is refreshed; the platform asks for less than 12 hours. */
const MAX_AGE: number = 600 * MINUTE
/** The pause before the next refresh after a failure. */
const PAUSE_AFTER_FAILURE = 5 * MINUTE
/** The time for which the outcome of a look-up holds: forgeries must not make us download without end. */
const PAUSE_AFTER_LOOKUP = MINUTE
/** A certificate's serial number; nothing else is ever in a list. */
const SERIAL_NUMBER = /^[0-9A-F]{1,64}$/i

/**
 * Downloads the platform certificates on first use and refreshes them in the background. A list is verified with a key
 * known before, or with a certificate that it delivers, for which AES-GCM under the APIv3 key vouches: the first list
 * has no other, and a process may have slept through a rotation.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012551764
 */
export function createCertificates(options: CertificatesOptions): Certificates {
  const { mchid, algorithm, apiv3Key, download, store, given } = options
  const storeKey = ['wechatpay-fluent:certificates', mchid, algorithm].filter(Boolean).join(':')
  let ring = createKeyRing(given)
  let hasList = false
  let starting: Promise<void> | undefined
  let refreshing: Promise<void> | undefined
  let lookup: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let pausedUntil = 0

  /** Takes the list that another process has stored, unless this one has a list already. */
  async function load(): Promise<void> {
    const stored = store && !hasList ? await readStored(store, storeKey, apiv3Key) : undefined
    if (stored && !hasList) use(stored.keys, MAX_AGE - stored.age)
  }

  function use(keys: readonly PlatformKey[], refreshIn: number): void {
    ring = createKeyRing([...given, ...keys])
    hasList = true
    schedule(refreshIn)
  }

  async function start(): Promise<void> {
    await load()
    if (!ring.current()) await refresh()
  }

  async function fetchList(): Promise<void> {
    const response = await download(ring.current()?.serial)
    const list: CertificateList = parseList(response.body)
    const keys = decryptList(list, apiv3Key)
    const trusted = createFixedKeys([...ring.all().filter(isAlive), ...keys])
    await verifySignature(response, trusted, () => ['GET v3/certificates: the answer', ''])
    use(keys, MAX_AGE)
    if (store) writeStored(store, storeKey, list)
  }

  function refresh(): Promise<void> {
    refreshing ??= fetchList()
      .catch((error: unknown) => (isProbe(error) ? fetchList() : Promise.reject(error)))
      .catch((error: unknown) => {
        // The known certificates stay in use. Without any, whoever needs them asks again.
        if (hasList) schedule(PAUSE_AFTER_FAILURE)
        throw error
      })
      .finally(() => {
        refreshing = undefined
      })
    return refreshing
  }

  async function find(serial: string): Promise<void> {
    await load()
    if (!ring.get(serial)) await refresh()
  }

  function schedule(delay: number): void {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(() => refresh().catch(() => undefined), Math.max(0, delay)).unref()
  }

  return {
    get: (serial) => ring.get(serial),
    current: () => ring.current(),
    all: () => ring.all(),
    async ready() {
      if (ring.current()) return
      starting ??= start().finally(() => {
        starting = undefined
      })
      await starting
    },
    async lookUp(serial) {
      if (!SERIAL_NUMBER.test(serial)) return
      // A clock that is set back must not prolong the pause.
      if (performance.now() >= pausedUntil) {
        pausedUntil = performance.now() + PAUSE_AFTER_LOOKUP
        lookup = find(serial)
      }
      await lookup
      if (ring.get(serial)) pausedUntil = 0
    },
    refresh,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** The list that one process shares with others. */
interface StoredList {
  readonly list: CertificateList
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number
}

/** The longest wait for a store: it is a convenience, and no payment waits for it longer. */
const STORE_TIMEOUT = 1_000

/**
 * The certificates that some process has downloaded lately. The entry is what the API sent, still encrypted:
 * who can write to the store cannot slip in a key. A store that fails, or holds anything else, counts as none.
 */
async function readStored(
  store: Store,
  key: string,
  apiv3Key: KeyObject,
): Promise<{ readonly keys: readonly PlatformKey[]; readonly age: number } | undefined> {
  try {
    const stored = await Promise.race([store.get(key), sleep(STORE_TIMEOUT, undefined, { ref: false })])
    if (!isStoredList(stored)) return undefined
    const age = Date.now() - stored.fetchedAt
    const keys = decryptList(stored.list, apiv3Key)
    return keys.length > 0 && age >= 0 && age < MAX_AGE ? { keys, age } : undefined
  } catch {
    return undefined
  }
}

/** Shares a list with other processes, without waiting for the store. */
function writeStored(store: Store, key: string, list: CertificateList): void {
  const entry: StoredList = { list, fetchedAt: Date.now() }
  Promise.resolve()
    .then(() => store.set(key, entry, MAX_AGE))
    .catch(() => undefined)
}

function isStoredList(value: unknown): value is StoredList {
  if (typeof value !== 'object' || value === null) return false
  const { list, fetchedAt } = value as Partial<StoredList>
  return isCertificateList(list) && typeof fetchedAt === 'number'
}
