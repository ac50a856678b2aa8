import { deliver, type Receipt, type SignedNotification } from './deliver.js'
import type { Receivers } from './receivers.js'

/** One attempt to notify a receiver. */
export interface DeliveryAttempt {
  /** The emulator's clock at the attempt, in milliseconds. */
  readonly time: number
  /** The HTTP status of the response. */
  readonly status?: number
  /** The reason why there was no response. */
  readonly error?: string
}

/** A notification that the emulator sent by itself, with its attempts; or one that it did not send, and why. */
export interface Delivery {
  readonly event_type: string
  readonly url: string
  readonly attempts: readonly DeliveryAttempt[]
  /** Whether a receiver accepted it, or it was given up. */
  readonly done: boolean
  /** The reason why it was not sent at all. */
  readonly problem?: string
}

/** Seconds between the attempts, as documented. https://pay.weixin.qq.com/doc/v3/merchant/4012791861 */
const WAITS = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
]
/** The number of deliveries that are remembered. */
const REMEMBERED = 1_000

/** The notifications that one emulator sends by itself. */
export interface Deliveries {
  /** Newest last. */
  readonly list: readonly Delivery[]
  /**
   * Notifies a receiver on this machine or an allowed one, and repeats it on the documented schedule until it responds
   * 2xx. Resolves after the first attempt; `undefined` when there was no response.
   *
   * @param signAgain gives a repeated notification a fresh signature
   */
  send(
    eventType: string,
    url: string,
    notification: () => SignedNotification,
    signAgain: (notification: SignedNotification) => SignedNotification,
  ): Promise<Receipt | undefined>
  /** Notifies such a receiver once. Rejects when it is none, or cannot be reached. */
  sendOnce(eventType: string, url: string, notification: () => SignedNotification): Promise<Receipt>
  /** Forgets all of them, also those that were to be sent again. */
  clear(): void
}

/** The parts that {@link createDeliveries} needs. */
export interface DeliveryOptions {
  readonly receivers: Receivers
  /** The factor of the documented waits: 0.001 makes 15 milliseconds of 15 seconds. */
  readonly scale: number
  readonly now: () => number
  /** Aborted when the emulator closes. */
  readonly closed: AbortSignal
}

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { receivers, scale, now, closed } = options
  const list: Delivery[] = []
  const waiting = new Set<NodeJS.Timeout>()
  /** Counts the calls of `clear()`: what was sent before is not sent again. */
  let round = 0
  function stopWaiting(): void {
    for (const timer of waiting) clearTimeout(timer)
    waiting.clear()
  }
  closed.addEventListener('abort', stopWaiting, { once: true })

  function record(delivery: Delivery): void {
    list.push(delivery)
    if (list.length > REMEMBERED) list.shift()
  }
  /** The reason why a URL gets no notification, which the list keeps. */
  function refuse(eventType: string, url: string): string | undefined {
    const problem = receivers.problemOf(url)
    if (problem !== undefined) record({ event_type: eventType, url, attempts: [], done: true, problem })
    return problem
  }

  async function attempt(
    delivery: { -readonly [Key in keyof Delivery]: Delivery[Key] },
    notification: SignedNotification,
    signAgain: (notification: SignedNotification) => SignedNotification,
  ): Promise<Receipt | undefined> {
    const [time, begun] = [now(), round]
    const receipt = await deliver(delivery.url, notification, closed).catch((error: Error) => error)
    const outcome = receipt instanceof Error ? { error: receipt.message } : { status: receipt.status }
    delivery.attempts = [...delivery.attempts, { time, ...outcome }]
    const wait = WAITS[delivery.attempts.length - 1]
    const accepted = !(receipt instanceof Error) && receipt.status >= 200 && receipt.status < 300
    delivery.done = accepted || wait === undefined || closed.aborted || round !== begun
    if (!delivery.done && wait !== undefined) {
      const timer = setTimeout(
        () => {
          waiting.delete(timer)
          void attempt(delivery, signAgain(notification), signAgain)
        },
        wait * 1_000 * scale,
      ).unref()
      waiting.add(timer)
    }
    return receipt instanceof Error ? undefined : receipt
  }

  return {
    list,
    async send(eventType, url, notification, signAgain) {
      if (closed.aborted || refuse(eventType, url) !== undefined) return undefined
      const delivery = { event_type: eventType, url, attempts: [], done: false }
      record(delivery)
      return attempt(delivery, notification(), signAgain)
    },
    async sendOnce(eventType, url, notification) {
      const problem = refuse(eventType, url)
      if (problem !== undefined) throw new Error(`no notification was sent to ${url}: ${problem}`)
      return deliver(url, notification(), closed)
    },
    clear() {
      list.length = 0
      round += 1
      stopWaiting()
    },
  }
}
