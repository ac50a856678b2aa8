import type { Readable } from 'node:stream'
import type { ApiResponse } from '../routing/handler.js'

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
