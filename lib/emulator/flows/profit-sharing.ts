import type { Context } from '../context.js'
import type { Order } from '../orders.js'
import { parameterError, Refusal } from '../refusal.js'
import type { Router } from '../router.js'
import { sealForMerchant } from '../sample.js'
import { beijingDigits, beijingTime } from '../time.js'

interface Receiver {
  readonly type: string
  readonly account: string
  readonly amount: number
  readonly description: string
}

interface SharingRequest {
  readonly transaction_id: string
  readonly out_order_no: string
  readonly sub_mchid?: string
  readonly receivers?: readonly Receiver[]
  readonly unfreeze_unsplit: boolean
}

/** Parts of a paid order for others; carried out as soon as it is accepted. */
export interface Sharing {
  readonly request: SharingRequest
  readonly fingerprint: string
  readonly orderId: string
  readonly time: string
  /** By `out_return_no`, in fen. */
  readonly returned: Record<string, number>
}

const PART = 'v3/profitsharing'
/** What may be shared of an order, of a hundred. */
const MAX_SHARE = 30

const sharedBy = ({ request, returned }: Sharing): number => {
  const given = (request.receivers ?? []).reduce((fen, { amount }) => fen + amount, 0)
  return Object.values(returned).reduce((fen, amount) => fen - amount, given)
}

/** Fen of an order that are not shared, and not given back to the merchant. */
function unsplit(order: Order, { state }: Context): number {
  const all = [...state.sharings.values()].filter(
    ({ request }) => request.transaction_id === order.transactionId,
  )
  if (all.some(({ request }) => request.unfreeze_unsplit)) return 0
  return all.reduce((fen, sharing) => fen - sharedBy(sharing), order.request.amount.total - order.refunded)
}

function answerOf({ request, orderId, time }: Sharing): Record<string, unknown> {
  const { transaction_id, out_order_no, sub_mchid, receivers = [] } = request
  return {
    ...(sub_mchid && { sub_mchid }),
    ...{ transaction_id, out_order_no, order_id: orderId, state: 'FINISHED' },
    receivers: receivers.map(({ type, account, amount, description }, index) => ({
      ...{ type, account, amount, description, result: 'SUCCESS' },
      ...{ detail_id: `36${orderId.slice(2)}${index}`, create_time: time, finish_time: time },
    })),
  }
}

