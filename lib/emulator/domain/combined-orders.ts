import type { Context } from '../context.js'
import type { PaymentOutcome } from '../outcomes.js'
import type { HandlerRouter } from '../routing/handler.js'
import { parameterError } from '../routing/refusal.js'
import type { CombinedOrder, CombinedOrderRequest, CombinedSubOrder, Order } from '../state/order-records.js'
import { fingerprintOf } from './fingerprint.js'
import { findOrder, isStale } from './order-times.js'
import { checkPlaceable, closable, closeOrder, notExist, placeOrder } from './orders.js'

import { newTransactionId, payable, payOrder } from './payments.js'
import { prepayResponses, TRADE_TYPES } from './prepay.js'
import { usedBefore } from './used-before.js'

const BASE = 'v3/combine-transactions'

/** The combined order as a query shows it and as `TRANSACTION.SUCCESS` carries it. */
export function combinedTransactionOf(
  { request, transactionId, payer }: CombinedOrder,
  context: Context,
): Record<string, unknown> {
  const { combine_appid, combine_mchid, combine_out_trade_no, sub_orders } = request
  return {
    combine_appid,
    combine_mchid,
    combine_out_trade_no,
    combine_transaction_id: transactionId ?? '',
    sub_orders: sub_orders.flatMap((sub) => {
      const order = findOrder(context, sub.out_trade_no)
      return order ? [subTransactionOf(order, sub)] : []
    }),
    ...(payer && { combine_payer_info: { openid: payer } }),
  }
}

function subTransactionOf(order: Order, { mchid, sub_mchid, amount, attach }: CombinedSubOrder): object {
  const { total_amount, currency } = amount
  return {
    mchid,
    ...(sub_mchid && { sub_mchid }),
    out_trade_no: order.request.out_trade_no,
    trade_type: order.tradeType,
    trade_state: order.state,
    attach,
    ...(order.transactionId && {
      transaction_id: order.transactionId,
      bank_type: order.bank ?? 'OTHERS',
      success_time: order.successTime,
    }),
    amount: { total_amount, currency, payer_amount: total_amount, payer_currency: currency },
  }
}

/** The order that a part of a combined one is placed as. */
function partOf(
  { combine_appid: appid, combine_out_trade_no: combined, notify_url, time_expire }: CombinedOrderRequest,
  { amount: { total_amount: total, currency }, ...sub }: CombinedSubOrder,
  tradeType: string,
): Parameters<typeof placeOrder>[1] {
  const request = {
    ...sub,
    appid,
    notify_url,
    ...(time_expire && { time_expire }),
    amount: { total, currency },
  }
  return { request, tradeType, api: 'v3', combined, respond: () => ({}) }
}

/** Pays all orders of a combined one. */
export function payCombined(
  context: Context,
  combined: CombinedOrder,
  { discount, ...outcome }: PaymentOutcome = {},
): CombinedOrder {
  const { state, ids, now } = context
  const { combine_out_trade_no, sub_orders, combine_payer_info } = combined.request
  if (discount !== undefined) {
    throw new Error(`pay(): combined order ${combine_out_trade_no} takes no discount`)
  }
  // No order is paid unless each of them can be.
  for (const { out_trade_no } of sub_orders) payable(context, out_trade_no)
  for (const { out_trade_no } of sub_orders) payOrder(context, out_trade_no, outcome)
  if (outcome.fail) return combined
  combined.payer = outcome.payer ?? combine_payer_info?.openid ?? `o${ids.text(27)}`
  combined.transactionId = newTransactionId(ids, now())
  state.combined.set(combine_out_trade_no, combined)
  return combined
}

/** Combined orders: place, query, close. */
export function addCombinedOrders(router: HandlerRouter, context: Context): void {
  addPlacing(router, context)
  const { state } = context
  router.add('GET', `${BASE}/out-trade-no/{combine_out_trade_no}`, ({ params }) => {
    return { status: 200, body: combinedTransactionOf(find(params.combine_out_trade_no, context), context) }
  })
  router.add('GET', `${BASE}/id/{combine_transaction_id}`, ({ params }) => {
    const found = [...state.combined.values()].find(
      ({ transactionId }) => transactionId === params.combine_transaction_id,
    )
    if (!found) throw notExist()
    return { status: 200, body: combinedTransactionOf(found, context) }
  })
  router.add('POST', `${BASE}/out-trade-no/{combine_out_trade_no}/close`, ({ params, json }) => {
    const { combine_out_trade_no } = find(params.combine_out_trade_no, context).request
    const { sub_orders } = json as Pick<CombinedOrderRequest, 'sub_orders'>
    const orders = sub_orders.map(({ out_trade_no }) => findOrder(context, out_trade_no))
    for (const order of orders) if (closable(order).combined !== combine_out_trade_no) throw notExist()
    for (const order of orders) closeOrder(context, order)
    return { status: 204 }
  })
}

function addPlacing(router: HandlerRouter, context: Context): void {
  const { mchid } = context.identity.merchant
  const responses = prepayResponses(context)
  for (const way of Object.keys(TRADE_TYPES) as (keyof typeof TRADE_TYPES)[]) {
    router.add('POST', `${BASE}/${way}`, ({ plain }) => {
      const request = plain as CombinedOrderRequest
      if (request.combine_mchid !== mchid) {
        throw parameterError('/combine_mchid', 'http header中的mchid与请求中的不匹配', request.combine_mchid)
      }
      return { status: 200, body: place(request, TRADE_TYPES[way], responses[way], context).answer }
    })
  }
}

function place(
  request: CombinedOrderRequest,
  tradeType: string,
  respond: () => Record<string, string>,
  context: Context,
): CombinedOrder {
  const { state, now } = context
  const fingerprint = fingerprintOf(tradeType, request)
  const earlier = state.combined.get(request.combine_out_trade_no)
  if (earlier && earlier.fingerprint !== fingerprint) {
    const refused = { status: 403, code: 'OUT_TRADE_NO_USED' }
    throw usedBefore('combine_out_trade_no', request.combine_out_trade_no, refused)
  }
  const parts = request.sub_orders.map((sub) => partOf(request, sub, tradeType))
  for (const part of parts) checkPlaceable(context, part)
  for (const part of parts) placeOrder(context, part)
  if (earlier && !isStale(earlier, now())) return earlier
  const combined: CombinedOrder = { request, fingerprint, tradeType, answer: respond(), answeredAt: now() }
  state.combined.set(request.combine_out_trade_no, combined)
  return combined
}

function find(number = '', { state }: Context): CombinedOrder {
  const found = state.combined.get(number)
  if (!found) throw notExist()
  return found
}
