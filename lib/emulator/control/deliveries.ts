import { deliver, isLoopback, type Receipt, type SignedNotification } from './deliver.js'

/** One try to tell a receiver. */
export interface DeliveryAttempt {
  /** The emulator's clock, in milliseconds. */
  readonly time: number
  /** HTTP status of its answer. */
  readonly status?: number
  /** Why there was none. */
  readonly error?: string
}

/** A notification that the emulator sent by itself, and how that went. */
export interface Delivery {
  readonly event_type: string
  readonly url: string
  readonly attempts: readonly DeliveryAttempt[]
  /** Whether a receiver took it, or no more is tried. */
  readonly done: boolean
}

/** Seconds between the tries, as documented. https://pay.weixin.qq.com/doc/v3/merchant/4012791861 */
const WAITS = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
]
/** As many deliveries are remembered. */
const REMEMBERED = 1_000

/** What delivers the notifications of one emulator. */
export interface Deliveries {
  /** Newest last. */
  readonly list: readonly Delivery[]
  /**
   * Tells a receiver on this machine, and tells it again on the documented schedule until it answers 2xx. Resolves
   * after the first try; `undefined` when nobody answered.
   */
  send(eventType: string, url: string, notification: () => SignedNotification): Promise<Receipt | undefined>
}

/**
 * @param scale of the documented waits: 0.001 makes 15 milliseconds of 15 seconds
 * @param closed aborted when the emulator closes
 */
export function createDeliveries(
  scale: number,
  now: () => number,
  sign: (notification: SignedNotification) => SignedNotification,
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
    const taken = !(receipt instanceof Error) && receipt.status >= 200 && receipt.status < 300
    delivery.done = taken || wait === undefined || closed.aborted
    if (!delivery.done && wait !== undefined) {
      const timer = setTimeout(
        () => {
          waiting.delete(timer)
          void attempt(delivery, sign(notification))
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
