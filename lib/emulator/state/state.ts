import type {
  CombinedOrder,
  Complaint,
  MadeUpBill,
  MemberCard,
  Order,
  Refund,
  RepeatableWrite,
  ServiceOrder,
  Sharing,
  Transfer,
  TransferBatch,
} from './records.js'
import type { Collection, Store } from './store.js'

/** What the emulated platform knows. */
export interface State {
  /** By `out_trade_no`. */
  readonly orders: Collection<Order>
  /** `out_trade_no` by `transaction_id`. */
  readonly transactions: Collection<string>
  /** By `out_refund_no`. */
  readonly refunds: Collection<Refund>
  /** By `combine_out_trade_no`. */
  readonly combined: Collection<CombinedOrder>
  /** By `out_bill_no`. */
  readonly transfers: Collection<Transfer>
  /** By `out_batch_no`. */
  readonly batches: Collection<TransferBatch>
  /** By `out_order_no`. */
  readonly serviceOrders: Collection<ServiceOrder>
  /** By `out_order_no`. */
  readonly sharings: Collection<Sharing>
  /** Who may get a share, by type and account. */
  readonly receivers: Collection<object>
  /** By `complaint_id`. */
  readonly complaints: Collection<Complaint>
  /** Templates of member cards, by `out_request_no`. */
  readonly cards: Collection<{ readonly fingerprint: string; readonly answer: object }>
  /** By card and code. */
  readonly memberCards: Collection<MemberCard>
  /** What a merchant sets once, such as URLs to notify. */
  readonly settings: Collection<string>
  /** Answered member-card imports: the request and its code, by card and `out_request_no`. */
  readonly imports: Collection<{ readonly request: string; readonly code: string }>
  /** Answered writes of endpoints without a life of their own, by template and idempotent number. */
  readonly answered: Collection<RepeatableWrite>
  /** Trade bills that are made up, by day; not kept. */
  readonly bills: Map<string, MadeUpBill>
}

export function createState({ collection }: Store): State {
  return {
    orders: collection('orders'),
    transactions: collection('transactions'),
    refunds: collection('refunds'),
    combined: collection('combined'),
    transfers: collection('transfers'),
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
