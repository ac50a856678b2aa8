import type { MadeUpBill } from './bill-made-up.js'
import { BoundedMap } from './bounded.js'
import type { Order } from './orders.js'
import type { Refund } from './refunds.js'

/** As many entries of a collection are remembered; beyond that the oldest are forgotten. */
const REMEMBERED = 100_000

/**
 * Entries by key. A value is plain data, and one that was changed is set again: a collection may be kept in a file.
 */
export type Collection<Value> = Pick<Map<string, Value>, 'get' | 'set' | 'has' | 'delete' | 'values' | 'size'>

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
  /** Trade bills that are made up, by day. */
  readonly bills: Map<string, MadeUpBill>
}

export function createState(): State {
  const collection = <Value>(_name: string): Collection<Value> => new BoundedMap(REMEMBERED)
  return {
    orders: collection('orders'),
    transactions: collection('transactions'),
    refunds: collection('refunds'),
    imports: collection('imports'),
    bills: new Map(),
  }
}
