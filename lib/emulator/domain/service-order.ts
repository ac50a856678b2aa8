import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { ServiceOrder } from '../state/records.js'
import { newTransactionId } from './payments.js'

/** The state of the payment for a completed service. */
function collectionOf({ totalAmount: total = 0, paidTime, transactionId }: ServiceOrder): object {
  if (paidTime === undefined) {
    return { state: 'USER_PAYING', total_amount: total, paying_amount: total, paid_amount: 0 }
  }
  const paid = { amount: total, paid_time: paidTime }
  const way = transactionId ? { paid_type: 'NEWTON', transaction_id: transactionId } : { paid_type: 'MCH' }
  const amounts = { total_amount: total, paying_amount: 0, paid_amount: total }
  return { state: 'USER_PAID', ...amounts, details: [{ ...paid, ...way }] }
}

/** Milliseconds that a user has to agree to a service. https://pay.weixin.qq.com/doc/v3/partner/4013194035 */
const CONFIRMABLE = 30 * 24 * 3_600_000

/** The order as it is now: one that its user has not agreed to in thirty days has expired. */
export function serviceNow({ state, now }: Context, order: ServiceOrder): ServiceOrder {
  if (order.state !== 'CREATED' || now() < order.createdAt + CONFIRMABLE) return order
  order.state = 'EXPIRED'
  state.serviceOrders.set(order.request.out_order_no, order)
  return order
}

/** The order as a query shows it. */
export function serviceOrderOf(order: ServiceOrder, { identity }: Context): Record<string, unknown> {
  const { request, orderId, state, totalAmount, openid } = order
  const { openid: _, need_user_confirm: __, device: ___, ...fields } = request
  return {
    ...fields,
    ...{ mchid: identity.merchant.mchid, order_id: orderId, state },
    ...(state === 'DOING' && {
      state_description: totalAmount === undefined ? 'USER_CONFIRM' : 'MCH_COMPLETE',
    }),
    ...(openid && { openid }),
    ...(totalAmount !== undefined && {
      ...{ total_amount: totalAmount, need_collection: totalAmount > 0 },
      ...(totalAmount > 0 && { collection: collectionOf(order) }),
    }),
  }
}

/** The order as its notifications show it. */
export function serviceEventOf(order: ServiceOrder, context: Context): Record<string, unknown> {
  const { notify_url: _, ...fields } = serviceOrderOf(order, context)
  return { post_payments: [], ...fields, out_trade_no: order.request.out_order_no }
}

/** Has the user open the order on the phone and agree to it. */
export function confirmService(context: Context, order: ServiceOrder, pays: boolean): void {
  if (serviceNow(context, order).state !== 'CREATED') {
    throw new Error(`confirm(): service order ${order.request.out_order_no} is ${order.state} already`)
  }
  order.state = 'DOING'
  order.pays = pays
  order.openid = order.request.openid ?? `o${context.ids.text(27)}`
  context.state.serviceOrders.set(order.request.out_order_no, order)
  context.announce('PAYSCORE.USER_CONFIRM', order.request.notify_url, serviceEventOf(order, context))
}

/** Takes the money for a completed service: from then on there is an order that can be refunded. */
export function payService({ identity, state, ids, now }: Context, order: ServiceOrder): void {
  const { request, totalAmount: total = 0, openid } = order
  const { appid, out_order_no, service_introduction: description, notify_url } = request
  order.state = 'DONE'
  order.paidTime = beijingDigits(now())
  order.transactionId = newTransactionId(ids, now())
  state.serviceOrders.set(out_order_no, order)
  if (state.orders.has(out_order_no)) return
  const { mchid } = identity.merchant
  state.transactions.set(order.transactionId, out_order_no)
  const time = now()
  state.orders.set(out_order_no, {
    request: { appid, mchid, description, out_trade_no: out_order_no, notify_url, amount: { total } },
    ...{ fingerprint: '', tradeType: 'JSAPI', api: 'v3', answer: {}, state: 'SUCCESS' },
    ...{ refunded: 0, refunds: 0 },
    ...{ transactionId: order.transactionId, successTime: beijingTime(time) },
    ...{ placedAt: time, answeredAt: time },
    ...(openid && { payer: openid }),
  })
}

/** Takes the money without any action of the user, and notifies the merchant. */
export function collectService(context: Context, order: ServiceOrder): void {
  payService(context, order)
  context.announce('PAYSCORE.USER_PAID', order.request.notify_url, serviceEventOf(order, context))
}
