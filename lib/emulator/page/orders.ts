import type { Context } from '../context.js'
import { MAX_SHOWN } from './summary.js'

/** What can be paid, confirmed, or was: newest first. */
export function ordersOf({ state }: Context): readonly object[] {
  const combined = [...state.combined.values()].map(({ request, tradeType, answer, transactionId }) => ({
    ...{ number: request.combine_out_trade_no, kind: `合单 ${tradeType}`, answer },
    state: transactionId ? 'SUCCESS' : 'NOTPAY',
    action: transactionId ? undefined : 'pay',
    amount: request.sub_orders.reduce((fen, { amount }) => fen + amount.total_amount, 0),
  }))
  const orders = [...state.orders.values()].map((order) => ({
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
  const transfers = [...state.transfers.values()].map(({ request, state: current }) => ({
    ...{ number: request.out_bill_no, kind: '转账', state: current, amount: request.transfer_amount },
    ...{ description: request.transfer_remark },
    action: current === 'WAIT_USER_CONFIRM' ? 'confirm' : undefined,
  }))
  const services = [...state.serviceOrders.values()].map(({ request, state: current, totalAmount }) => ({
    ...{ number: request.out_order_no, kind: '支付分', state: current, amount: totalAmount },
    action: current === 'CREATED' ? 'confirm' : undefined,
  }))
  return [...orders, ...combined, ...transfers, ...services].slice(-MAX_SHOWN).toReversed()
}
