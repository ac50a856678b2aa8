import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { WechatpayError } from '../errors.js'
import type { Store } from '../store.js'
import type { Acknowledgement } from './ack.js'
import { untilAborted } from './deadline.js'
import type { PlainEvent } from './event.js'
import { isObject } from './resource.js'

/** Longer than WeChat Pay repeats a notification, which is for 24 hours and 4 minutes. */
const TTL = 25 * 60 * 60_000
/** A message of v2 has no time that is checked, so anybody who has seen it can send it again, long after. */
const V2_TTL = 366 * 24 * 60 * 60_000
/** The number of notifications that the memory of a process holds; the oldest are forgotten first. */
const MEMORY_LIMIT = 10_000
/** A claim is renewed while its handler runs, so this is how long the event of a process that died is held. */
const CLAIM_TTL = 60_000
/** Longer than a store takes to write: who claims the same event at the same time has written by then. */
const CLAIM_PAUSE = 50

/** What came of an event. */
export interface HandledOnce {
  readonly ack: Acknowledgement | undefined
  readonly repeated: boolean
}

/** Handles an event, and resolves to the fields of its response. */
export type Run = () => Promise<Acknowledgement | undefined>

/** Handles an event unless that has succeeded before. */
export type RunOnce = (event: PlainEvent, run: Run, signal: AbortSignal) => Promise<HandledOnce>

/** The events that are being handled now, by store: receivers with the same store share them. */
const runningByStore = new WeakMap<Store, Map<string, Promise<HandledOnce>>>()

export interface OnceOptions {
  readonly store?: Store | undefined
  /** The merchant or brand that is notified: several clients may share a store. */
  readonly account: string
  /** Is told of an event that was handled, but could not be stored. */
  readonly onStoreError: (event: PlainEvent, error: unknown) => void
}

/**
 * Copies that arrive while the first one is being handled wait for its outcome and share it, also when the first one has
 * run out of time: a handler never runs beside itself. Processes that share a store claim an event before they handle it.
 * A notification whose handler failed is handled again when its next copy arrives.
 */
export function createOnce({ store: shared, account, onStoreError }: OnceOptions): RunOnce {
  const store = shared ?? createMemory()
  const running = runningByStore.get(store) ?? new Map<string, Promise<HandledOnce>>()
  runningByStore.set(store, running)

  return async (event, run, signal) => {
    const key = `wechatpay-fluent:notification:${account}:${idOf(event)}`
    const first = running.get(key)
    if (first) return { ...(await untilAborted(first, signal)), repeated: true }
    let hasEnded = false
    const outcome = runUnlessStored(key, event, () => run().finally(() => (hasEnded = true)), signal)
    running.set(key, outcome)
    const remove = (): void => void running.delete(key)
    outcome.then(remove, remove)
    // What has ended in time is acknowledged, although the store may still be busy with it.
    return untilAborted(outcome, signal).catch((error: unknown) =>
      hasEnded ? outcome : Promise.reject(error),
    )
  }

  /** Lasts as long as the handler does. The signal ends only what comes before and after it. */
  async function runUnlessStored(
    key: string,
    event: PlainEvent,
    run: Run,
    signal: AbortSignal,
  ): Promise<HandledOnce> {
    const stored = await untilAborted(Promise.resolve(store.get(key)), signal)
    if (isHandled(stored)) return { ack: stored.ack, repeated: true }
    const claim = shared && createClaim(shared, `${key}:claim`)
    await untilAborted(Promise.resolve(claim?.take()), signal)
    const renewal =
      claim && setInterval(() => void claim.renew().catch(() => undefined), CLAIM_TTL / 3).unref()
    const ack = await run()
      .finally(() => clearInterval(renewal))
      .catch(async (error: unknown) => {
        await untilAborted(Promise.resolve(claim?.release()), signal).catch(() => undefined)
        throw error
      })
    // Where the time is over already, the copies that wait must not find it handled before that is stored.
    const saved = save(key, event, ack)
    if (signal.aborted) await saved
    else await untilAborted(saved, signal).catch((error: unknown) => onStoreError(event, error))
    return { ack, repeated: false }
  }

  /** Stores that an event was handled. Never rejects: a failure here would have the event handled again. */
  async function save(key: string, event: PlainEvent, ack: Acknowledgement | undefined): Promise<void> {
    try {
      // Messages of v2 name no type of resource.
      const ttl = event.resource_type === undefined ? V2_TTL : TTL
      await store.set(key, { handled: true, ...(ack && { ack }) }, ttl)
    } catch (error) {
      onStoreError(event, error)
    }
  }
}

/** The right of one process to handle an event. It lapses by itself; by then, the event is stored as handled. */
interface Claim {
  /** @throws {WechatpayError} when another process has it. */
  readonly take: () => Promise<void>
  readonly renew: () => Promise<unknown>
  readonly release: () => Promise<unknown>
}

function createClaim(store: Store, key: string): Claim {
  const id = randomUUID()
  const value = (): object => ({ id, until: Date.now() + CLAIM_TTL })
  const isFree = async (): Promise<boolean> => {
    const held = await store.get(key)
    return !isObject(held) || held.id === id || !(Number(held.until) > Date.now())
  }
  const renew = async (): Promise<unknown> => store.set(key, value(), CLAIM_TTL)
  /** Of several that write at the same time, the last one has the event: all of them find it after the pause. */
  const write = async (): Promise<boolean> => {
    if (!(await isFree())) return false
    // A store that is full must not keep payments from being handled.
    await renew().catch(() => undefined)
    await sleep(CLAIM_PAUSE)
    return isFree()
  }
  return {
    take: async () => {
      const isMine = store.setIfAbsent ? await store.setIfAbsent(key, value(), CLAIM_TTL) : await write()
      if (isMine) return
      throw new WechatpayError('Another process is handling this notification', { code: 'IN_PROGRESS' })
    },
    renew,
    release: async () => (store.delete ? store.delete(key) : store.set(key, null, 1)),
  }
}

function isHandled(value: unknown): value is { readonly ack?: Acknowledgement } {
  return isObject(value) && value.handled === true
}

/** What tells refunds apart that no signature vouches for: with other amounts, it is the same one. */
const REFUND_NUMBERS = ['out_refund_no', 'refund_id', 'refund_status']

/** The id that all copies of a notification share. Most messages of v2 have none; theirs is a digest of their content. */
function idOf({ id, event_type, resource, authenticated }: PlainEvent): string {
  if (id !== undefined) return id
  const { nonce_str, sign, ...content } = resource as Readonly<Record<string, unknown>>
  const sorted = (authenticated ? Object.keys(content).sort() : REFUND_NUMBERS).map((name) => [
    name,
    content[name],
  ])
  return createHash('sha256')
    .update(JSON.stringify([event_type, sorted]))
    .digest('hex')
}

/** A store in the memory of this process. */
export function createMemory(limit: number = MEMORY_LIMIT): Store {
  const entries = new Map<string, { readonly value: unknown; readonly until: number }>()
  return {
    async get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (entry.until > Date.now()) return entry.value
      entries.delete(key)
      return undefined
    },
    async set(key, value, ttl = Infinity) {
      entries.delete(key)
      const [oldest] = entries.keys()
      if (entries.size >= limit && oldest !== undefined) entries.delete(oldest)
      entries.set(key, { value, until: Date.now() + ttl })
    },
  }
}
