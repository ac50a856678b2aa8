import type { Context } from '../context.js'
import { MAX_SHOWN } from './summary.js'

/** The orders, transfers and service orders that users can pay or confirm, or have: the newest of a kind first. */
export function ordersOf({ state }: Context): readonly object[] {
  const combined = newest(state.combined).map(({ request, tradeType, answer, transactionId }) => ({
    ...{ number: request.combine_out_trade_no, kind: 'combined', trade: tradeType, answer },
    state: transactionId ? 'SUCCESS' : 'NOTPAY',
    action: transactionId ? undefined : 'pay',
    amount: request.sub_orders.reduce((fen, { amount }) => fen + amount.total_amount, 0),
  }))
  const orders = newest(state.orders).map((order) => ({
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
  const transfers = newest(state.transfers).map(({ request, state: current }) => ({
    ...{ number: request.out_bill_no, kind: 'transfer', state: current, amount: request.transfer_amount },
    ...{ description: request.transfer_remark },
    action: current === 'WAIT_USER_CONFIRM' ? 'confirm' : undefined,
  }))
  const services = newest(state.serviceOrders).map(({ request, state: current, totalAmount }) => ({
    ...{ number: request.out_order_no, kind: 'score', state: current, amount: totalAmount },
    action: current === 'CREATED' ? 'confirm' : current === 'DOING' && totalAmount ? 'pay' : undefined,
  }))
  return [...combined, ...orders, ...transfers, ...services]
}

const newest = <Value>(all: { values(): Iterable<Value> }): readonly Value[] =>
  [...all.values()].slice(-MAX_SHOWN).toReversed()
