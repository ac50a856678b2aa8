import { deliver, isLoopback, type Receipt, type SignedNotification } from './deliver.js'

/** One attempt to notify a receiver. */
export interface DeliveryAttempt {
  /** The emulator's clock at the attempt, in milliseconds. */
  readonly time: number
  /** The HTTP status of the response. */
  readonly status?: number
  /** The reason why there was no response. */
  readonly error?: string
}

/** A notification that the emulator sent by itself, with its attempts. */
export interface Delivery {
  readonly event_type: string
  readonly url: string
  readonly attempts: readonly DeliveryAttempt[]
  /** Whether a receiver accepted it, or it was given up. */
  readonly done: boolean
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
   * Notifies a receiver on this machine, and repeats it on the documented schedule until it responds 2xx. Resolves after
   * the first attempt; `undefined` when there was no response.
   */
  send(eventType: string, url: string, notification: () => SignedNotification): Promise<Receipt | undefined>
}

/**
 * @param scale of the documented waits: 0.001 makes 15 milliseconds of 15 seconds
 * @param signAgain gives a repeated notification a fresh signature
 * @param closed aborted when the emulator closes
 */
export function createDeliveries(
  scale: number,
  now: () => number,
  signAgain: (notification: SignedNotification) => SignedNotification,
  closed: AbortSignal,
): Deliveries {
  const list: Delivery[] = []
  const waiting = new Set<NodeJS.Timeout>()
  closed.addEventListener('abort', () => waiting.forEach((timer) => void clearTimeout(timer)), { once: true })

  async function attempt(
    delivery: { -readonly [Key in keyof Delivery]: Delivery[Key] },
    notification: SignedNotification,
  ): Promise<Receipt | undefined> {
    const time = now()
    const receipt = await deliver(delivery.url, notification, closed).catch((error: Error) => error)
    const outcome = receipt instanceof Error ? { error: receipt.message } : { status: receipt.status }
    delivery.attempts = [...delivery.attempts, { time, ...outcome }]
    const wait = WAITS[delivery.attempts.length - 1]
    const accepted = !(receipt instanceof Error) && receipt.status >= 200 && receipt.status < 300
    delivery.done = accepted || wait === undefined || closed.aborted
    if (!delivery.done && wait !== undefined) {
      const timer = setTimeout(
        () => {
          waiting.delete(timer)
          void attempt(delivery, signAgain(notification))
        },
        wait * 1_000 * scale,
      ).unref()
      waiting.add(timer)
    }
    return receipt instanceof Error ? undefined : receipt
  }

  return {
    list,
    async send(eventType, url, notification) {
      if (!isLoopback(url) || closed.aborted) return undefined
      const delivery = { event_type: eventType, url, attempts: [], done: false }
      list.push(delivery)
      if (list.length > REMEMBERED) list.shift()
      return attempt(delivery, notification())
    },
  }
}
