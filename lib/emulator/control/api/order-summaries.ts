import type { Context } from '../../context.js'
import { orderNow } from '../../domain/order-times.js'
import { serviceNow } from '../../domain/service-order.js'
import { transferNow } from '../../domain/transfer-states.js'
import type { Merchants } from '../../merchants.js'
import type { State } from '../../state/state.js'
import { MAX_SHOWN } from './request-summary.js'

/** The orders, transfers and service orders that users can pay or confirm, or have: the newest of a kind first. */
export function ordersOf({ list }: Merchants): readonly object[] {
  return list.flatMap(({ facts: { mchid }, state, parts }) => {
    return hasOrders(state) ? ordersIn(parts().context).map((order) => ({ mchid, ...order })) : []
  })
}

/** Whether a merchant has any: the keys of one that never called are not made for it. */
const hasOrders = ({ combined, orders, transfers, serviceOrders }: State): boolean =>
  [combined, orders, transfers, serviceOrders].some(({ size }) => size > 0)

function ordersIn(context: Context): readonly object[] {
  const { state } = context
  const combined = newest(state.combined).map(({ request, tradeType, answer, transactionId }) => ({
    ...{ number: request.combine_out_trade_no, kind: 'combined', trade: tradeType, answer },
    state: transactionId ? 'SUCCESS' : 'NOTPAY',
    action: transactionId ? undefined : 'pay',
    amount: request.sub_orders.reduce((fen, { amount }) => fen + amount.total_amount, 0),
  }))
  const current = newest(state.orders).map((order) => orderNow(context, order))
  const orders = current.map((order) => ({
    ...{
      number: order.request.out_trade_no,
      kind: order.tradeType,
      state: order.state,
      answer: order.answer,
    },
    ...{ amount: order.request.amount.total, refunded: order.refunded, transaction_id: order.transactionId },
    ...{ description: order.request.description },
    action: order.state === 'NOTPAY' && !order.combined ? 'pay' : undefined,
  }))
  const bills = newest(state.transfers).map((one) => transferNow(context, one))
  const transfers = bills.map(({ request, state: reached }) => ({
    ...{ number: request.out_bill_no, kind: 'transfer', state: reached, amount: request.transfer_amount },
    ...{ description: request.transfer_remark },
    action: reached === 'WAIT_USER_CONFIRM' ? 'confirm' : undefined,
  }))
  const scores = newest(state.serviceOrders).map((one) => serviceNow(context, one))
  const services = scores.map(({ request, state: reached, totalAmount }) => ({
    ...{ number: request.out_order_no, kind: 'score', state: reached, amount: totalAmount },
    action: reached === 'CREATED' ? 'confirm' : reached === 'DOING' && totalAmount ? 'pay' : undefined,
  }))
  return [...combined, ...orders, ...transfers, ...services]
}

const newest = <Value>(all: { values(): Iterable<Value> }): readonly Value[] =>
  [...all.values()].slice(-MAX_SHOWN).toReversed()
