import { beijingDigits } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { ApiRequest, HandlerRouter } from '../routing/handler.js'
import { parameterError, Refusal } from '../routing/refusal.js'
import type { Order, Refund, RefundRequest } from '../state/order-records.js'
import { fingerprintOf } from './fingerprint.js'
import { plannedOutcome } from './planned-outcome.js'
import { refundBody } from './refund-body.js'
import { endRefund, refundNow } from './refund-states.js'

const REFUNDS = 'v3/refund/domestic/refunds'
const RECEIVED_BY = '支付用户零钱'
/** Milliseconds after the payment in which an order can be refunded. https://pay.weixin.qq.com/doc/v3/merchant/4012791862 */
const REFUNDABLE = 365 * 24 * 3_600_000
/** The number of refunds of one order. */
const MAX_REFUNDS = 50

const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_REQUEST', message)
const notFound = (what: string): Refusal => new Refusal(404, 'RESOURCE_NOT_EXISTS', `${what}不存在`)

/** The paid order that a refund is asked for. */
function refundedOrder({ transaction_id, out_trade_no }: RefundRequest, { state }: Context): Order {
  if (transaction_id === undefined && out_trade_no === undefined) {
    throw parameterError('/transaction_id', 'or out_trade_no is required')
  }
  const number = transaction_id === undefined ? out_trade_no : state.transactions.get(transaction_id)
  const order = state.orders.get(number ?? '')
  if (!order) throw notFound('订单')
  if (order.transactionId === undefined) throw invalid('订单未支付，不能退款')
  if (order.state === 'REVOKED') throw invalid('订单已撤销，不能退款')
  return order
}

/** Throws when there is no more to refund of an order, or not any more. */
function checkRefundable(order: Order, amount: number, now: number): void {
  if (now > Date.parse(order.successTime ?? '') + REFUNDABLE) throw invalid('交易时间超过一年，不能退款')
  if (order.refunds >= MAX_REFUNDS) throw invalid(`部分退款次数不能超过${MAX_REFUNDS}次`)
  if (order.refunded + amount > order.request.amount.total) throw invalid('累计退款金额大于支付金额')
}

/** Refunds an order or a part of it; a repeated request finds the refund of the first one, and refunds nothing more. */
export function applyRefund(
  context: Context,
  request: RefundRequest,
  api: Refund['api'],
): { readonly order: Order; readonly refund: Refund; readonly isNew: boolean } {
  const { state, ids, now } = context
  const order = refundedOrder(request, context)
  const { refund: amount, total, currency } = request.amount
  const fingerprint = fingerprintOf(order.transactionId, { amount, total, currency })
  const earlier = state.refunds.get(request.out_refund_no)
  if ((earlier && earlier.fingerprint !== fingerprint) || total !== order.request.amount.total) {
    throw invalid('订单金额或退款金额与之前请求不一致，请核实后再试')
  }
  if (earlier) return { order, refund: refundNow(context, earlier), isNew: false }
  const time = now()
  checkRefundable(order, amount, time)
  const refund: Refund = {
    ...{ request, fingerprint, api, outTradeNo: order.request.out_trade_no, createdAt: time },
    refundId: `5030${ids.digits(6)}${beijingDigits(time).slice(0, 8)}${ids.digits(11)}`,
    refundedBefore: order.refunded,
    status: 'PROCESSING',
    channel: 'ORIGINAL',
    receivedBy: RECEIVED_BY,
  }
  order.state = 'REFUND'
  order.refunded += amount
  order.refunds += 1
  state.orders.set(order.request.out_trade_no, order)
  const planned = plannedOutcome(context.state.refundOutcomes, request.out_refund_no)
  endRefund(context, refund, planned ?? { status: 'SUCCESS' })
  return { order, refund, isNew: true }
}

/** The refund of a number, with its order. */
function findRefund(
  number: string | undefined,
  { state }: Context,
): { readonly order: Order; readonly refund: Refund } {
  const refund = state.refunds.get(number ?? '')
  const order = refund && state.orders.get(refund.outTradeNo)
  if (!order) throw notFound('退款单')
  return { order, refund }
}

/** Throws unless an order belongs to the merchant that a partner names, or to nobody else where none is named. */
function checkSubMerchant({ request }: Order, given: unknown, location: 'body' | 'query'): void {
  const { sub_mchid } = request
  if ((given ?? undefined) === sub_mchid) return
  if (given === undefined || given === null) {
    throw parameterError('/sub_mchid', '服务商模式下必须传递此参数', '', location)
  }
  throw notFound('订单')
}

/** Refunds of a merchant's orders: apply, query, send an abnormal one elsewhere. */
export function addRefunds(router: HandlerRouter, context: Context): void {
  router.add('POST', REFUNDS, ({ json }) => {
    const request = json as RefundRequest
    checkSubMerchant(refundedOrder(request, context), request.sub_mchid, 'body')
    const { order, refund, isNew } = applyRefund(context, request, 'v3')
    const { success_time, ...accepted } = refundBody(order, refund)
    if (isNew) return { status: 200, body: { ...accepted, status: 'PROCESSING' } }
    return { status: 200, body: { ...accepted, ...(success_time !== undefined && { success_time }) } }
  })
  router.add('GET', `${REFUNDS}/{out_refund_no}`, ({ params, query }) => {
    const { order, refund } = findRefund(params.out_refund_no, context)
    checkSubMerchant(order, query.get('sub_mchid'), 'query')
    return { status: 200, body: refundBody(order, refundNow(context, refund)) }
  })
  router.add('POST', `${REFUNDS}/{refund_id}/apply-abnormal-refund`, (request) => {
    return { status: 200, body: redirectRefund(request, context) }
  })
}

interface AbnormalRefundRequest {
  readonly sub_mchid?: string
  readonly out_refund_no: string
  readonly type: string
  readonly bank_type?: string
  readonly bank_account?: string
  readonly real_name?: string
}

/** Sends a refund that could not arrive to another bank card of the user, or of the merchant, who passes it on. */
function redirectRefund({ params, plain }: ApiRequest, context: Context): object {
  const request = plain as AbnormalRefundRequest
  const { order, refund } = findRefund(request.out_refund_no, context)
  if (refund.refundId !== params.refund_id) throw notFound('退款单')
  checkSubMerchant(order, request.sub_mchid, 'body')
  const { status, channel } = refundNow(context, refund)
  if (channel !== 'ORIGINAL') return refundBody(order, refund)
  if (status !== 'ABNORMAL') throw invalid(`退款单状态为${status}，不能发起异常退款`)
  for (const name of ['bank_type', 'bank_account', 'real_name'] as const) {
    if (request.type === 'MERCHANT_BANK_CARD' || request[name]) continue
    throw parameterError(`/${name}`, 'is required for USER_BANK_CARD')
  }
  const receivedBy = request.bank_account ? `银行卡${request.bank_account.slice(-4)}` : '商户结算银行卡'
  Object.assign(refund, { status: 'PROCESSING', channel: 'OTHER_BANKCARD', receivedBy })
  const accepted = refundBody(order, refund)
  endRefund(context, refund, { status: 'SUCCESS' })
  return accepted
}
