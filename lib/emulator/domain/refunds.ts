import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { HandlerRouter } from '../routing/handler.js'
import { parameterError, Refusal } from '../routing/refusal.js'
import type { Order } from '../state/records.js'
import { fingerprintOf } from './fingerprint.js'

interface RefundRequest {
  readonly out_refund_no: string
  readonly transaction_id?: string
  readonly out_trade_no?: string
  readonly notify_url?: string
  readonly amount: { readonly refund: number; readonly total: number; readonly currency: string }
}

const RECEIVED_BY = '支付用户零钱'

/** The resource of `REFUND.SUCCESS`. */
function refundResource(order: Order, refund: Readonly<Record<string, unknown>>, amount: number): object {
  const { total, currency = 'CNY' } = order.request.amount
  return {
    ...(order.request.sub_mchid === undefined
      ? { mchid: order.request.mchid }
      : { sp_mchid: order.request.mchid, sub_mchid: order.request.sub_mchid }),
    out_trade_no: order.request.out_trade_no,
    transaction_id: order.transactionId,
    out_refund_no: refund.out_refund_no,
    refund_id: refund.refund_id,
    refund_status: 'SUCCESS',
    success_time: refund.success_time,
    user_received_account: RECEIVED_BY,
    amount: {
      total,
      refund: amount,
      payer_total: total,
      payer_refund: amount,
      currency,
      payer_currency: currency,
    },
  }
}

/** Refunds an order or a part of it; a repeated request gets the first response, and refunds nothing more. */
export function applyRefund(
  { state, ids, now }: Context,
  request: RefundRequest,
): { readonly order: Order; readonly body: Readonly<Record<string, unknown>>; readonly isNew: boolean } {
  function orderOf({ transaction_id, out_trade_no }: RefundRequest): Order {
    if (transaction_id === undefined && out_trade_no === undefined) {
      throw parameterError('/transaction_id', 'or out_trade_no is required')
    }
    const number = transaction_id === undefined ? out_trade_no : state.transactions.get(transaction_id)
    const order = state.orders.get(number ?? '')
    if (!order) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在')
    if (order.transactionId === undefined) throw new Refusal(400, 'INVALID_REQUEST', '订单未支付，不能退款')
    if (order.state === 'REVOKED') throw new Refusal(400, 'INVALID_REQUEST', '订单已撤销，不能退款')
    return order
  }

  const order = orderOf(request)
  const { refund: amount, total, currency } = request.amount
  const fingerprint = fingerprintOf(order.transactionId, { amount, total, currency })
  const earlier = state.refunds.get(request.out_refund_no)
  if ((earlier && earlier.fingerprint !== fingerprint) || total !== order.request.amount.total) {
    throw new Refusal(400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试')
  }
  if (earlier) return { order, body: earlier.answer, isNew: false }
  if (order.refunded + amount > total) throw new Refusal(400, 'INVALID_REQUEST', '累计退款金额大于支付金额')
  const time = now()
  const body = {
    refund_id: `5030${ids.digits(6)}${beijingDigits(time).slice(0, 8)}${ids.digits(11)}`,
    out_refund_no: request.out_refund_no,
    transaction_id: order.transactionId,
    out_trade_no: order.request.out_trade_no,
    channel: 'ORIGINAL',
    user_received_account: RECEIVED_BY,
    create_time: beijingTime(time),
    success_time: beijingTime(time),
    status: 'SUCCESS',
    funds_account: 'AVAILABLE',
    amount: {
      total,
      refund: amount,
      payer_total: total,
      payer_refund: amount,
      settlement_total: total,
      settlement_refund: amount,
      discount_refund: 0,
      currency,
    },
    promotion_detail: [],
  }
  state.refunds.set(request.out_refund_no, { fingerprint, answer: body })
  order.state = 'REFUND'
  order.refunded += amount
  state.orders.set(order.request.out_trade_no, order)
  return { order, body, isNew: true }
}

/** Refunds of a merchant's orders: apply and query. */
export function addRefunds(router: HandlerRouter, context: Context): void {
  const { state, announce } = context

  router.add('POST', 'v3/refund/domestic/refunds', ({ json }) => {
    const request = json as RefundRequest
    const { order, body, isNew } = applyRefund(context, request)
    if (!isNew) return { status: 200, body }
    announce('REFUND.SUCCESS', request.notify_url, refundResource(order, body, request.amount.refund))
    const { success_time: _, ...accepted } = body
    return { status: 200, body: { ...accepted, status: 'PROCESSING' } }
  })

  router.add('GET', 'v3/refund/domestic/refunds/{out_refund_no}', ({ params }) => {
    const refund = state.refunds.get(params.out_refund_no ?? '')
    if (!refund) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '退款单不存在')
    return { status: 200, body: refund.answer }
  })
}
