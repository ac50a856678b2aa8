import type { Context } from '../context.js'
import type { Order } from '../state/order-records.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The days that an order can be paid where its merchant names no end, and after which it is closed. */
const WEEK = 7 * DAY
/** The farthest end that a merchant can name. */
const FARTHEST = 90 * DAY

/** The milliseconds of a time by RFC 3339, which knows a second 60; `NaN` for any other text. */
export function timeOf(text: string): number {
  const isRfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
  return isRfc3339.test(text) ? Date.parse(text.replace(/:60(?=[.Z+-])/, ':59')) : Number.NaN
}

/**
 * The time until which an order can be paid. An end that is too near or too far is moved, not refused.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791856
 */
export function payableUntil({ request, placedAt }: Order): number {
  if (request.time_expire === undefined) return placedAt + WEEK
  const end = timeOf(request.time_expire)
  return Math.min(Math.max(end, placedAt + MINUTE), placedAt + FARTHEST)
}

/** The order as it is now: one that nobody paid is closed after a week, or as soon as it cannot be paid any more. */
export function orderNow({ state, now }: Context, order: Order): Order {
  if (order.state !== 'NOTPAY' && order.state !== 'USERPAYING') return order
  if (now() < Math.max(payableUntil(order), order.placedAt + WEEK)) return order
  order.state = 'CLOSED'
  state.orders.set(order.request.out_trade_no, order)
  return order
}

/** The order of a number, as it is now. */
export function findOrder(context: Context, number = ''): Order | undefined {
  const order = context.state.orders.get(number)
  return order && orderNow(context, order)
}

/** Whether the response to an order cannot be paid with any more: a `prepay_id` and a `code_url` hold two hours. */
export function isStale(
  { tradeType, answeredAt }: { readonly tradeType: string; readonly answeredAt: number },
  now: number,
): boolean {
  const holds = tradeType === 'MWEB' ? 5 * MINUTE : 2 * HOUR
  return now - answeredAt >= holds
}
