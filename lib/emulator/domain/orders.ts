import type { Context } from '../context.js'
import { parameterError, Refusal } from '../routing/refusal.js'
import type { Order, OrderRequest, TradeState } from '../state/order-records.js'
import { fingerprintOf } from './fingerprint.js'
import { findOrder, isStale, payableUntil, timeOf } from './order-times.js'
import { amountsOf } from './payments.js'
import { usedBefore } from './used-before.js'

const DESCRIPTIONS: Readonly<Record<TradeState, string>> = {
  NOTPAY: '订单未支付',
  USERPAYING: '用户支付中',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款',
  CLOSED: '订单已关闭',
  REVOKED: '订单已撤销',
  PAYERROR: '支付失败',
}

export const notExist = (): Refusal => new Refusal(404, 'ORDER_NOT_EXIST', '订单不存在')

export function partiesOf({ appid, mchid, sub_mchid, sub_appid }: OrderRequest): Record<string, unknown> {
  if (sub_mchid === undefined) return { appid, mchid }
  return { sp_appid: appid, sp_mchid: mchid, sub_mchid, ...(sub_appid && { sub_appid }) }
}

/** The payer's openid for the merchant; of a partner's order that for the partner, and for its merchant where it was given. */
function payerOf({ request, payer }: Pick<Order, 'request' | 'payer'>): object {
  if (request.sub_mchid === undefined) return { openid: payer }
  const sub_openid = request.payer?.sub_openid
  return { sp_openid: payer, ...(sub_openid && { sub_openid }) }
}

/** The order as a query shows it, and as `TRANSACTION.SUCCESS` carries it. */
export function transactionOf({ request, state, tradeType, ...order }: Order): Record<string, unknown> {
  const { out_trade_no, attach, amount } = request
  const currency = amount.currency ?? 'CNY'
  const common = {
    ...partiesOf(request),
    out_trade_no,
    trade_state: state,
    trade_state_desc: DESCRIPTIONS[state],
    attach: attach ?? '',
  }
  if (order.transactionId === undefined) {
    return {
      ...common,
      promotion_detail: [],
      amount: { total: amount.total, currency, payer_currency: currency },
    }
  }
  const { total, payerTotal } = amountsOf({ request, ...order })
  return {
    ...common,
    transaction_id: order.transactionId,
    trade_type: tradeType,
    bank_type: order.bank ?? 'OTHERS',
    success_time: order.successTime,
    payer: payerOf({ request, ...order }),
    amount: { total, payer_total: payerTotal, currency, payer_currency: currency },
    promotion_detail: order.promotions ?? [],
  }
}

/** An order that is about to be placed. */
type Placement = Pick<Order, 'request' | 'tradeType' | 'api' | 'combined'>

interface NewOrder extends Placement {
  readonly respond: () => Record<string, string>
}

/** The same order if it was placed before; throws when its number stands for another order, or one that has ended. */
function placedBefore(context: Context, { request, tradeType, combined }: Placement): Order | undefined {
  const earlier = findOrder(context, request.out_trade_no)
  if (!earlier) return undefined
  if (earlier.state === 'CLOSED') throw new Refusal(400, 'ORDER_CLOSED', '该订单已关闭')
  if (earlier.state === 'SUCCESS' || earlier.state === 'REFUND' || earlier.state === 'REVOKED') {
    throw new Refusal(400, 'ORDERPAID', '该订单已支付')
  }
  if (earlier.fingerprint !== fingerprintOf(tradeType, request, combined)) {
    throw usedBefore('out_trade_no', request.out_trade_no, { status: 403, code: 'OUT_TRADE_NO_USED' })
  }
  if (payableUntil(earlier) > context.now()) return earlier
  throw new Refusal(400, 'INVALID_REQUEST', '订单已超过支付结束时间，请使用新的商户订单号下单')
}

/** Throws when an order could not be placed under its number. */
export function checkPlaceable(context: Context, order: Placement): void {
  placedBefore(context, order)
}

/** Places an order; a repeated request gets the response of the first one while that holds, and a new one later. */
export function placeOrder(context: Context, { respond, ...placed }: NewOrder): Order {
  const { request, tradeType, api, combined } = placed
  const time = context.now()
  const earlier = placedBefore(context, placed)
  if (earlier) {
    if (isStale(earlier, time)) {
      Object.assign(earlier, { answer: respond(), answeredAt: time })
      context.state.orders.set(request.out_trade_no, earlier)
    }
    return earlier
  }
  checkTimeExpire(request.time_expire)
  const order: Order = {
    request,
    fingerprint: fingerprintOf(tradeType, request, combined),
    tradeType,
    api,
    placedAt: time,
    answer: respond(),
    answeredAt: time,
    state: 'NOTPAY',
    refunded: 0,
    refunds: 0,
    ...(combined && { combined }),
  }
  context.state.orders.set(request.out_trade_no, order)
  return order
}

function checkTimeExpire(time: string | undefined): void {
  if (time === undefined || !Number.isNaN(timeOf(time))) return
  throw parameterError('/time_expire', '时间格式不符合rfc3339标准', time)
}

/** An order that can be closed now. */
export function closable(order: Order | undefined): Order {
  if (!order) throw notExist()
  if (order.state === 'CLOSED') throw new Refusal(400, 'ORDER_CLOSED', '订单已关闭，无法重复关闭')
  if (order.tradeType === 'MICROPAY')
    throw new Refusal(400, 'INVALID_REQUEST', '付款码支付的订单请调用撤销接口')
  if (order.state !== 'NOTPAY') throw new Refusal(400, 'ORDER_PAID', '订单已支付，不能关闭')
  return order
}

export function closeOrder({ state }: Context, found: Order | undefined): void {
  const order = closable(found)
  order.state = 'CLOSED'
  state.orders.set(order.request.out_trade_no, order)
}
