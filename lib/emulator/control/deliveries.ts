import { setTimeout as sleep } from 'node:timers/promises'
import { deliver, type Receipt, type SignedNotification } from './deliver.js'
import {
  createDeliveryList,
  type Delivery,
  type DeliveryAttempt,
  type DeliveryList,
  type OpenDelivery,
} from './delivery-list.js'
import {
  breakNotification,
  clockErrorOf,
  type NotificationFault,
  type NotificationFaults,
} from './notification-faults.js'
import type { Receivers } from './receivers.js'

/** Seconds between the attempts, as documented. https://pay.weixin.qq.com/doc/v3/merchant/4012791861 */
const WAITS = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
]
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
  /**
   * Sends a notification of the list once more, genuine and freshly signed. Where it is taken, it is not sent again by
   * itself. Rejects where there is none of the id, and when the receiver cannot be reached.
   */
  resend(id: string): Promise<Receipt>
  /** A delivery of the list. Throws where there is none of the id. */
  find(id: string): Delivery
  /** What a notification of the list says in its encrypted part; `undefined` where it has none. */
  decrypted(delivery: Delivery): string | undefined
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
  /** The encrypted part of a notification in clear. */
  readonly decrypt: (notification: SignedNotification) => string | undefined
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
  readonly delivery: OpenDelivery
  readonly notification: SignedNotification
  /** The timer of the next attempt. */
  timer?: NodeJS.Timeout
  /** The calls of `clear()` before it began: what was sent before one is not sent again. */
  readonly round: number
}

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { receivers, scale, now, faults, closed } = options
  const deliveries = createDeliveryList()
  const { post, postWith } = createPoster(options, deliveries)
  const sent = new WeakMap<Delivery, Underway>()
  const waiting = new Set<NodeJS.Timeout>()
  /** The attempts that wait for the next notification to overtake them. */
  let held: (() => void)[] = []
  let round = 0
  function stopWaiting(): void {
    for (const timer of waiting) clearTimeout(timer)
    waiting.clear()
  }
  closed.addEventListener('abort', stopWaiting, { once: true })
  /** Has a delivery not be sent again by itself. */
  function stopRetry({ timer, delivery }: Underway): void {
    clearTimeout(timer)
    if (timer) waiting.delete(timer)
    delete delivery.next
  }

  /** The reason why a URL gets no notification, which the list keeps. */
  function refuse(eventType: string, url: string): string | undefined {
    const problem = receivers.problemOf(url)
    if (problem === undefined) return undefined
    deliveries.add({ event_type: eventType, url, attempts: [], done: true, problem })
    return problem
  }

  function release(): void {
    const attempts = held
    held = []
    for (const attempt of attempts) attempt()
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
    if (typeof fault === 'object')
      await sleep(fault.delay, undefined, { signal: closed }).catch(() => undefined)
    const isForgotten = round !== underway.round
    const receipt = isForgotten ? undefined : await postWith(fault, underway, notification)
    const wait = WAITS[number]
    const isOver = closed.aborted || round !== underway.round
    // One that was taken when it was sent by hand meanwhile stays taken.
    delivery.done ||= isAccepted(notification, receipt) || wait === undefined || isOver
    if (!delivery.done && wait !== undefined) {
      const delay = wait * 1_000 * scale
      const timer = setTimeout(() => {
        stopRetry(underway)
        void attempt(underway, signAgain(notification, 0), number + 1)
      }, delay).unref()
      underway.timer = timer
      delivery.next = now() + delay
      waiting.add(timer)
    }
    return receipt
  }
  /** Sends one by hand, beside its schedule. */
  async function resend(id: string): Promise<Receipt> {
    const delivery = deliveries.find(id)
    const underway = sent.get(delivery)
    if (!underway) throw new Error(`no notification was sent to ${delivery.url}: ${delivery.problem}`)
    const receipt = await post(underway, underway.signAgain(underway.notification, 0))
    if (receipt instanceof Error) throw receipt
    if (isAccepted(underway.notification, receipt)) {
      underway.delivery.done = true
      stopRetry(underway)
    }
    return receipt
  }

  return {
    list: deliveries.list,
    release,
    resend,
    find: deliveries.find,
    decrypted(delivery) {
      const underway = sent.get(delivery)
      return underway?.decrypt(underway.notification)
    },
    async send(eventType, url, notification, sender) {
      if (closed.aborted || refuse(eventType, url) !== undefined) return undefined
      const made = notification()
      const { body } = made
      const delivery = deliveries.add({ event_type: eventType, url, body, attempts: [], done: false })
      const underway = { ...sender, delivery, notification: made, round }
      sent.set(delivery, underway)
      return attempt(underway, made, 0)
    },
    async sendOnce(eventType, url, notification) {
      const problem = refuse(eventType, url)
      if (problem !== undefined) throw new Error(`no notification was sent to ${url}: ${problem}`)
      return deliver(url, notification(), closed)
    },
    clear() {
      deliveries.clear()
      held = []
      round += 1
      stopWaiting()
    },
  }
}

/** Sends requests, and notes what came of them. */
interface Poster {
  post(underway: Underway, notification: SignedNotification, probe?: true): Promise<Receipt | Error>
  /** Sends a notification with a fault other than a delay. */
  postWith(
    fault: NotificationFault | undefined,
    underway: Underway,
    notification: SignedNotification,
  ): Promise<Receipt | undefined>
}

function createPoster({ now, closed }: DeliveryOptions, { note }: DeliveryList): Poster {
  async function post(
    { delivery }: Underway,
    notification: SignedNotification,
    probe?: true,
  ): Promise<Receipt | Error> {
    const time = now()
    const receipt = await deliver(delivery.url, notification, closed).catch((error: Error) => error)
    note(delivery, { time, ...outcomeOf(receipt), ...(probe && { probe }) })
    return receipt
  }
  async function postWith(
    fault: NotificationFault | undefined,
    underway: Underway,
    notification: SignedNotification,
  ): Promise<Receipt | undefined> {
    const { delivery, signAgain, isProbed } = underway
    if (fault === 'lost') {
      note(delivery, { time: now(), error: 'lost, as scripted by emulator.fail()' })
      return undefined
    }
    const skew = clockErrorOf(fault)
    const sent = breakNotification(skew ? signAgain(notification, skew) : notification, fault)
    if (fault === undefined && isProbed(sent)) await post(underway, breakNotification(sent, 'probe'), true)
    if (fault !== 'duplicate') return receiptOf(await post(underway, sent))
    const [first] = await Promise.all([post(underway, sent), post(underway, sent)])
    return receiptOf(first)
  }
  return { post, postWith }
}

const receiptOf = (outcome: Receipt | Error): Receipt | undefined =>
  outcome instanceof Error ? undefined : outcome

const outcomeOf = (receipt: Receipt | Error): Omit<DeliveryAttempt, 'time'> =>
  receipt instanceof Error ? { error: receipt.message } : { status: receipt.status, answer: receipt.body }

/** Whether a receiver has taken a notification: by 2xx, and one of v2 by a `return_code` SUCCESS besides. */
function isAccepted({ body }: SignedNotification, receipt: Receipt | undefined): boolean {
  if (!receipt || receipt.status < 200 || receipt.status >= 300) return false
  const isXml = body.startsWith('<')
  return !isXml || /<return_code>\s*(<!\[CDATA\[)?\s*SUCCESS\b/.test(receipt.body)
}
