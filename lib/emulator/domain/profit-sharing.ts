import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptOaep } from '../identity/encryption.js'
import type { HandlerRouter } from '../routing/handler.js'
import { parameterError, Refusal } from '../routing/refusal.js'
import type { Order } from '../state/order-records.js'
import type { Sharing, SharingReceiver, SharingRequest } from '../state/records.js'
import { fingerprintOf } from './fingerprint.js'
import { shareDetailId, sharesOf } from './sharing.js'
import { addSharingReturns } from './sharing-returns.js'
import { usedBefore } from './used-before.js'

const BASE = 'v3/profitsharing'
/** The part of an order that may be shared, in percent. https://pay.weixin.qq.com/doc/v3/merchant/4014547102 */
const MAX_SHARE = 30

/** Profit sharing: receivers, orders, what is left, unfreezing, returns. */
export function addProfitSharing(router: HandlerRouter, context: Context): void {
  addSharingReturns(router, context)
  addReceivers(router, context)
  addSharingOrders(router, context)
}

function addReceivers(router: HandlerRouter, { identity, state }: Context): void {
  router.add('POST', `${BASE}/receivers/add`, ({ json, plain }) => {
    const { type, account, name } = plain as SharingReceiver & { readonly name?: string }
    state.receivers.set(`${type} ${account}`, plain as object)
    const { appid: _, sub_appid: __, ...given } = json as Record<string, unknown>
    const encrypted = name && { name: encryptOaep(name, identity.merchantKey) }
    return { status: 200, body: { ...given, ...encrypted } }
  })
  router.add('POST', `${BASE}/receivers/delete`, ({ json }) => {
    const { type, account, sub_mchid } = json as SharingReceiver & { sub_mchid?: string }
    state.receivers.delete(`${type} ${account}`)
    return { status: 200, body: { ...(sub_mchid && { sub_mchid }), type, account } }
  })
}

function addSharingOrders(router: HandlerRouter, context: Context): void {
  const { state } = context
  router.add('POST', `${BASE}/orders`, ({ plain }) => {
    return { status: 200, body: sharingBody(share(plain as SharingRequest, context)) }
  })
  router.add('POST', `${BASE}/orders/unfreeze`, ({ plain }) => {
    const { description: _, ...request } = plain as SharingRequest & { description: string }
    const sharing = share({ ...request, receivers: [], unfreeze_unsplit: true }, context)
    const { receivers: __, ...body } = sharingBody(sharing)
    return { status: 200, body }
  })
  router.add('GET', `${BASE}/orders/{out_order_no}`, ({ params, query }) => {
    const found = state.sharings.get(params.out_order_no ?? '')
    if (found?.request.transaction_id === query.get('transaction_id')) {
      return { status: 200, body: sharingBody(found as Sharing) }
    }
    throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '分账单不存在')
  })
  router.add('GET', `${BASE}/transactions/{transaction_id}/amounts`, ({ params }) => {
    const { transaction_id = '' } = params
    const order = findSharedOrder({ transaction_id }, context)
    return { status: 200, body: { transaction_id, unsplit_amount: sharesOf(order, context).unsplit } }
  })
}

function share(request: SharingRequest, context: Context): Sharing {
  const { state, ids, now } = context
  const fingerprint = fingerprintOf(request)
  const earlier = state.sharings.get(request.out_order_no)
  if (earlier && earlier.fingerprint !== fingerprint) throw usedBefore('out_order_no', request.out_order_no)
  if (earlier) return earlier
  const order = findSharedOrder(request, context)
  checkShares(order, request.receivers ?? [], context)
  const orderId = `3008${beijingDigits(now()).slice(0, 8)}${ids.digits(16)}`
  const sharing: Sharing = { request, fingerprint, orderId, time: beijingTime(now()), returns: [] }
  state.sharings.set(request.out_order_no, sharing)
  announceShares(sharing, order, context)
  return sharing
}

/** The order that a sharing is of; it was placed to be shared. */
function findSharedOrder(
  { transaction_id, sub_mchid }: Pick<SharingRequest, 'transaction_id' | 'sub_mchid'>,
  { state }: Context,
): Order {
  const order = state.orders.get(state.transactions.get(transaction_id) ?? '')
  if (!order) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在')
  if (sub_mchid !== undefined && order.request.sub_mchid !== sub_mchid) {
    throw parameterError('/sub_mchid', '与订单的sub_mchid不匹配', sub_mchid)
  }
  if (order.request.settle_info?.profit_sharing) return order
  throw new Refusal(403, 'NO_AUTH', '非分账订单不支持分账 (placed without settle_info.profit_sharing)')
}

function checkShares(order: Order, receivers: readonly SharingReceiver[], context: Context): void {
  receivers.forEach(({ type, account }, index) => {
    if (context.state.receivers.has(`${type} ${account}`)) return
    throw parameterError(
      `/receivers/${index}/account`,
      '分账接收方关系不存在，请检查参数中每个接收方的关系 (see receivers/add)',
      account,
    )
  })
  const amount = receivers.reduce((fen, receiver) => fen + receiver.amount, 0)
  const { shared, unsplit } = sharesOf(order, context)
  if (amount > unsplit) throw new Refusal(403, 'NOT_ENOUGH', `分账金额不足: ${unsplit}分可分`)
  if (amount > 0 && (shared + amount) * 100 > order.request.amount.total * MAX_SHARE) {
    throw new Refusal(403, 'RULE_LIMIT', `分账金额超出最大分账比例: ${MAX_SHARE}%`)
  }
}

function announceShares({ request, orderId, time }: Sharing, order: Order, { announce }: Context): void {
  const { mchid, sub_mchid, notify_url } = order.request
  for (const { type, account, amount, description } of request.receivers ?? []) {
    announce('PROFITSHARING.SUCCESS', notify_url, {
      ...(sub_mchid ? { sp_mchid: mchid, sub_mchid } : { mchid }),
      ...{ transaction_id: request.transaction_id, order_id: orderId, out_order_no: request.out_order_no },
      ...{ receiver: { type, account, amount, description }, success_time: time },
    })
  }
}

/** The sharing as a query shows it. */
function sharingBody(sharing: Sharing): Record<string, unknown> {
  const { request, orderId, time } = sharing
  const { transaction_id, out_order_no, sub_mchid, receivers = [] } = request
  return {
    ...(sub_mchid && { sub_mchid }),
    ...{ transaction_id, out_order_no, order_id: orderId, state: 'FINISHED' },
    receivers: receivers.map(({ type, account, amount, description }, index) => ({
      ...{ type, account, amount, description, result: 'SUCCESS' },
      ...{ detail_id: shareDetailId(sharing, index), create_time: time, finish_time: time },
    })),
  }
}
