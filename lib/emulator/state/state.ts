import type { CombinedOrder, Order, Refund, RefundOutcome } from './order-records.js'
import type { Complaint, MadeUpBill, MemberCard, RepeatableWrite, ServiceOrder, Sharing } from './records.js'
import type { Collection, StateStore } from './store.js'
import type { Transfer, TransferBatch, TransferOutcome } from './transfer-records.js'

/** All that the emulated platform remembers. */
export interface State {
  /** The orders, by `out_trade_no`. */
  readonly orders: Collection<Order>
  /** Each order's `out_trade_no`, by `transaction_id`. */
  readonly transactions: Collection<string>
  /** The refunds, by `out_refund_no`. */
  readonly refunds: Collection<Refund>
  /** What is to become of refunds to come, by `out_refund_no`, or `*` for all. */
  readonly refundOutcomes: Collection<RefundOutcome>
  /** The combined orders, by `combine_out_trade_no`. */
  readonly combined: Collection<CombinedOrder>
  /** The transfers, by `out_bill_no`. */
  readonly transfers: Collection<Transfer>
  /** What is to become of transfers to come, by `out_bill_no`, or `*` for all. */
  readonly transferOutcomes: Collection<TransferOutcome>
  /** The batches of transfers, by `out_batch_no`. */
  readonly batches: Collection<TransferBatch>
  /** The service orders, by `out_order_no`. */
  readonly serviceOrders: Collection<ServiceOrder>
  /** The profit sharings, by `out_order_no`. */
  readonly sharings: Collection<Sharing>
  /** The receivers of profit sharings, by type and account. */
  readonly receivers: Collection<object>
  /** The complaints, by `complaint_id`. */
  readonly complaints: Collection<Complaint>
  /** The templates of member cards, by `out_request_no`. */
  readonly cards: Collection<{ readonly fingerprint: string; readonly answer: object }>
  /** The cards of users, by card and code. */
  readonly memberCards: Collection<MemberCard>
  /** The settings of the merchant, such as URLs to notify. */
  readonly settings: Collection<string>
  /** The member-card imports that were carried out: request and code, by card and `out_request_no`. */
  readonly imports: Collection<{ readonly request: string; readonly code: string }>
  /** The writes that were carried out by documented samples, by template and idempotent number. */
  readonly answered: Collection<RepeatableWrite>
  /** The trade bills that are made up, by day; they are not stored. */
  readonly bills: Map<string, MadeUpBill>
}

/** @param prefix of the names of the collections, which keeps merchants apart */
export function createState(store: StateStore, prefix = ''): State {
  const collection = <Value>(name: string): Collection<Value> => store.collection(prefix + name)
  return {
    orders: collection('orders'),
    transactions: collection('transactions'),
    refunds: collection('refunds'),
    refundOutcomes: collection('refundOutcomes'),
    combined: collection('combined'),
    transfers: collection('transfers'),
    transferOutcomes: collection('transferOutcomes'),
    batches: collection('batches'),
    serviceOrders: collection('serviceOrders'),
    sharings: collection('sharings'),
    receivers: collection('receivers'),
    complaints: collection('complaints'),
    cards: collection('cards'),
    memberCards: collection('memberCards'),
    settings: collection('settings'),
    imports: collection('imports'),
    answered: collection('answered'),
    bills: new Map(),
  }
}

/** Forgets all that happened. */
export function clearState(state: State): void {
  for (const collection of Object.values(state) as Pick<Collection<unknown>, 'clear'>[]) collection.clear()
}
