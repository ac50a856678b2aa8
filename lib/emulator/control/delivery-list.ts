/** One attempt to notify a receiver. */
export interface DeliveryAttempt {
  /** The emulator's clock at the attempt, in milliseconds. */
  readonly time: number
  /** The HTTP status of the response. */
  readonly status?: number
  /** The reason why there was no response. */
  readonly error?: string
  /** The beginning of the receiver's response; absent where it is empty, or of a receiver on another machine. */
  readonly answer?: string
  /** Whether it was a probe, which a receiver must refuse; the genuine notification follows at once. */
  readonly probe?: true
}

/** A notification that the emulator sent by itself, with its attempts; or one that it did not send, and why. */
export interface Delivery {
  /** The id by which `resend()` sends it again. */
  readonly id: string
  readonly event_type: string
  readonly url: string
  /** The genuine body; absent where it was not sent at all. Each attempt signs it anew. */
  readonly body?: string
  /** The newest 50. */
  readonly attempts: readonly DeliveryAttempt[]
  /** When it is sent again by itself, in milliseconds by the emulator's clock; absent when it is not. */
  readonly next?: number
  /** Whether a receiver accepted it, or it was given up. */
  readonly done: boolean
  /** The reason why it was not sent at all. */
  readonly problem?: string
}

/** A delivery that is under way. */
export type OpenDelivery = { -readonly [Key in keyof Delivery]: Delivery[Key] }

/** The number of deliveries that are remembered. */
const REMEMBERED = 1_000
/** The characters of bodies and answers that are remembered, beyond the newest delivery. */
const REMEMBERED_CHARACTERS = 16 * 1024 * 1024
/** The number of attempts of a delivery that are remembered: those of the schedule, and some more by hand. */
const REMEMBERED_ATTEMPTS = 50
/** The characters of an answer that are remembered. */
const ANSWER_CHARACTERS = 4_096

/** The deliveries that are remembered. */
export interface DeliveryList {
  /** Newest last. */
  readonly list: readonly Delivery[]
  add(delivery: Omit<Delivery, 'id'>): OpenDelivery
  note(delivery: OpenDelivery, attempt: DeliveryAttempt): void
  /** Throws where there is none of an id. */
  find(id: string): Delivery
  clear(): void
}

export function createDeliveryList(): DeliveryList {
  const list: Delivery[] = []
  let added = 0
  function forgetOldest(): void {
    let first = list.length
    for (let characters = 0; first > 0 && list.length - first < REMEMBERED; first--) {
      characters += sizeOf(list[first - 1])
      if (characters > REMEMBERED_CHARACTERS && first < list.length) break
    }
    list.splice(0, first)
  }
  return {
    list,
    add(facts) {
      const delivery = { id: `delivery-${++added}`, ...facts }
      list.push(delivery)
      forgetOldest()
      return delivery
    },
    note(delivery, { answer, ...attempt }) {
      const kept = answer ? { ...attempt, answer: beginningOf(answer) } : attempt
      delivery.attempts = [...delivery.attempts, kept].slice(-REMEMBERED_ATTEMPTS)
      forgetOldest()
    },
    find(id) {
      const found = list.find((one) => one.id === id)
      if (!found) throw new Error(`there is no notification ${id}, or it is no longer kept`)
      return found
    },
    clear() {
      list.length = 0
    },
  }
}

/** A copy: a slice of a string would keep all of it in memory. */
const beginningOf = (answer: string): string =>
  Buffer.from(answer.slice(0, ANSWER_CHARACTERS), 'utf16le').toString('utf16le')

function sizeOf(delivery: Delivery | undefined): number {
  const { body = '', attempts = [] } = delivery ?? {}
  return attempts.reduce((size, { answer = '' }) => size + answer.length, body.length)
}
