import { beijingDigits } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import type { SignedNotification } from '../../control/deliver.js'
import { amountsOf } from '../../domain/payments.js'
import { encryptAesEcb } from '../../identity/encryption.js'
import type { Order, Promotion } from '../../state/records.js'
import { signFields, type V2Fields } from './sign.js'
import { buildXml } from './xml.js'

/** The fields of a paid order, in a response or a notification. */
export function paymentFields({ request, tradeType, ...order }: Order): V2Fields {
  const { total, payerTotal, settlementTotal } = amountsOf({ request, ...order })
  const currency = request.amount.currency ?? 'CNY'
  return {
    openid: order.payer ?? '',
    is_subscribe: 'N',
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
  nonce_str: nonces.text(32),
})

/** The notification of a paid order. */
export function paymentNotification(context: Context, order: Order): SignedNotification {
  const fields = { ...common(context, order), result_code: 'SUCCESS', ...paymentFields(order) }
  return message({ ...fields, sign: signFields(fields, 'MD5', context.identity.merchant.secret) })
}

/** The notification of a successful refund: `req_info` is encrypted, nothing is signed. */
function refundNotification(
  context: Context,
  order: Order,
  refunded: Readonly<Record<string, unknown>>,
): SignedNotification {
  const { refund, total } = refunded.amount as { readonly refund: number; readonly total: number }
  const info = buildXml({
    out_refund_no: String(refunded.out_refund_no),
    out_trade_no: order.request.out_trade_no,
    refund_account: 'REFUND_SOURCE_RECHARGE_FUNDS',
    refund_fee: String(refund),
    refund_id: String(refunded.refund_id),
    refund_recv_accout: String(refunded.user_received_account),
    refund_request_source: 'API',
    refund_status: 'SUCCESS',
    settlement_refund_fee: String(refund),
    settlement_total_fee: String(total),
    success_time: String(refunded.success_time).slice(0, 19).replace('T', ' '),
    total_fee: String(total),
    transaction_id: order.transactionId ?? '',
  }).replace(/^<xml>|<\/xml>$/g, '')
  const req_info = encryptAesEcb(`<root>${info}</root>`, context.identity.merchant.secret)
  return message({ ...common(context, order), req_info })
}

export function announceRefund(
  context: Context,
  order: Order,
  refunded: Readonly<Record<string, unknown>>,
  url: string | undefined,
): void {
  context.send('REFUND', url, () => refundNotification(context, order, refunded))
}