/** Profit sharing: receivers, orders, what is left, unfreezing, returns. */
export function addProfitSharing(router: Router, context: Context): void {
  const { state, ids, now } = context

  router.add('POST', `${PART}/receivers/add`, ({ json, plain }) => {
    const { type, account, name } = plain as Receiver & { readonly name?: string }
    state.receivers.set(`${type} ${account}`, plain as object)
    const { appid: _, sub_appid: __, ...answer } = json as Record<string, unknown>
    const sealed = name && { name: sealForMerchant(name, context.identity) }
    return { status: 200, body: { ...answer, ...sealed } }
  })
  router.add('POST', `${PART}/receivers/delete`, ({ json }) => {
    const { type, account, sub_mchid } = json as Receiver & { sub_mchid?: string }
    state.receivers.delete(`${type} ${account}`)
    return { status: 200, body: { ...(sub_mchid && { sub_mchid }), type, account } }
  })

  const paidOrder = (transactionId: string): Order => {
    const order = state.orders.get(state.transactions.get(transactionId) ?? '')
    if (!order) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在')
    if (!order.request.settle_info?.profit_sharing)
      throw new Refusal(403, 'NO_AUTH', '订单无分账权限: 下单时未指定profit_sharing')
    return order
  }

  function share(request: SharingRequest): Sharing {
    const fingerprint = JSON.stringify(request)
    const earlier = state.sharings.get(request.out_order_no)
    if (earlier && earlier.fingerprint !== fingerprint) {
      throw new Refusal(400, 'INVALID_REQUEST', '商户分账单号已存在，且参数与原请求不一致')
    }
    if (earlier) return earlier
    const order = paidOrder(request.transaction_id)
    const receivers = request.receivers ?? []
    receivers.forEach(({ type, account }, index) => {
      if (!state.receivers.has(`${type} ${account}`)) {
        throw parameterError(`/receivers/${index}/account`, '分账接收方未添加 (see receivers/add)', account)
      }
    })
    const amount = receivers.reduce((fen, receiver) => fen + receiver.amount, 0)
    const left = unsplit(order, context)
    if (amount > left) throw new Refusal(403, 'NOT_ENOUGH', '分账金额不足')
    const total = order.request.amount.total
    if (amount > 0 && (total - left + amount) * 100 > total * MAX_SHARE) {
      throw new Refusal(403, 'RULE_LIMIT', `分账金额超过订单金额的${MAX_SHARE}%`)
    }
    const orderId = `3008${beijingDigits(now()).slice(0, 8)}${ids.digits(16)}`
    const sharing: Sharing = { request, fingerprint, orderId, time: beijingTime(now()), returned: {} }
    state.sharings.set(request.out_order_no, sharing)
    announce(sharing, order)
    return sharing
  }

  function announce({ request, orderId, time }: Sharing, order: Order): void {
    for (const { type, account, amount, description } of request.receivers ?? []) {
      context.announce('TRANSACTION.SUCCESS', order.request.notify_url, {
        ...{ mchid: order.request.mchid, transaction_id: request.transaction_id, order_id: orderId },
        ...{ out_order_no: request.out_order_no, success_time: time },
        receiver: { type, account, amount, description },
      })
    }
  }

  router.add('POST', `${PART}/orders`, ({ plain }) => {
    return { status: 200, body: answerOf(share(plain as SharingRequest)) }
  })
  router.add('POST', `${PART}/orders/unfreeze`, ({ plain }) => {
    const { description: _, ...request } = plain as SharingRequest & { description: string }
    return { status: 200, body: answerOf(share({ ...request, receivers: [], unfreeze_unsplit: true })) }
  })
  const find = (number = ''): Sharing => {
    const found = state.sharings.get(number)
    if (!found) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '分账单不存在')
    return found
  }
  router.add('GET', `${PART}/orders/{out_order_no}`, ({ params }) => {
    return { status: 200, body: answerOf(find(params.out_order_no)) }
  })
  router.add(
    'GET',
    `${PART}/transactions/{transaction_id}/amounts`,
    ({ params: { transaction_id = '' } }) => {
      const unsplit_amount = unsplit(paidOrder(transaction_id), context)
      return { status: 200, body: { transaction_id, unsplit_amount } }
    },
  )

  const returnOf = (sharing: Sharing, out_return_no: string, return_mchid: string, description: string) => ({
    ...{ order_id: sharing.orderId, out_order_no: sharing.request.out_order_no, out_return_no },
    ...{ return_id: `3108${sharing.orderId.slice(4)}`, return_mchid, description, result: 'SUCCESS' },
    ...{ amount: sharing.returned[out_return_no] ?? 0, create_time: sharing.time, finish_time: sharing.time },
  })
  router.add('POST', `${PART}/return-orders`, ({ json }) => {
    const request = json as {
      readonly out_order_no?: string
      readonly out_return_no: string
      readonly return_mchid: string
      readonly amount: number
      readonly description: string
    }
    const sharing = find(request.out_order_no)
    const before = sharing.returned[request.out_return_no]
    if (before !== undefined && before !== request.amount) {
      throw new Refusal(400, 'INVALID_REQUEST', '商户回退单号已存在，且参数与原请求不一致')
    }
    if (before === undefined && request.amount > sharedBy(sharing)) {
      throw new Refusal(403, 'NOT_ENOUGH', '回退金额超过分账金额')
    }
    sharing.returned[request.out_return_no] = request.amount
    state.sharings.set(sharing.request.out_order_no, sharing)
    const { out_return_no, return_mchid, description } = request
    return { status: 200, body: returnOf(sharing, out_return_no, return_mchid, description) }
  })
  router.add('GET', `${PART}/return-orders/{out_return_no}`, ({ params: { out_return_no = '' }, query }) => {
    const sharing = find(query.get('out_order_no') ?? '')
    if (sharing.returned[out_return_no] === undefined) {
      throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '分账回退单不存在')
    }
    return {
      status: 200,
      body: returnOf(sharing, out_return_no, sharing.request.receivers?.[0]?.account ?? '', ''),
    }
  })
}
