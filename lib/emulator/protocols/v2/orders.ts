import { beijingDigits } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import { payByCode, reverseOrder } from '../../domain/code-payments.js'
import { findOrder } from '../../domain/order-times.js'
import { closeOrder, placeOrder } from '../../domain/orders.js'
import { refundAmounts } from '../../domain/refund-body.js'
import { refundNow } from '../../domain/refund-states.js'
import { applyRefund } from '../../domain/refunds.js'
import type { Order, OrderRequest, TradeState } from '../../state/order-records.js'
import { paymentFields, plainTime, REFUND_STATUSES } from './order-notifications.js'
import { BusinessFailure, withV2Codes } from './refusal.js'
import type { V2Fields } from './sign.js'

/** Returns the fields of a response, beyond those that every message has. */
export type V2Handler = (fields: V2Fields, context: Context) => V2Fields

const DESCRIPTIONS: Readonly<Record<TradeState, string>> = {
  NOTPAY: '订单未支付',
  USERPAYING: '需要用户输入支付密码',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款，退款详情请查询退款单',
  CLOSED: '订单已关闭',
  REVOKED: '已撤销',
  PAYERROR: '支付失败,请撤销订单',
}

const wrongField = (name: string, issue: string): BusinessFailure =>
  new BusinessFailure('PARAM_ERROR', `参数错误: ${name} ${issue}`)

/** The amount in a field, in fen; v2 takes nothing but a positive integer. */
function amountOf(fields: V2Fields, name: string): number {
  const text = fields[name] ?? ''
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw wrongField(name, 'must be 分 (fen), a whole number above 0')
}

/** A time such as `20091225091010` in Beijing, by RFC 3339. */
function toRfc3339(digits: string): string {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)
  if (!found) throw wrongField('time_expire', 'must be a time in Beijing, such as 20091225091010')
  const [, year, month, day, hour, minute, second] = found
  return `${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`
}

function orderRequestOf(fields: V2Fields): OrderRequest {
  const { appid = '', mch_id: mchid = '', body: description = '', out_trade_no = '' } = fields
  const { sub_mch_id: sub_mchid, sub_appid, openid, sub_openid } = fields
  const { notify_url, attach, time_expire, fee_type: currency } = fields
  return {
    appid,
    mchid,
    ...(sub_mchid && { sub_mchid }),
    ...(sub_appid && { sub_appid }),
    description,
    out_trade_no,
    ...(notify_url && { notify_url }),
    amount: { total: amountOf(fields, 'total_fee'), ...(currency && { currency }) },
    ...(attach && { attach }),
    ...(time_expire && { time_expire: toRfc3339(time_expire) }),
    ...((openid || sub_openid) && {
      payer: {
        ...(openid && (sub_mchid ? { sp_openid: openid } : { openid })),
        ...(sub_openid && { sub_openid }),
      },
    }),
  }
}

/** The characters of the shortest number. https://pay.weixin.qq.com/doc/v2/merchant/4011936530 */
const SHORTEST = 6

const TRADE_TYPES: ReadonlySet<string> = new Set(['JSAPI', 'NATIVE', 'APP', 'MWEB'])

const unifiedOrder: V2Handler = (fields, context) => {
  const { trade_type = '', out_trade_no = '' } = fields
  if (out_trade_no.length < SHORTEST) {
    throw wrongField('out_trade_no', `must have at least ${SHORTEST} characters`)
  }
  if (!TRADE_TYPES.has(trade_type)) {
    throw wrongField('trade_type', `must be one of ${[...TRADE_TYPES].join(', ')}`)
  }
  if (trade_type === 'JSAPI' && !fields.openid && !fields.sub_openid) {
    throw new BusinessFailure('PARAM_ERROR', 'JSAPI支付必须传openid')
  }
  const { ids, now } = context
  const respond = (): Record<string, string> => {
    const prepay_id = `wx${beijingDigits(now())}${ids.hex(20).toLowerCase()}`
    return {
      prepay_id,
      ...(trade_type === 'NATIVE' && { code_url: `weixin://wxpay/bizpayurl?pr=${ids.text(9)}` }),
      ...(trade_type === 'MWEB' && {
        mweb_url: `https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=${prepay_id}`,
      }),
    }
  }
  return withV2Codes(() => {
    const request = orderRequestOf(fields)
    return {
      trade_type,
      ...placeOrder(context, { request, tradeType: trade_type, respond, api: 'v2' }).answer,
    }
  })
}

/** The order of a message, if it belongs to the merchant that is named; nobody else may see it. */
function find(fields: V2Fields, context: Context): Order {
  const { transaction_id, out_trade_no, sub_mch_id = '' } = fields
  if (!transaction_id && !out_trade_no) {
    throw new BusinessFailure('PARAM_ERROR', 'out_trade_no与transaction_id至少填一个')
  }
  const number = transaction_id ? context.state.transactions.get(transaction_id) : out_trade_no
  const order = findOrder(context, number)
  if (!order || (order.request.sub_mchid ?? '') !== sub_mch_id) {
    throw new BusinessFailure('ORDERNOTEXIST', '订单不存在')
  }
  return order
}

