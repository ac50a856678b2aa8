import type { Context } from '../context.js'
import { closeOrder, notExist, type Order, payOrder, placeOrder } from '../orders.js'
import { parameterError, Refusal } from '../refusal.js'
import type { Router } from '../router.js'
import { beijingDigits } from '../time.js'
import { prepayAnswers, TRADE_TYPES } from './prepay.js'

interface SubOrder {
  readonly mchid: string
  readonly sub_mchid?: string
  readonly out_trade_no: string
  readonly description: string
  readonly attach: string
  readonly amount: { readonly total_amount: number; readonly currency: string }
  readonly settle_info?: { readonly profit_sharing?: boolean }
}

interface CombinedRequest {
  readonly combine_appid: string
  readonly combine_mchid: string
  readonly combine_out_trade_no: string
  readonly sub_orders: readonly SubOrder[]
  readonly combine_payer_info?: { readonly openid?: string }
  readonly time_expire?: string
  readonly notify_url: string
}

/** Orders of several merchants that are paid at once. */
export interface CombinedOrder {
  readonly request: CombinedRequest
  readonly fingerprint: string
  readonly tradeType: string
  readonly answer: Readonly<Record<string, string>>
  transactionId?: string
  payer?: string
}

/** The combined order as a query answers it and as `TRANSACTION.SUCCESS` carries it. */
export function combinedTransactionOf(
  { request, transactionId, payer }: CombinedOrder,
  { state }: Context,
): Record<string, unknown> {
  const { combine_appid, combine_mchid, combine_out_trade_no, sub_orders } = request
  return {
    combine_appid,
    combine_mchid,
    combine_out_trade_no,
    combine_transaction_id: transactionId ?? '',
    sub_orders: sub_orders.flatMap((sub) => {
      const order = state.orders.get(sub.out_trade_no)
      return order ? [subTransactionOf(order, sub)] : []
    }),
    ...(payer && { combine_payer_info: { openid: payer } }),
  }
}

function subTransactionOf(order: Order, { mchid, sub_mchid, amount, attach }: SubOrder): object {
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
      bank_type: 'OTHERS',
      success_time: order.successTime,
    }),
    amount: { total_amount, currency, payer_amount: total_amount, payer_currency: currency },
  }
}

/** Pays all of a combined order. */
export function payCombined(context: Context, combined: CombinedOrder): CombinedOrder {
  const { state, ids, now } = context
  const { combine_out_trade_no, sub_orders, combine_payer_info } = combined.request
  combined.payer = combine_payer_info?.openid ?? `o${ids.text(27)}`
  for (const { out_trade_no } of sub_orders) payOrder(context, out_trade_no)
  combined.transactionId = `4200${ids.digits(6)}${beijingDigits(now()).slice(0, 8)}${ids.digits(10)}`
  state.combined.set(combine_out_trade_no, combined)
  return combined
}

/** Combined orders: place, query, close. */
export function addCombinedOrders(router: Router, context: Context): void {
  const { identity, state } = context
  const answers = prepayAnswers(context)

  for (const way of Object.keys(TRADE_TYPES) as (keyof typeof TRADE_TYPES)[]) {
    router.add('POST', `v3/combine-transactions/${way}`, ({ plain }) => {
      const request = plain as CombinedRequest
      if (request.combine_mchid !== identity.merchant.mchid) {
        throw parameterError('/combine_mchid', 'http header中的mchid与请求中的不匹配', request.combine_mchid)
      }
      return { status: 200, body: place(request, TRADE_TYPES[way], answers[way]).answer }
    })
  }

  function place(
    request: CombinedRequest,
    tradeType: string,
    answer: () => Record<string, string>,
  ): CombinedOrder {
    const fingerprint = JSON.stringify([tradeType, request])
    const earlier = state.combined.get(request.combine_out_trade_no)
    if (earlier && earlier.fingerprint !== fingerprint) {
      throw new Refusal(403, 'OUT_TRADE_NO_USED', '合单商户订单号重复', {
        field: '/combine_out_trade_no',
        value: request.combine_out_trade_no,
        issue: 'was used before with another body',
        location: 'body',
      })
    }
    if (earlier) return earlier
    for (const { amount, ...sub } of request.sub_orders) {
      const { total_amount: total, currency } = amount
      const { combine_appid: appid, notify_url, time_expire } = request
      const order = {
        ...sub,
        appid,
        notify_url,
        ...(time_expire && { time_expire }),
        amount: { total, currency },
      }
      const combined = request.combine_out_trade_no
      placeOrder(state, { request: order, tradeType, api: 'v3', combined, answer: () => ({}) })
    }
    const combined: CombinedOrder = { request, fingerprint, tradeType, answer: answer() }
    state.combined.set(request.combine_out_trade_no, combined)
    return combined
  }

  const find = (number = ''): CombinedOrder => {
    const found = state.combined.get(number)
    if (!found) throw notExist()
    return found
  }
  router.add('GET', 'v3/combine-transactions/out-trade-no/{combine_out_trade_no}', ({ params }) => {
    return { status: 200, body: combinedTransactionOf(find(params.combine_out_trade_no), context) }
  })
  router.add('GET', 'v3/combine-transactions/id/{combine_transaction_id}', ({ params }) => {
    const found = [...state.combined.values()].find(
      ({ transactionId }) => transactionId === params.combine_transaction_id,
    )
    if (!found) throw notExist()
    return { status: 200, body: combinedTransactionOf(found, context) }
  })
  router.add(
    'POST',
    'v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close',
    ({ params, json }) => {
      find(params.combine_out_trade_no)
      const { sub_orders } = json as Pick<CombinedRequest, 'sub_orders'>
      for (const { out_trade_no } of sub_orders) closeOrder(state, state.orders.get(out_trade_no))
      return { status: 204 }
    },
  )
}
