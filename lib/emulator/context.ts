import type { MadeUpBill } from './bill-made-up.js'
import type { BoundedMap } from './bounded.js'
import type { Identity } from './identity.js'
import type { SignedNotification } from './notifications.js'
import type { Order } from './orders.js'
import type { Random } from './random.js'
import type { Refund } from './refunds.js'

/** As many orders, refunds and imports are remembered; beyond that the oldest are forgotten. */
export const REMEMBERED = 100_000

/** What the emulated platform knows. */
export interface State {
  /** By `out_trade_no`. */
  readonly orders: BoundedMap<string, Order>
  /** `out_trade_no` by `transaction_id`. */
  readonly transactions: BoundedMap<string, string>
  /** By `out_refund_no`. */
  readonly refunds: BoundedMap<string, Refund>
  /** Answered member-card imports: the request and its code, by card and `out_request_no`. */
  readonly imports: BoundedMap<string, { readonly request: string; readonly code: string }>
  /** Trade bills that are made up, by day. */
  readonly bills: Map<string, MadeUpBill>
}

/** What handlers work with. */
export interface Context {
  readonly identity: Identity
  readonly state: State
  /** Ids and numbers; apart from the nonces, so that they stay the same under a seed. */
  readonly ids: Random
  readonly nonces: Random
  /** Now, in milliseconds. */
  readonly now: () => number
  /** Where the emulator listens. */
  readonly url: () => string
  /** Sends a notification some time after the answer, when `url` is on this machine; never throws. */
  readonly announce: (eventType: string, url: string | undefined, resource: object) => void
  /** Sends a notification of v2 the same way. */
  readonly send: (url: string | undefined, notification: () => SignedNotification) => void
}
