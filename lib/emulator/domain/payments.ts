import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { Random } from '../identity/random.js'
import type { Discount, PaymentOutcome } from '../outcomes.js'
import type { Order, Promotion } from '../state/order-records.js'
import { findOrder, isStale, payableUntil } from './order-times.js'

export const newTransactionId = (ids: Random, time: number): string =>
  `4200${ids.digits(6)}${beijingDigits(time).slice(0, 8)}${ids.digits(10)}`

const sumOf = (promotions: readonly Promotion[]): number =>
  promotions.reduce((fen, { amount }) => fen + amount, 0)

/** The fen of an order by who they concern. */
export function amountsOf({ request, promotions = [] }: Pick<Order, 'request' | 'promotions'>): {
  readonly total: number
  /** What the user pays. */
  readonly payerTotal: number
  /** What the merchant gets: coupons that the merchant grants itself are not settled. */
  readonly settlementTotal: number
} {
  const { total } = request.amount
  const granted = promotions.filter(({ type }) => type === 'NOCASH')
  return { total, payerTotal: total - sumOf(promotions), settlementTotal: total - sumOf(granted) }
}

/** An order that can be paid now. */
export function payable(context: Context, outTradeNo: string): Order {
  const order = findOrder(context, outTradeNo)
  if (!order) throw new Error(`pay(): there is no order ${outTradeNo}; place it first`)
  if (order.state !== 'NOTPAY' && order.state !== 'USERPAYING') {
    throw new Error(`pay(): order ${outTradeNo} is ${order.state}; only NOTPAY can be paid`)
  }
  const [now, end] = [context.now(), payableUntil(order)]
  if (end <= now) throw new Error(`pay(): order ${outTradeNo} expired at ${beijingTime(end)}`)
  if (order.tradeType !== 'MICROPAY' && isStale(order, now)) {
    const since = beijingTime(order.answeredAt)
    throw new Error(`pay(): what order ${outTradeNo} got at ${since} has expired; place it again, unchanged`)
  }
  return order
}

/** Pays an order as the user would on the phone; an order that its user fails to pay can be paid later, unless by code. */
export function payOrder(context: Context, outTradeNo: string, outcome: PaymentOutcome = {}): Order {
  const { state, ids, now } = context
  const order = payable(context, outTradeNo)
  const promotions = promotionsOf(order, outcome.discount, ids)
  if (outcome.fail) {
    if (order.state === 'USERPAYING') order.state = 'PAYERROR'
  } else {
    const time = now()
    order.state = 'SUCCESS'
    order.transactionId = newTransactionId(ids, time)
    order.successTime = beijingTime(time)
    const { openid, sp_openid } = order.request.payer ?? {}
    order.payer = outcome.payer ?? openid ?? sp_openid ?? `o${ids.text(27)}`
    if (outcome.bank) order.bank = outcome.bank
    if (promotions.length > 0) order.promotions = promotions
    state.transactions.set(order.transactionId, outTradeNo)
  }
  state.orders.set(outTradeNo, order)
  return order
}

/** The promotions that a discount makes; a plain amount is one coupon that the merchant grants. */
function promotionsOf({ request }: Order, discount: PaymentOutcome['discount'], ids: Random): Promotion[] {
  const { out_trade_no, amount } = request
  const given: readonly Discount[] = typeof discount === 'number' ? [{ amount: discount }] : (discount ?? [])
  const promotions = given.map(
    ({ type = 'NOCASH', ...one }): Promotion => ({
      coupon_id: ids.digits(12),
      name: '优惠',
      scope: 'GLOBAL',
      type,
      stock_id: ids.digits(8),
      wechatpay_contribute: 0,
      merchant_contribute: type === 'NOCASH' ? one.amount : 0,
      other_contribute: type === 'CASH' ? one.amount : 0,
      currency: amount.currency ?? 'CNY',
      ...one,
    }),
  )
  const isAmount = promotions.every((one) => Number.isSafeInteger(one.amount) && one.amount > 0)
  if (isAmount && sumOf(promotions) <= amount.total) return promotions
  throw new Error(
    `pay(): discount of order ${out_trade_no} has to be whole fen, from 1 up to its total of ${amount.total}`,
  )
}
