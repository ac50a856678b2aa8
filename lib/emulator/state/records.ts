import type { Readable } from 'node:stream'
import type { ApiResponse } from '../routing/handler.js'

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

export interface TransferRequest {
  readonly appid: string
  readonly out_bill_no: string
  readonly openid: string
  readonly transfer_amount: number
  readonly transfer_remark: string
  readonly notify_url?: string
  readonly user_name?: string
}

/** A transfer to a user, who has to confirm it. */
export interface Transfer {
  readonly request: TransferRequest
  readonly fingerprint: string
  readonly transferBillNo: string
  /** In milliseconds. */
  readonly createdAt: number
  state: 'WAIT_USER_CONFIRM' | TransferStatus
  updateTime: string
  failReason?: string
  /** The state to come, and when in milliseconds. */
  next?: TransferOutcome & { readonly at: number }
}

export type TransferStatus = 'SUCCESS' | 'FAIL' | 'CANCELING' | 'CANCELLED'

/** What becomes of a transfer. */
export interface TransferOutcome {
  readonly status: TransferStatus
  /** The `fail_reason`. */
  readonly reason?: string
  /** Milliseconds by the clock until then; 0 when absent. */
  readonly after?: number
}

export interface TransferDetail {
  readonly out_detail_no: string
  readonly transfer_amount: number
  readonly transfer_remark: string
  readonly openid: string
  readonly user_name?: string
}

export interface TransferBatchRequest {
  readonly appid: string
  readonly out_batch_no: string
  readonly batch_name: string
  readonly batch_remark: string
  readonly total_amount: number
  readonly total_num: number
  readonly transfer_detail_list: readonly TransferDetail[]
  readonly transfer_scene_id?: string
  readonly notify_url?: string
}

/** Transfers to many users at once, all of which arrive as soon as the batch is accepted. */
export interface TransferBatch {
  readonly request: TransferBatchRequest
  readonly fingerprint: string
  readonly batchId: string
  readonly time: string
}

/** The fields of a service order as it was created, and as it was changed since. */
export interface ServiceRequest {
  readonly out_order_no: string
  readonly appid: string
  readonly service_id: string
  readonly service_introduction: string
  readonly notify_url: string
  readonly openid?: string
  readonly need_user_confirm?: boolean
  readonly device?: object
  readonly post_payments?: readonly { readonly amount?: number }[]
  readonly post_discounts?: readonly { readonly amount?: number }[]
  readonly time_range?: object
  readonly location?: object
  readonly risk_fund?: { readonly name: string; readonly amount: number }
}

/** A service that is used first and paid afterwards. */
export interface ServiceOrder {
  readonly fingerprint: string
  readonly orderId: string
  /** In milliseconds. */
  readonly createdAt: number
  request: ServiceRequest
  state: 'CREATED' | 'DOING' | 'DONE' | 'REVOKED' | 'EXPIRED'
  /** Whether the user pays as soon as the service is completed. */
  pays: boolean
  /** The amount in fen, once the service is completed. */
  totalAmount?: number
  openid?: string
  paidTime?: string
  transactionId?: string
}

export interface SharingReceiver {
  readonly type: string
  readonly account: string
  readonly amount: number
  readonly description: string
}

export interface SharingRequest {
  readonly transaction_id: string
  readonly out_order_no: string
  readonly sub_mchid?: string
  readonly receivers?: readonly SharingReceiver[]
  readonly unfreeze_unsplit: boolean
}

/** The return of a share. */
export interface SharingReturn {
  readonly out_return_no: string
  readonly return_mchid: string
  readonly amount: number
  readonly description: string
  readonly fingerprint: string
  readonly returnId: string
  readonly time: string
}

/** A profit sharing of a paid order, which succeeds as soon as it is accepted. */
export interface Sharing {
  readonly request: SharingRequest
  readonly fingerprint: string
  readonly orderId: string
  readonly time: string
  returns: readonly SharingReturn[]
}

export interface ComplaintStep {
  readonly log_id: string
  readonly operator: string
  readonly operate_time: string
  readonly operate_type: string
  readonly operate_details: string
}

/** A complaint with its negotiation history. */
export interface Complaint {
  readonly id: string
  readonly time: string
  readonly detail: string
  readonly order: { readonly transaction_id: string; readonly out_trade_no: string; readonly amount: number }
  readonly payer: string
  state: 'PENDING' | 'PROCESSING' | 'PROCESSED'
  steps: readonly ComplaintStep[]
}

/** A user's card. */
export interface MemberCard {
  readonly cardId: string
  readonly code: string
  readonly openid: string
  status: 'EFFECTIVE' | 'UNAVAILABLE'
}

/** A write that was carried out, with its response. */
export interface RepeatableWrite {
  readonly request: string
  readonly reply: ApiResponse
}

/** A bill of so many rows that it is made only while it is sent: always the same for the same day and number. */
export interface MadeUpBill {
  readonly rows: number
  readonly bytes: number
  readonly sha1: string
  readonly stream: () => Readable
}
