import type { KeyObject } from 'node:crypto'
import { type CertificateList, decryptList, isAlive, parseList } from './certificate-list.js'
import { keep, MAX_AGE, recall, type Store } from './certificate-store.js'
import { createKeyRing, type PlatformKeys } from './platform-keys.js'
import { type SignedAnswer, verifySignature } from './verifier.js'

export interface CertificatesOptions {
  readonly mchid: string
  readonly apiv3Key: KeyObject
  /** Fetches the list by a signed request that names the key its answer is to be signed with; it is verified here. */
  readonly download: (serial: string | undefined) => Promise<SignedAnswer>
  readonly store: Store | undefined
}

/** Platform keys that are downloaded and kept fresh. */
export interface Certificates extends PlatformKeys {
  readonly refresh: () => Promise<void>
  /** Ends the refreshing. */
  readonly close: () => void
}

const MINUTE = 60_000
/** The next refresh after a failure. */
const REFRESH_AGAIN_AFTER = 5 * MINUTE
/** After a serial that a fresh list did not know either: forgeries must not make us download without end. */
const LEARN_AGAIN_AFTER = MINUTE

/**
 * Downloads the platform certificates on first use and refreshes them in the background. The first list is
 * verified with a certificate that it delivers, for which AES-GCM under the APIv3 key vouches; every later
 * one with a key already known.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012551764
 */
export function createCertificates({ mchid, apiv3Key, download, store }: CertificatesOptions): Certificates {
  const storeKey = `wechatpay-fluent:certificates:${mchid}`
  let ring = createKeyRing([])
  /** Whether an answer of the platform itself has vouched for the ring; what a store remembers has not. */
  let confirmed = false
  let starting: Promise<void> | undefined
  let refreshing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let learnFrom = 0

  async function start(): Promise<void> {
    const remembered = store && (await recall(store, storeKey, apiv3Key))
    if (!remembered) return refresh()
    ring = createKeyRing(remembered.keys)
    schedule(MAX_AGE - remembered.age)
  }

  async function fetchList(): Promise<void> {
    const answer = await download(ring.current()?.serial)
    const list: CertificateList = parseList(answer.body)
    const keys = decryptList(list, apiv3Key)
    const known = ring.all().filter(isAlive)
    const isKnown = known.some(({ serial }) => serial === answer.headers.serial)
    const trusted = createKeyRing(known.length > 0 && (confirmed || isKnown) ? known : keys)
    verifySignature(answer, trusted, { what: 'GET v3/certificates: the answer', doubt: '' })
    ring = createKeyRing(keys)
    confirmed = true
    if (store) keep(store, storeKey, list)
  }

  function refresh(): Promise<void> {
    refreshing ??= fetchList()
      .then(() => schedule(MAX_AGE))
      .catch((error: unknown) => {
        schedule(REFRESH_AGAIN_AFTER)
        throw error
      })
      .finally(() => {
        refreshing = undefined
      })
    return refreshing
  }

  function schedule(delay: number): void {
    clearTimeout(timer)
    // What is known stays in use while the gateway fails.
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
    async learn(serial) {
      if (Date.now() < learnFrom) return false
      try {
        await refresh()
      } finally {
        if (!ring.get(serial)) learnFrom = Date.now() + LEARN_AGAIN_AFTER
      }
      return ring.get(serial) !== undefined
    },
    refresh,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
