import { setTimeout as sleep } from 'node:timers/promises'
import { deliver, type Receipt, type SignedNotification } from './deliver.js'
import {
  breakNotification,
  clockErrorOf,
  type NotificationFault,
  type NotificationFaults,
} from './notification-faults.js'
import type { Receivers } from './receivers.js'

/** One attempt to notify a receiver. */
export interface DeliveryAttempt {
  /** The emulator's clock at the attempt, in milliseconds. */
  readonly time: number
  /** The HTTP status of the response. */
  readonly status?: number
  /** The reason why there was no response. */
  readonly error?: string
  /** Whether it was a probe, which a receiver must refuse; the genuine notification follows at once. */
  readonly probe?: true
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
   * Notifies a receiver on this machine or an allowed one, and repeats it on the documented schedule until it is taken.
   * Resolves after the first attempt; `undefined` when there was no response, or it is kept back.
   */
  send(
    eventType: string,
    url: string,
    notification: () => SignedNotification,
    sender: Sender,
  ): Promise<Receipt | undefined>
  /** Notifies such a receiver once. Rejects when it is none, or cannot be reached. */
  sendOnce(eventType: string, url: string, notification: () => SignedNotification): Promise<Receipt>
  /** Sends what was kept back. */
  release(): void
  /** Forgets all of them, also those that were to be sent again. */
  clear(): void
}

/** What the deliveries of one merchant are signed by. */
export interface Sender {
  /** Gives a notification a fresh signature, which is wrong by a number of seconds. */
  readonly signAgain: (notification: SignedNotification, skew: number) => SignedNotification
  /** Whether a notification is to be preceded by a probe. */
  readonly isProbed: (notification: SignedNotification) => boolean
}

/** The parts that {@link createDeliveries} needs. */
export interface DeliveryOptions {
  readonly receivers: Receivers
  /** The factor of the documented waits: 0.001 makes 15 milliseconds of 15 seconds. */
  readonly scale: number
  readonly now: () => number
  readonly faults: NotificationFaults
  /** Aborted when the emulator closes. */
  readonly closed: AbortSignal
}

/** A delivery that is under way. */
interface Underway extends Sender {
  readonly delivery: { -readonly [Key in keyof Delivery]: Delivery[Key] }
  /** The calls of `clear()` before it began: what was sent before one is not sent again. */
  readonly round: number
}

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { receivers, scale, now, faults, closed } = options
  const list: Delivery[] = []
  const waiting = new Set<NodeJS.Timeout>()
  /** The attempts that wait for the next notification to overtake them. */
  let held: (() => void)[] = []
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

  function release(): void {
    const attempts = held
    held = []
    for (const attempt of attempts) attempt()
  }
  /** Sends one request, and notes what came of it. */
  async function post(
    { delivery }: Underway,
    notification: SignedNotification,
    probe = false,
  ): Promise<Receipt | undefined> {
    const time = now()
    const receipt = await deliver(delivery.url, notification, closed).catch((error: Error) => error)
    const outcome = receipt instanceof Error ? { error: receipt.message } : { status: receipt.status }
    delivery.attempts = [...delivery.attempts, { time, ...outcome, ...(probe && { probe }) }]
    return receipt instanceof Error ? undefined : receipt
  }
  async function postWith(
    fault: NotificationFault | undefined,
    underway: Underway,
    notification: SignedNotification,
  ): Promise<Receipt | undefined> {
    const { delivery, signAgain, isProbed } = underway
    if (fault === 'lost') {
      const lost = { time: now(), error: 'lost, as scripted by emulator.fail()' }
      delivery.attempts = [...delivery.attempts, lost]
      return undefined
    }
    if (typeof fault === 'object')
      await sleep(fault.delay, undefined, { signal: closed }).catch(() => undefined)
    const skew = clockErrorOf(fault)
    const sent = breakNotification(skew ? signAgain(notification, skew) : notification, fault)
    if (fault === undefined && isProbed(sent)) await post(underway, breakNotification(sent, 'probe'), true)
    if (fault !== 'duplicate') return post(underway, sent)
    const [first] = await Promise.all([post(underway, sent), post(underway, sent)])
    return first
  }
  async function attempt(
    underway: Underway,
    notification: SignedNotification,
    number: number,
  ): Promise<Receipt | undefined> {
    const fault = faults.take(underway.delivery.event_type)
    if (fault === 'reorder') {
      held.push(() => void finish(undefined, underway, notification, number))
      return undefined
    }
    const receipt = await finish(fault, underway, notification, number)
    release()
    return receipt
  }
  /** Makes an attempt, and plans the next one where nobody took it. */
  async function finish(
    fault: NotificationFault | undefined,
    underway: Underway,
    notification: SignedNotification,
    number: number,
  ): Promise<Receipt | undefined> {
    const { delivery, signAgain } = underway
    const receipt = await postWith(fault, underway, notification)
    const wait = WAITS[number]
    const isOver = closed.aborted || round !== underway.round
    delivery.done = isAccepted(notification, receipt) || wait === undefined || isOver
    if (!delivery.done && wait !== undefined) {
      const timer = setTimeout(
        () => {
          waiting.delete(timer)
          void attempt(underway, signAgain(notification, 0), number + 1)
        },
        wait * 1_000 * scale,
      ).unref()
      waiting.add(timer)
    }
    return receipt
  }

  return {
    list,
    release,
    async send(eventType, url, notification, sender) {
      if (closed.aborted || refuse(eventType, url) !== undefined) return undefined
      const delivery = { event_type: eventType, url, attempts: [], done: false }
      record(delivery)
      return attempt({ ...sender, delivery, round }, notification(), 0)
    },
    async sendOnce(eventType, url, notification) {
      const problem = refuse(eventType, url)
      if (problem !== undefined) throw new Error(`no notification was sent to ${url}: ${problem}`)
      return deliver(url, notification(), closed)
    },
    clear() {
      list.length = 0
      held = []
      round += 1
      stopWaiting()
    },
  }
}

/** Whether a receiver has taken a notification: by 2xx, and one of v2 by a `return_code` SUCCESS besides. */
function isAccepted({ body }: SignedNotification, receipt: Receipt | undefined): boolean {
  if (!receipt || receipt.status < 200 || receipt.status >= 300) return false
  const isXml = body.startsWith('<')
  return !isXml || /<return_code>\s*(<!\[CDATA\[)?\s*SUCCESS\b/.test(receipt.body)
}
