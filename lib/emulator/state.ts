import type { MadeUpBill } from './bill-made-up.js'
import type { Order } from './orders.js'
import type { Refund } from './refunds.js'
import type { Repeatable } from './repeats.js'
import type { Collection, Store } from './store.js'

/** What the emulated platform knows. */
export interface State {
  /** By `out_trade_no`. */
  readonly orders: Collection<Order>
  /** `out_trade_no` by `transaction_id`. */
  readonly transactions: Collection<string>
  /** By `out_refund_no`. */
  readonly refunds: Collection<Refund>
  /** Answered member-card imports: the request and its code, by card and `out_request_no`. */
  readonly imports: Collection<{ readonly request: string; readonly code: string }>
  /** Answered writes of endpoints without a life of their own, by template and idempotent number. */
  readonly answered: Collection<Repeatable>
  /** Trade bills that are made up, by day; not kept. */
  readonly bills: Map<string, MadeUpBill>
}

export function createState({ collection }: Store): State {
  return {
    orders: collection('orders'),
    transactions: collection('transactions'),
    refunds: collection('refunds'),
    imports: collection('imports'),
    answered: collection('answered'),
    bills: new Map(),
  }
}
