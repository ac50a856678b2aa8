import type { SignedNotification } from './control/deliver.js'
import type { Brand } from './identity/brand.js'
import type { Identity } from './identity/identity.js'
import type { Random } from './identity/random.js'
import type { Order, Refund } from './state/order-records.js'
import type { State } from './state/state.js'

/** What all parts of one emulator have in common: who is who, what is remembered, the clock, the numbers. */
export interface Context {
  readonly identity: Identity
  /** The brand, made when it is first asked for. */
  readonly brand: () => Brand
  readonly state: State
  /** Ids and numbers; apart from the nonces, so that they stay the same under a seed. */
  readonly ids: Random
  readonly nonces: Random
  /** Now, in milliseconds. */
  readonly now: () => number
  /** The time of signatures, in milliseconds, which tests do not move. */
  readonly signingTime: () => number
  /** The URL that the emulator listens at. */
  readonly url: () => string
  /** Sends a notification some time after the response, when `url` may be notified; never throws. */
  readonly announce: (eventType: string, url: string | undefined, resource: object) => void
  /** Tells the merchant what became of a refund, by the API that it was applied for with. */
  readonly announceRefund: (order: Order, refund: Refund) => void
  /** Sends a notification that was made elsewhere the same way. */
  readonly send: (eventType: string, url: string | undefined, notification: () => SignedNotification) => void
  /** Does something after so many milliseconds of this machine's time, or when the clock has been moved on by them, unless the process has ended by then. */
  readonly later: (milliseconds: number, work: () => void) => void
}
