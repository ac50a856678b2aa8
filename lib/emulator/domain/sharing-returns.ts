import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { HandlerRouter } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'
import type { Sharing, SharingReturn } from '../state/records.js'
import { fingerprintOf } from './fingerprint.js'
import { sharedBy } from './sharing.js'
import { usedBefore } from './used-before.js'

interface ReturnRequest {
  readonly sub_mchid?: string
  readonly order_id?: string
  readonly out_order_no?: string
  readonly out_return_no: string
  readonly return_mchid: string
  readonly amount: number
  readonly description: string
}

const RETURNS = 'v3/profitsharing/return-orders'

const notFound = (what: string): Refusal => new Refusal(404, 'RESOURCE_NOT_EXISTS', `${what}不存在`)

/** The return as a query shows it. */
function returnBody({ request, orderId }: Sharing, done: SharingReturn): object {
  const { out_return_no, return_mchid, amount, description, returnId, time } = done
  return {
    ...(request.sub_mchid && { sub_mchid: request.sub_mchid }),
    ...{ order_id: orderId, out_order_no: request.out_order_no, out_return_no, return_id: returnId },
    ...{ return_mchid, amount, description, result: 'SUCCESS', create_time: time, finish_time: time },
  }
}

/** Returns of shares by a merchant: start, query. */
export function addSharingReturns(router: HandlerRouter, context: Context): void {
  const { state, ids, now } = context

  function find({ order_id, out_order_no }: Pick<ReturnRequest, 'order_id' | 'out_order_no'>): Sharing {
    const found = out_order_no
      ? state.sharings.get(out_order_no)
      : [...state.sharings.values()].find(({ orderId }) => orderId === order_id)
    if (!found) throw notFound('分账单')
    return found
  }

  router.add('POST', RETURNS, ({ json }) => {
    const request = json as ReturnRequest
    const { out_return_no, return_mchid, amount, description } = request
    const sharing = find(request)
    const fingerprint = fingerprintOf(return_mchid, amount)
    const earlier = sharing.returns.find((one) => one.out_return_no === out_return_no)
    if (earlier && earlier.fingerprint !== fingerprint) throw usedBefore('out_return_no', out_return_no)
    if (earlier) return { status: 200, body: returnBody(sharing, earlier) }
    if (amount > sharedBy(sharing, return_mchid)) {
      throw new Refusal(403, 'NOT_ENOUGH', '回退金额超过该接收方的分账金额')
    }
    const done: SharingReturn = {
      ...{ out_return_no, return_mchid, amount, description, fingerprint, time: beijingTime(now()) },
      returnId: `3108${beijingDigits(now()).slice(0, 8)}${ids.digits(16)}`,
    }
    sharing.returns = [...sharing.returns, done]
    state.sharings.set(sharing.request.out_order_no, sharing)
    announceReturn(sharing, done)
    return { status: 200, body: returnBody(sharing, done) }
  })

  function announceReturn(
    { request, orderId }: Sharing,
    { return_mchid, amount, description, time }: SharingReturn,
  ): void {
    const order = state.orders.get(state.transactions.get(request.transaction_id) ?? '')
    context.announce('PROFITSHARING.RETURN', order?.request.notify_url, {
      ...(request.sub_mchid
        ? { sp_mchid: context.identity.merchant.mchid, sub_mchid: request.sub_mchid }
        : { mchid: context.identity.merchant.mchid }),
      ...{ transaction_id: request.transaction_id, order_id: orderId, out_order_no: request.out_order_no },
      receiver: { type: 'MERCHANT_ID', account: return_mchid, amount, description },
      success_time: time,
    })
  }

  router.add('GET', `${RETURNS}/{out_return_no}`, ({ params: { out_return_no }, query }) => {
    const sharing = find({ out_order_no: query.get('out_order_no') ?? '' })
    const done = sharing.returns.find((one) => one.out_return_no === out_return_no)
    if (!done) throw notFound('分账回退单')
    return { status: 200, body: returnBody(sharing, done) }
  })
}
