import { createHash } from 'node:crypto'
import type { Store } from '../store.js'
import type { Acknowledgement } from './ack.js'
import { untilAborted } from './deadline.js'
import type { PlainEvent } from './event.js'
import { isObject } from './resource.js'

/** Longer than WeChat Pay repeats a notification, which is for 24 hours and 4 minutes. */
const TTL = 25 * 60 * 60_000
/** The number of notifications that the memory of a process holds; the oldest are forgotten first. */
const MEMORY_LIMIT = 10_000

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
 * Copies that arrive while the first one is being handled wait for its outcome and share it. A notification whose
 * handler failed, or took too long, is handled again when its next copy arrives, unless it has succeeded meanwhile.
 */
export function createOnce({ store = createMemory(), account, onStoreError }: OnceOptions): RunOnce {
  const running = runningByStore.get(store) ?? new Map<string, Promise<HandledOnce>>()
  runningByStore.set(store, running)

  return async (event, run, signal) => {
    const key = `wechatpay-fluent:notification:${account}:${idOf(event)}`
    const first = running.get(key)
    if (first) return { ...(await untilAborted(first, signal)), repeated: true }
    const outcome = runUnlessStored(key, event, run, signal)
    running.set(key, outcome)
    return outcome.finally(() => running.delete(key))
  }

  async function runUnlessStored(
    key: string,
    event: PlainEvent,
    run: Run,
    signal: AbortSignal,
  ): Promise<HandledOnce> {
    const stored = await untilAborted(Promise.resolve(store.get(key)), signal)
    if (isHandled(stored)) return { ack: stored.ack, repeated: true }
    const handled = run()
    try {
      const ack = await untilAborted(handled, signal)
      await untilAborted(save(key, event, ack), signal).catch((error: unknown) => onStoreError(event, error))
      return { ack, repeated: false }
    } catch (error) {
      if (signal.aborted) handled.then((ack) => save(key, event, ack)).catch(() => undefined)
      throw error
    }
  }

  /** Stores that an event was handled. Never rejects: a failure here would have the event handled again. */
  async function save(key: string, event: PlainEvent, ack: Acknowledgement | undefined): Promise<void> {
    try {
      await store.set(key, { handled: true, ...(ack && { ack }) }, TTL)
    } catch (error) {
      onStoreError(event, error)
    }
  }
}

function isHandled(value: unknown): value is { readonly ack?: Acknowledgement } {
  return isObject(value) && value.handled === true
}

/** The id that all copies of a notification share. Most messages of v2 have none; theirs is a digest of their content. */
function idOf({ id, event_type, resource }: PlainEvent): string {
  if (id !== undefined) return id
  const { nonce_str, sign, ...content } = resource as Readonly<Record<string, unknown>>
  const sorted = Object.keys(content)
    .sort()
    .map((name) => [name, content[name]])
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
