import type { Context } from '../context.js'
import { Refusal } from '../refusal.js'
import type { Router } from '../router.js'
import { beijingDigits } from '../time.js'

/** The fields of a service order as it was asked for, and as it was changed since. */
interface ServiceRequest {
  readonly out_order_no: string
  readonly appid: string
  readonly service_id: string
  readonly notify_url: string
  readonly openid?: string
  readonly post_payments?: readonly object[]
  readonly time_range?: object
  readonly location?: object
}

type Stage = 'CREATED' | 'DOING' | 'DONE' | 'REVOKED'

/** A service that is used first and paid afterwards. */
export interface ServiceOrder {
  readonly fingerprint: string
  readonly orderId: string
  request: ServiceRequest
  state: Stage
  /** In fen, once the service is completed. */
  totalAmount?: number
  openid?: string
  paidTime?: string
  transactionId?: string
}

const ORDERS = 'v3/payscore/serviceorder'

const wrongState = (order: ServiceOrder, what: string): Refusal =>
  new Refusal(400, 'INVALID_ORDER_STATE', `单据状态为${order.state}，不能${what}`)

/** The order as a query answers it and as its notifications carry it. */
export function serviceOrderOf(order: ServiceOrder, { identity }: Context): Record<string, unknown> {
  const { request, orderId, state, totalAmount, openid, paidTime, transactionId } = order
  const {
    openid: _,
    need_user_confirm: __,
    device: ___,
    ...fields
  } = request as ServiceRequest & {
    need_user_confirm?: boolean
    device?: object
  }
  const settled = paidTime !== undefined
  const total = totalAmount ?? 0
  return {
    ...fields,
    mchid: identity.merchant.mchid,
    order_id: orderId,
    state,
    ...(state === 'DOING' && {
      state_description: totalAmount === undefined ? 'USER_CONFIRM' : 'MCH_COMPLETE',
    }),
    ...(openid && { openid }),
    ...(totalAmount !== undefined && {
      total_amount: total,
      need_collection: total > 0,
      collection: {
        state: settled ? 'USER_PAID' : 'USER_PAYING',
        total_amount: total,
        paying_amount: settled ? 0 : total,
        paid_amount: settled ? total : 0,
        ...(settled && {
          details: [
            {
              seq: 1,
              amount: total,
              paid_type: 'NEWTON',
              paid_time: paidTime,
              transaction_id: transactionId,
            },
          ],
        }),
      },
    }),
  }
}

/** The user opens the order on the phone and agrees to it. */
export function confirmService(context: Context, order: ServiceOrder): void {
  if (order.state !== 'CREATED') {
    throw new Error(`confirm(): service order ${order.request.out_order_no} is ${order.state} already`)
  }
  order.state = 'DOING'
  order.openid = order.request.openid ?? `o${context.ids.text(27)}`
  context.state.serviceOrders.set(order.request.out_order_no, order)
  context.announce('PAYSCORE.USER_CONFIRM', order.request.notify_url, serviceOrderOf(order, context))
}

/** Takes the money for a completed service. */
export function payService(context: Context, order: ServiceOrder): void {
  const { ids, now, state, announce } = context
  order.state = 'DONE'
  order.paidTime = beijingDigits(now())
  order.transactionId = `4200${ids.digits(6)}${beijingDigits(now()).slice(0, 8)}${ids.digits(10)}`
  state.serviceOrders.set(order.request.out_order_no, order)
  announce('PAYSCORE.USER_PAID', order.request.notify_url, {
    ...serviceOrderOf(order, context),
    out_trade_no: order.request.out_order_no,
  })
}

/** Service orders of WeChat Pay Score: create, query, cancel, modify, complete, collect, sync. */
export function addPayscore(router: Router, context: Context): void {
  const { identity, state, ids, now } = context

  router.add('POST', ORDERS, ({ plain }) => {
    const request = plain as ServiceRequest
    const fingerprint = JSON.stringify(request)
    const earlier = state.serviceOrders.get(request.out_order_no)
    if (earlier && earlier.fingerprint !== fingerprint) {
      throw new Refusal(400, 'ORDER_EXISTED', '商户服务订单号已存在，且参数与原请求不一致', {
        field: '/out_order_no',
        value: request.out_order_no,
        issue: 'was used before with another body',
        location: 'body',
      })
    }
    const orderId = `1500${beijingDigits(now()).slice(0, 8)}${ids.digits(16)}`
    const order: ServiceOrder = earlier ?? { request, fingerprint, orderId, state: 'CREATED' }
    if (!earlier) state.serviceOrders.set(request.out_order_no, order)
    const body = { ...serviceOrderOf(order, context), package: `emulated${order.orderId}` }
    return { status: 200, body }
  })

  const find = (number: string | null | undefined): ServiceOrder => {
    const found = state.serviceOrders.get(number ?? '')
    if (!found) throw new Refusal(404, 'ORDER_NOT_EXIST', '商户服务订单不存在')
    return found
  }
  router.add('GET', ORDERS, ({ query }) => {
    return { status: 200, body: serviceOrderOf(find(query.get('out_order_no')), context) }
  })

  const short = ({ request, orderId }: ServiceOrder): object => {
    const { appid, out_order_no, service_id } = request
    return { appid, mchid: identity.merchant.mchid, out_order_no, service_id, order_id: orderId }
  }
  router.add('POST', `${ORDERS}/{out_order_no}/cancel`, ({ params }) => {
    const order = find(params.out_order_no)
    if (order.totalAmount !== undefined) throw wrongState(order, '取消')
    order.state = 'REVOKED'
    state.serviceOrders.set(order.request.out_order_no, order)
    return { status: 200, body: short(order) }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/complete`, ({ params, json }) => {
    const order = find(params.out_order_no)
    if (order.state !== 'DOING') throw wrongState(order, '完结')
    const isNew = order.totalAmount === undefined
    change(order, json)
    const body = serviceOrderOf(order, context)
    // The money is taken without the user's doing anything.
    if (isNew && order.totalAmount !== 0) setImmediate(() => payService(context, order))
    if (order.totalAmount === 0) order.state = 'DONE'
    return { status: 200, body }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/modify`, ({ params, json }) => {
    const order = find(params.out_order_no)
    if (order.totalAmount === undefined || order.paidTime) throw wrongState(order, '修改金额')
    change(order, json)
    return { status: 200, body: serviceOrderOf(order, context) }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/pay`, ({ params }) => {
    const order = find(params.out_order_no)
    if (order.totalAmount === undefined) throw wrongState(order, '收款')
    if (!order.paidTime) payService(context, order)
    return { status: 200, body: short(order) }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/sync`, ({ params, json }) => {
    const order = find(params.out_order_no)
    if (order.totalAmount === undefined) throw wrongState(order, '同步')
    const { detail } = json as { readonly detail: { readonly paid_time: string } }
    order.paidTime = detail.paid_time
    order.state = 'DONE'
    state.serviceOrders.set(order.request.out_order_no, order)
    return { status: 200, body: { openid: '', ...serviceOrderOf(order, context) } }
  })

  function change(order: ServiceOrder, json: unknown): void {
    const { total_amount, post_payments, time_range, location } = json as ServiceRequest & {
      total_amount: number
    }
    order.request = {
      ...order.request,
      ...(post_payments && { post_payments }),
      ...(time_range && { time_range: { ...order.request.time_range, ...time_range } }),
      ...(location && { location: { ...order.request.location, ...location } }),
    }
    order.totalAmount = total_amount
    state.serviceOrders.set(order.request.out_order_no, order)
  }
}
