import { createHash } from 'node:crypto'
import type { Store } from '../store.js'
import type { Acknowledgement } from './ack.js'
import { untilAborted } from './deadline.js'
import type { PlainEvent } from './event.js'
import { isObject } from './malformed.js'

/** WeChat Pay repeats a notification for 24 hours and 4 minutes. */
const REMEMBER = 25 * 60 * 60_000

/** What came of an event. */
export interface Outcome {
  readonly ack: Acknowledgement | undefined
  readonly repeated: boolean
}

/** Handles an event; gives the fields of its answer. */
export type Run = () => Promise<Acknowledgement | undefined>

/** Runs something for an event unless that succeeded before. */
export type Once = (event: PlainEvent, run: Run, signal: AbortSignal) => Promise<Outcome>

type Running = Map<string, Promise<Outcome>>

/** What runs now, by store: receivers that share a store share this too. */
const runningIn = new WeakMap<Store, Running>()

export interface OnceOptions {
  readonly store: Store
  /** Whose notifications they are: a store may be shared by several clients. */
  readonly account: string
  /** Hears of an event that was handled, but could not be written down. */
  readonly forgotten: (event: PlainEvent, error: unknown) => void
}

/**
 * Copies that arrive while the first one is being handled wait for its outcome and share it. What failed, or
 * took too long, is run again for the next copy; unless it succeeds in the meantime after all.
 */
export function createOnce({ store, account, forgotten }: OnceOptions): Once {
  const running: Running = runningIn.get(store) ?? new Map()
  runningIn.set(store, running)

  return async (event, run, signal) => {
    const key = `wechatpay-fluent:notification:${account}:${identityOf(event)}`
    const first = running.get(key)
    if (first) return { ...(await untilAborted(first, signal)), repeated: true }
    const outcome = begin(key, event, run, signal)
    running.set(key, outcome)
    return outcome.finally(() => running.delete(key))
  }

  async function begin(key: string, event: PlainEvent, run: Run, signal: AbortSignal): Promise<Outcome> {
    const known = await untilAborted(Promise.resolve(store.get(key)), signal)
    if (isRecord(known)) return { ack: known.ack, repeated: true }
    const handled = run()
    try {
      const ack = await untilAborted(handled, signal)
      await untilAborted(remember(key, event, ack), signal).catch((error: unknown) => forgotten(event, error))
      return { ack, repeated: false }
    } catch (error) {
      if (signal.aborted) handled.then((ack) => remember(key, event, ack)).catch(() => undefined)
      throw error
    }
  }

  /** It has been done, whatever the store says: to fail now would have it done again. */
  async function remember(key: string, event: PlainEvent, ack: Acknowledgement | undefined): Promise<void> {
    try {
      await store.set(key, { handled: true, ...(ack && { ack }) }, REMEMBER)
    } catch (error) {
      forgotten(event, error)
    }
  }
}

function isRecord(value: unknown): value is { readonly ack?: Acknowledgement } {
  return isObject(value) && value.handled === true
}

/** What its copies have in common. Most messages of v2 have no id: then it is all they say. */
function identityOf({ id, event_type, resource }: PlainEvent): string {
  if (id !== undefined) return id
  const { nonce_str, sign, ...content } = resource as Readonly<Record<string, unknown>>
  const sorted = Object.keys(content)
    .sort()
    .map((name) => [name, content[name]])
  return createHash('sha256')
    .update(JSON.stringify([event_type, sorted]))
    .digest('hex')
}
