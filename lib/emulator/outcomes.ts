import type { Receipt } from './control/deliver.js'
import type { Promotion, TradeState } from './state/order-records.js'

/** How a user agrees to something. */
export interface Confirmation {
  /**
   * `false`: the money for a service does not come in by itself when the service is completed, but with `pay()` or
   * when the merchant asks for it again; until then the order can be modified. `true` when absent.
   */
  readonly pays?: boolean
}

/** A coupon or discount of a payment: its amount in fen, and whatever else is to be in `promotion_detail`. */
export type Discount = Pick<Promotion, 'amount'> & Partial<Promotion>

/** How a user pays. */
export interface PaymentOutcome {
  /** The payer's openid; that of the order, or one that is made up, when absent. */
  readonly payer?: string
  /** The `bank_type`, such as `CMB_DEBIT`; `OTHERS` when absent. */
  readonly bank?: string
  /**
   * What the user saves, which makes `payer_total` and `promotion_detail`: fen that the merchant grants, or promotions.
   * Orders alone have it, neither combined nor service orders.
   */
  readonly discount?: number | readonly Discount[]
  /**
   * `true`: the user does not manage to pay, and nobody is notified. The order can be paid later; one that is paid by code
   * is `PAYERROR`.
   */
  readonly fail?: boolean
}

/** When something comes true. */
export interface OutcomeTime {
  /** Milliseconds by the emulator's clock from now on, or from when it was applied for; at once when absent. */
  readonly after?: number
}

/** How a transfer ends. */
export interface TransferEnd extends OutcomeTime {
  /** The `fail_reason` of one that fails, such as `NAME_NOT_CORRECT`. */
  readonly reason?: string
}

/** The result of `pay()`. */
export interface Payment {
  /** Empty when the payment failed. */
  readonly transaction_id: string
  readonly trade_state: TradeState
  /** The receiver's response to `TRANSACTION.SUCCESS`; absent when `notify_url` may not be notified or failed. */
  readonly notified?: Receipt
}
