/** The states of an order. `USERPAYING`, `REVOKED` and `PAYERROR` are those of payments by code. */
export type TradeState = 'NOTPAY' | 'USERPAYING' | 'SUCCESS' | 'REFUND' | 'CLOSED' | 'REVOKED' | 'PAYERROR'

/** A request to place an order, of a merchant or of a partner for one. */
export interface OrderRequest {
  readonly appid: string
  readonly mchid: string
  /** Of an order that a partner placed. */
  readonly sub_mchid?: string
  readonly sub_appid?: string
  readonly settle_info?: { readonly profit_sharing?: boolean }
  readonly description: string
  readonly out_trade_no: string
  /** Absent where nobody is notified, as of payments by code. */
  readonly notify_url?: string
  readonly amount: { readonly total: number; readonly currency?: string }
  readonly attach?: string
  readonly time_expire?: string
  readonly payer?: {
    readonly openid?: string
    readonly sp_openid?: string
    readonly sub_openid?: string
    readonly auth_code?: string
  }
}

/** An order and what has become of it. */
export interface Order {
  readonly request: OrderRequest
  /** The request as it came, to tell a repetition from another order. */
  readonly fingerprint: string
  readonly tradeType: string
  /** The API it was placed with, by which its user is notified. */
  readonly api: 'v2' | 'v3'
  /** When it was placed, in milliseconds. */
  readonly placedAt: number
  /** The newest response to the request. */
  answer: Readonly<Record<string, string>>
  /** When that response was made up, in milliseconds. */
  answeredAt: number
  state: TradeState
  /** Sum of its refunds, in fen. */
  refunded: number
  /** Number of its refunds. */
  refunds: number
  /** The combined order it is part of. */
  readonly combined?: string
  transactionId?: string
  successTime?: string
  payer?: string
  /** The `bank_type` that it was paid by; `OTHERS` when absent. */
  bank?: string
  promotions?: readonly Promotion[]
}

/** A coupon or discount that was used for a payment. */
export interface Promotion {
  readonly coupon_id: string
  readonly name: string
  readonly scope: 'GLOBAL' | 'SINGLE'
  /** Who pays for it: others by `CASH`, the merchant by `NOCASH`. */
  readonly type: 'CASH' | 'NOCASH'
  /** In fen. */
  readonly amount: number
  readonly stock_id: string
  readonly wechatpay_contribute: number
  readonly merchant_contribute: number
  readonly other_contribute: number
  readonly currency: string
}

export interface RefundRequest {
  readonly out_refund_no: string
  readonly sub_mchid?: string
  readonly transaction_id?: string
  readonly out_trade_no?: string
  readonly notify_url?: string
  readonly funds_account?: string
  readonly amount: { readonly refund: number; readonly total: number; readonly currency: string }
}

export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'ABNORMAL' | 'CLOSED'

/** How a refund ends. */
export interface RefundOutcome {
  readonly status: RefundStatus
  /** Milliseconds by the clock until then; 0 when absent. */
  readonly after?: number
}

/** A refund of an order or of a part of it. */
export interface Refund {
  readonly request: RefundRequest
  readonly fingerprint: string
  readonly refundId: string
  readonly outTradeNo: string
  /** The API it was applied for with, by which its merchant is notified. */
  readonly api: 'v2' | 'v3'
  /** In milliseconds. */
  readonly createdAt: number
  /** Fen of the order that were refunded before. */
  readonly refundedBefore: number
  status: RefundStatus
  /** The status to come, and when in milliseconds; absent when it ends by being told to. */
  next?: { readonly status: RefundStatus; readonly at: number }
  successTime?: string
  channel: 'ORIGINAL' | 'OTHER_BANKCARD'
  /** The account that the user has it on. */
  receivedBy: string
}

export interface CombinedSubOrder {
  readonly mchid: string
  readonly sub_mchid?: string
  readonly out_trade_no: string
  readonly description: string
  readonly attach: string
  readonly amount: { readonly total_amount: number; readonly currency: string }
  readonly settle_info?: { readonly profit_sharing?: boolean }
}

export interface CombinedOrderRequest {
  readonly combine_appid: string
  readonly combine_mchid: string
  readonly combine_out_trade_no: string
  readonly sub_orders: readonly CombinedSubOrder[]
  readonly combine_payer_info?: { readonly openid?: string }
  readonly time_expire?: string
  readonly notify_url: string
}

/** Orders of several merchants that are paid at once. */
export interface CombinedOrder {
  readonly request: CombinedOrderRequest
  readonly fingerprint: string
  readonly tradeType: string
  /** The newest response to the request. */
  answer: Readonly<Record<string, string>>
  /** When that response was made up, in milliseconds. */
  answeredAt: number
  transactionId?: string
  payer?: string
}
