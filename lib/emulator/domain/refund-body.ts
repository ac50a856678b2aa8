import { beijingTime } from '../beijing-time.js'
import type { Order, Refund } from '../state/order-records.js'
import { amountsOf } from './payments.js'

/** The part of a whole that falls to an amount of it, so that the parts of all amounts sum up to the part of the whole. */
function shareOf(part: number, whole: number, amount: number, before: number): number {
  const upTo = (fen: number): number => Math.floor((fen * part) / whole)
  return upTo(before + amount) - upTo(before)
}

/** The fen of a refund by who they concern. */
export function refundAmounts(
  order: Order,
  { request, refundedBefore: before }: Refund,
): {
  readonly total: number
  readonly refund: number
  readonly payerTotal: number
  readonly payerRefund: number
  readonly settlementTotal: number
  readonly settlementRefund: number
} {
  const { refund } = request.amount
  const { total, payerTotal, settlementTotal } = amountsOf(order)
  const payerRefund = shareOf(payerTotal, total, refund, before)
  const settlementRefund = shareOf(settlementTotal, total, refund, before)
  return { total, refund, payerTotal, payerRefund, settlementTotal, settlementRefund }
}

/** The refund as the response to its request and a query show it. */
export function refundBody(order: Order, refund: Refund): Record<string, unknown> {
  const { request, refundId, status, createdAt, successTime, channel, receivedBy } = refund
  const amounts = refundAmounts(order, refund)
  const promotions = (order.promotions ?? []).map((promotion) => ({
    promotion_id: promotion.coupon_id,
    scope: promotion.scope,
    type: promotion.type === 'CASH' ? 'COUPON' : 'DISCOUNT',
    amount: promotion.amount,
    refund_amount: shareOf(promotion.amount, amounts.total, amounts.refund, refund.refundedBefore),
  }))
  return {
    refund_id: refundId,
    out_refund_no: request.out_refund_no,
    transaction_id: order.transactionId,
    out_trade_no: order.request.out_trade_no,
    channel,
    user_received_account: receivedBy,
    create_time: beijingTime(createdAt),
    ...(successTime && { success_time: successTime }),
    status,
    funds_account: request.funds_account ?? 'AVAILABLE',
    amount: {
      total: amounts.total,
      refund: amounts.refund,
      payer_total: amounts.payerTotal,
      payer_refund: amounts.payerRefund,
      settlement_total: amounts.settlementTotal,
      settlement_refund: amounts.settlementRefund,
      discount_refund: amounts.refund - amounts.payerRefund,
      currency: request.amount.currency,
    },
    promotion_detail: promotions,
  }
}

/** The resource of `REFUND.SUCCESS`, `REFUND.ABNORMAL` and `REFUND.CLOSED`. */
export function refundResource(order: Order, refund: Refund): Record<string, unknown> {
  const { mchid, sub_mchid, amount } = order.request
  const { total, payerTotal, refund: refunded, payerRefund } = refundAmounts(order, refund)
  const currency = amount.currency ?? 'CNY'
  return {
    ...(sub_mchid === undefined ? { mchid } : { sp_mchid: mchid, sub_mchid }),
    out_trade_no: order.request.out_trade_no,
    transaction_id: order.transactionId,
    out_refund_no: refund.request.out_refund_no,
    refund_id: refund.refundId,
    refund_status: refund.status,
    ...(refund.successTime && { success_time: refund.successTime }),
    user_received_account: refund.receivedBy,
    amount: {
      ...{ total, refund: refunded, payer_total: payerTotal, payer_refund: payerRefund },
      ...{ currency, payer_currency: currency },
    },
  }
}
