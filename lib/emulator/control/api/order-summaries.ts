import type { Context } from '../../context.js'
import { orderNow } from '../../domain/order-times.js'
import { refundNow } from '../../domain/refund-states.js'
import { serviceNow } from '../../domain/service-order.js'
import { transferNow } from '../../domain/transfer-states.js'
import type { Merchants } from '../../merchants.js'
import type { State } from '../../state/state.js'
import { MAX_SHOWN } from './request-summary.js'

/** The orders, transfers and service orders that users can pay or confirm, or have: the newest of a kind first. */
export function ordersOf(merchants: Merchants): readonly object[] {
  return ofMerchants(merchants, ['combined', 'orders', 'transfers', 'serviceOrders'], ordersIn)
}

/** The refunds, newest first. */
export function refundsOf(merchants: Merchants): readonly object[] {
  return ofMerchants(merchants, ['refunds'], (context) => {
    const refunds = newest(context.state.refunds).map((refund) => refundNow(context, refund))
    return refunds.map(({ request, outTradeNo, status, createdAt, successTime }) => ({
      ...{ number: request.out_refund_no, out_trade_no: outTradeNo, state: status },
      ...{ amount: request.amount.refund, total: request.amount.total },
      ...{ time: createdAt, ended: timeIn(successTime) },
    }))
  })
}

/** The complaints, newest first. */
export function complaintsOf(merchants: Merchants): readonly object[] {
  return ofMerchants(merchants, ['complaints'], ({ state }) =>
    newest(state.complaints).map(({ id, time, detail, order, state: reached, steps }) => ({
      ...{ complaint_id: id, out_trade_no: order.out_trade_no, amount: order.amount, detail, state: reached },
      ...{ time: Date.parse(time), replies: steps.slice(1).map(({ operate_details }) => operate_details) },
    })),
  )
}

/** What the merchants have of some kinds. The keys of one that has none are not made for it. */
function ofMerchants(
  { list }: Merchants,
  kinds: readonly (keyof State)[],
  read: (context: Context) => readonly object[],
): readonly object[] {
  return list.flatMap(({ facts: { mchid }, state, parts }) => {
    if (!kinds.some((kind) => state[kind].size > 0)) return []
    return read(parts().context).map((one) => ({ mchid, ...one }))
  })
}

function ordersIn(context: Context): readonly object[] {
  const { state } = context
  const combined = newest(state.combined).map(
    ({ request, tradeType, answer, answeredAt, transactionId }) => ({
      ...{
        number: request.combine_out_trade_no,
        kind: 'combined',
        trade: tradeType,
        answer,
        time: answeredAt,
      },
      state: transactionId ? 'SUCCESS' : 'NOTPAY',
      action: transactionId ? undefined : 'pay',
      amount: request.sub_orders.reduce((fen, { amount }) => fen + amount.total_amount, 0),
    }),
  )
  const current = newest(state.orders).map((order) => orderNow(context, order))
  const orders = current.map((order) => ({
    ...{
      number: order.request.out_trade_no,
      kind: order.tradeType,
      state: order.state,
      answer: order.answer,
    },
    ...{ amount: order.request.amount.total, refunded: order.refunded, transaction_id: order.transactionId },
    ...{ description: order.request.description, time: order.placedAt, ended: timeIn(order.successTime) },
    action: order.state === 'NOTPAY' && !order.combined ? 'pay' : undefined,
  }))
  const bills = newest(state.transfers).map((one) => transferNow(context, one))
  const transfers = bills.map(({ request, state: reached, createdAt, updateTime, failReason }) => ({
    ...{ number: request.out_bill_no, kind: 'transfer', state: reached, amount: request.transfer_amount },
    ...{ description: request.transfer_remark, reason: failReason, time: createdAt },
    ended: /^(WAIT|CANCELING)/.test(reached) ? undefined : timeIn(updateTime),
    action: reached === 'WAIT_USER_CONFIRM' ? 'confirm' : undefined,
  }))
  const scores = newest(state.serviceOrders).map((one) => serviceNow(context, one))
  const services = scores.map(({ request, state: reached, totalAmount, createdAt, paidTime }) => ({
    ...{ time: createdAt, ended: timeIn(paidTime) },
    ...{ number: request.out_order_no, kind: 'score', state: reached, amount: totalAmount },
    action: reached === 'CREATED' ? 'confirm' : reached === 'DOING' && totalAmount ? 'pay' : undefined,
  }))
  return [...combined, ...orders, ...transfers, ...services]
}

const timeIn = (text: string | undefined): number | undefined => (text ? Date.parse(text) : undefined)

const newest = <Value>(all: { values(): Iterable<Value> }): readonly Value[] =>
  [...all.values()].slice(-MAX_SHOWN).toReversed()
