import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { Random } from '../identity/random.js'
import { Refusal } from '../routing/refusal.js'
import type { Order, OrderRequest, TradeState } from '../state/records.js'
import type { State } from '../state/state.js'
import { fingerprintOf } from './fingerprint.js'

const DESCRIPTIONS: Readonly<Record<TradeState, string>> = {
  NOTPAY: '订单未支付',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款',
  CLOSED: '订单已关闭',
  REVOKED: '订单已撤销',
}

export const notExist = (): Refusal => new Refusal(404, 'ORDER_NOT_EXIST', '订单不存在')

function partiesOf({ appid, mchid, sub_mchid, sub_appid }: OrderRequest): Record<string, unknown> {
  if (sub_mchid === undefined) return { appid, mchid }
  return { sp_appid: appid, sp_mchid: mchid, sub_mchid, ...(sub_appid && { sub_appid }) }
}

/** The payer's openid for the merchant; of a partner's order that for the partner, and for its merchant where it was given. */
function payerOf({ request, payer }: Pick<Order, 'request' | 'payer'>): object {
  if (request.sub_mchid === undefined) return { openid: payer }
  const sub_openid = request.payer?.sub_openid
  return { sp_openid: payer, ...(sub_openid && { sub_openid }) }
}

/** The order as a query shows it. */
export function transactionOf({ request, state, tradeType, ...order }: Order): Record<string, unknown> {
  const { out_trade_no, description, notify_url, attach, amount } = request
  const currency = amount.currency ?? 'CNY'
  const common = {
    ...partiesOf(request),
    ...{ out_trade_no, description, notify_url },
    trade_state: state,
    trade_state_desc: DESCRIPTIONS[state],
    attach: attach ?? '',
    promotion_detail: [],
  }
  if (order.transactionId === undefined) {
    return { ...common, amount: { total: amount.total, currency, payer_currency: currency } }
  }
  return {
    ...common,
    transaction_id: order.transactionId,
    trade_type: tradeType,
    bank_type: 'OTHERS',
    success_time: order.successTime,
    payer: payerOf({ request, ...order }),
    amount: { total: amount.total, payer_total: amount.total, currency, payer_currency: currency },
  }
}

/** The order as `TRANSACTION.SUCCESS` carries it. */
export function paymentOf(order: Order): object {
  const { description: _, notify_url: __, ...payment } = transactionOf(order)
  return payment
}

export const newTransactionId = (ids: Random, time: number): string =>
  `4200${ids.digits(6)}${beijingDigits(time).slice(0, 8)}${ids.digits(10)}`

/** An order that can be paid now. */
export function payable({ state, now }: Context, outTradeNo: string): Order {
  const order = state.orders.get(outTradeNo)
  if (!order) throw new Error(`pay(): there is no order ${outTradeNo}; place it first`)
  if (order.state !== 'NOTPAY') {
    throw new Error(`pay(): order ${outTradeNo} is ${order.state}; only NOTPAY can be paid`)
  }
  const expires = Date.parse(order.request.time_expire ?? '')
  if (expires <= now()) throw new Error(`pay(): order ${outTradeNo} expired at ${order.request.time_expire}`)
  return order
}

/** Pays an order as the user would on the phone. */
export function payOrder(context: Context, outTradeNo: string): Order {
  const { state, ids, now } = context
  const order = payable(context, outTradeNo)
  const time = now()
  order.state = 'SUCCESS'
  order.transactionId = newTransactionId(ids, time)
  order.successTime = beijingTime(time)
  const { openid, sp_openid } = order.request.payer ?? {}
  order.payer = openid ?? sp_openid ?? `o${ids.text(27)}`
  state.orders.set(outTradeNo, order)
  state.transactions.set(order.transactionId, outTradeNo)
  return order
}

/** An order that is about to be placed. */
interface NewOrder extends Pick<Order, 'request' | 'tradeType' | 'api' | 'combined'> {
  readonly respond: () => Record<string, string>
}

/** The same order if it was placed before; throws when its number stands for another order, or one that is paid or closed. */
function placedBefore({ orders }: State, placed: Omit<NewOrder, 'respond'>): Order | undefined {
  const { request, tradeType, combined } = placed
  const fingerprint = fingerprintOf(tradeType, request, combined)
  const earlier = orders.get(request.out_trade_no)
  if (earlier?.state === 'CLOSED') throw new Refusal(400, 'ORDER_CLOSED', '该订单已关闭')
  if (earlier && earlier.state !== 'NOTPAY') throw new Refusal(400, 'ORDERPAID', '该订单已支付')
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw new Refusal(403, 'OUT_TRADE_NO_USED', '商户订单号重复', {
      field: '/out_trade_no',
      value: request.out_trade_no,
      issue: 'was used before with another body',
      location: 'body',
    })
  }
  return earlier
}

/** Throws when an order could not be placed under its number. */
export function checkPlaceable(state: State, order: Omit<NewOrder, 'respond'>): void {
  placedBefore(state, order)
}

/** Places an order; a repeated request gets the response of the first one. */
export function placeOrder(state: State, placed: NewOrder): Order {
  const { request, tradeType, api, combined, respond } = placed
  const earlier = placedBefore(state, placed)
  if (earlier) return earlier
  const order: Order = {
    request,
    fingerprint: fingerprintOf(tradeType, request, combined),
    tradeType,
    api,
    answer: respond(),
    state: 'NOTPAY',
    refunded: 0,
    ...(combined && { combined }),
  }
  state.orders.set(request.out_trade_no, order)
  return order
}

/** An order that can be closed now. */
export function closable(order: Order | undefined): Order {
  if (!order) throw notExist()
  if (order.state === 'CLOSED') throw new Refusal(400, 'ORDER_CLOSED', '订单已关闭，无法重复关闭')
  if (order.state !== 'NOTPAY') throw new Refusal(400, 'ORDER_PAID', '订单已支付，不能关闭')
  return order
}

export function closeOrder({ orders }: State, found: Order | undefined): void {
  const order = closable(found)
  order.state = 'CLOSED'
  orders.set(order.request.out_trade_no, order)
}