const orderQuery: V2Handler = (fields, context) => {
  const order = find(fields, context)
  const state = { trade_state: order.state, trade_state_desc: DESCRIPTIONS[order.state] }
  if (order.transactionId !== undefined) return { ...paymentFields(order), ...state }
  const { out_trade_no, attach = '', amount } = order.request
  return { out_trade_no, attach, total_fee: String(amount.total), trade_type: order.tradeType, ...state }
}

const micropay: V2Handler = (fields, context) => {
  if (fields.time_expire && Date.parse(toRfc3339(fields.time_expire)) <= context.now()) {
    throw new BusinessFailure('PARAM_ERROR', 'time_expire时间过短，刷卡至少1分钟，其他5分钟')
  }
  return withV2Codes(() => {
    const order = payByCode(context, orderRequestOf(fields), fields.auth_code, 'v2')
    if (order.state === 'USERPAYING') throw new BusinessFailure('USERPAYING', DESCRIPTIONS.USERPAYING)
    if (order.state === 'PAYERROR') throw new BusinessFailure('PAYERROR', DESCRIPTIONS.PAYERROR)
    return paymentFields(order)
  })
}

const close: V2Handler = (fields, context) =>
  withV2Codes(() => {
    closeOrder(context, find(fields, context))
    return {}
  })

const reverse: V2Handler = (fields, context) =>
  withV2Codes(() => {
    reverseOrder(context, find(fields, context))
    return { recall: 'N' }
  })

const refund: V2Handler = (fields, context) => {
  const { out_refund_no = '', transaction_id, out_trade_no, sub_mch_id: sub_mchid } = fields
  const { notify_url, refund_fee_type } = fields
  const [amount, total] = [amountOf(fields, 'refund_fee'), amountOf(fields, 'total_fee')]
  const currency = refund_fee_type ?? 'CNY'
  find(fields, context)
  return withV2Codes(() => {
    const request = {
      out_refund_no,
      ...(sub_mchid && { sub_mchid }),
      ...(transaction_id && { transaction_id }),
      ...(out_trade_no && { out_trade_no }),
      ...(notify_url && { notify_url }),
      amount: { refund: amount, total, currency },
    }
    const { order, refund: applied } = applyRefund(context, request, 'v2')
    const amounts = refundAmounts(order, applied)
    return {
      transaction_id: order.transactionId ?? '',
      out_trade_no: order.request.out_trade_no,
      out_refund_no,
      refund_id: applied.refundId,
      refund_fee: String(amount),
      total_fee: String(total),
      cash_fee: String(amounts.payerTotal),
      ...(amounts.payerTotal < total && { cash_refund_fee: String(amounts.payerRefund) }),
    }
  })
}

const refundQuery: V2Handler = (fields, context) => {
  const { refund_id, out_refund_no } = fields
  const all = [...context.state.refunds.values()]
  const found = refund_id
    ? all.filter((one) => one.refundId === refund_id)
    : out_refund_no
      ? all.filter((one) => one.request.out_refund_no === out_refund_no)
      : all.filter((one) => one.outTradeNo === find(fields, context).request.out_trade_no)
  const [first] = found
  if (!first) throw new BusinessFailure('REFUNDNOTEXIST', '退款订单查询失败')
  const order = find({ ...fields, transaction_id: '', out_trade_no: first.outTradeNo }, context)
  const amounts = refundAmounts(order, first)
  const each = found
    .map((one) => refundNow(context, one))
    .flatMap(({ request, refundId, status, receivedBy, successTime }, n) => [
      [`out_refund_no_${n}`, request.out_refund_no],
      [`refund_id_${n}`, refundId],
      [`refund_channel_${n}`, 'ORIGINAL'],
      [`refund_fee_${n}`, String(request.amount.refund)],
      [`refund_status_${n}`, REFUND_STATUSES[status]],
      [`refund_account_${n}`, 'REFUND_SOURCE_RECHARGE_FUNDS'],
      [`refund_recv_accout_${n}`, receivedBy],
      ...(successTime ? [[`refund_success_time_${n}`, plainTime(successTime)]] : []),
    ])
  return {
    transaction_id: order.transactionId ?? '',
    out_trade_no: first.outTradeNo,
    total_fee: String(amounts.total),
    cash_fee: String(amounts.payerTotal),
    refund_count: String(found.length),
    ...(Object.fromEntries(each) as V2Fields),
  }
}

/** The endpoints that share the orders and refunds of v3. */
export const ORDER_HANDLERS: Readonly<Record<string, V2Handler>> = {
  'v2/pay/unifiedorder': unifiedOrder,
  'v2/pay/orderquery': orderQuery,
  'v2/pay/closeorder': close,
  'v2/pay/micropay': micropay,
  'v2/secapi/pay/reverse': reverse,
  'v2/secapi/pay/refund': refund,
  'v2/pay/refundquery': refundQuery,
}
