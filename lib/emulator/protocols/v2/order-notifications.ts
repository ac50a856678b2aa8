import { beijingDigits } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import type { SignedNotification } from '../../control/deliver.js'
import { amountsOf } from '../../domain/payments.js'
import { refundAmounts } from '../../domain/refund-body.js'
import { encryptAesEcb } from '../../identity/encryption.js'
import type { Order, OrderRequest, Promotion, Refund, RefundStatus } from '../../state/order-records.js'
import { signFields, type V2Fields } from './sign.js'
import { buildXml } from './xml.js'

/** The sub-merchant of a partner's order, and the appid that it was placed for there. */
export function subMerchantOf({ sub_mchid, sub_appid }: Partial<OrderRequest>): V2Fields {
  return { ...(sub_mchid && { sub_mch_id: sub_mchid }), ...(sub_appid && { sub_appid }) }
}

/** The fields of a paid order, in a response or a notification. */
export function paymentFields({ request, tradeType, ...order }: Order): V2Fields {
  const { total, payerTotal, settlementTotal } = amountsOf({ request, ...order })
  const currency = request.amount.currency ?? 'CNY'
  const sub_openid = request.payer?.sub_openid
  return {
    openid: order.payer ?? '',
    is_subscribe: 'N',
    ...(sub_openid && { sub_openid, sub_is_subscribe: 'N' }),
    trade_type: tradeType,
    bank_type: order.bank ?? 'OTHERS',
    total_fee: String(total),
    fee_type: currency,
    cash_fee: String(payerTotal),
    cash_fee_type: currency,
    ...(payerTotal < total && couponFields(order.promotions ?? [])),
    ...(settlementTotal < total && { settlement_total_fee: String(settlementTotal) }),
    transaction_id: order.transactionId ?? '',
    out_trade_no: request.out_trade_no,
    attach: request.attach ?? '',
    time_end: beijingDigits(Date.parse(order.successTime ?? '')),
  }
}

function couponFields(promotions: readonly Promotion[]): V2Fields {
  const each = promotions.flatMap(({ coupon_id, type, amount }, n) => [
    [`coupon_id_${n}`, coupon_id],
    [`coupon_type_${n}`, type === 'CASH' ? 'CASH' : 'NO_CASH'],
    [`coupon_fee_${n}`, String(amount)],
  ])
  const fee = promotions.reduce((fen, { amount }) => fen + amount, 0)
  const sums = { coupon_fee: String(fee), coupon_count: String(promotions.length) }
  return { ...sums, ...(Object.fromEntries(each) as V2Fields) }
}

const message = (fields: V2Fields): SignedNotification => ({
  headers: { 'Content-Type': 'text/xml; charset=utf-8', 'User-Agent': 'wechatpay-fluent emulator' },
  body: buildXml(fields),
})

const common = ({ identity, nonces }: Context, { request }: Order): Record<string, string> => ({
  return_code: 'SUCCESS',
  appid: request.appid,
  mch_id: identity.merchant.mchid,
  ...subMerchantOf(request),
  nonce_str: nonces.text(32),
})

/** The notification of a paid order. */
export function paymentNotification(context: Context, order: Order): SignedNotification {
  const fields = { ...common(context, order), result_code: 'SUCCESS', ...paymentFields(order) }
  return message({ ...fields, sign: signFields(fields, 'MD5', context.identity.merchant.secret) })
}

/** The words of v2 for what became of a refund. */
export const REFUND_STATUSES: Readonly<Record<RefundStatus, string>> = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  ABNORMAL: 'CHANGE',
  CLOSED: 'REFUNDCLOSE',
}

/** A time by RFC 3339 as v2 writes it in refunds: `2024-01-01 10:00:00`. */
export const plainTime = (time: string): string => time.slice(0, 19).replace('T', ' ')

/** The notification of what became of a refund: `req_info` is encrypted, nothing is signed. */
export function refundNotification(context: Context, order: Order, refund: Refund): SignedNotification {
  const { request, refundId, status, successTime, receivedBy } = refund
  const amounts = refundAmounts(order, refund)
  const info = buildXml({
    out_refund_no: request.out_refund_no,
    out_trade_no: order.request.out_trade_no,
    refund_account: 'REFUND_SOURCE_RECHARGE_FUNDS',
    refund_fee: String(amounts.refund),
    refund_id: refundId,
    refund_recv_accout: receivedBy,
    refund_request_source: 'API',
    refund_status: REFUND_STATUSES[status],
    settlement_refund_fee: String(amounts.settlementRefund),
    settlement_total_fee: String(amounts.settlementTotal),
    ...(successTime && { success_time: plainTime(successTime) }),
    total_fee: String(amounts.total),
    transaction_id: order.transactionId ?? '',
  }).replace(/^<xml>|<\/xml>$/g, '')
  const req_info = encryptAesEcb(`<root>${info}</root>`, context.identity.merchant.secret)
  return message({ ...common(context, order), req_info })
}
