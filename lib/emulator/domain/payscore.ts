import { beijingDigits } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { HandlerRouter } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'
import type { ServiceOrder, ServiceRequest } from '../state/records.js'
import { collectService, serviceOrderOf } from './service-order.js'
import { usedBefore } from './used-before.js'

const ORDERS = 'v3/payscore/serviceorder'

const wrongState = ({ state }: ServiceOrder, what: string): Refusal =>
  new Refusal(400, 'INVALID_ORDER_STATE', `单据状态为${state}，不能${what}`)

/** Service orders of WeChat Pay Score: create, query, cancel, modify, complete, collect, sync. */
export function addPayscore(router: HandlerRouter, context: Context): void {
  const { identity, state, ids, now } = context
  const keep = (order: ServiceOrder): void => state.serviceOrders.set(order.request.out_order_no, order)

  router.add('POST', ORDERS, ({ plain }) => {
    const request = plain as ServiceRequest
    const fingerprint = JSON.stringify(request)
    const earlier = state.serviceOrders.get(request.out_order_no)
    if (earlier && earlier.fingerprint !== fingerprint) {
      throw usedBefore('out_order_no', request.out_order_no, { code: 'ORDER_EXISTED' })
    }
    const orderId = `1500${beijingDigits(now()).slice(0, 8)}${ids.digits(16)}`
    const order: ServiceOrder = earlier ?? { request, fingerprint, orderId, state: 'CREATED', pays: true }
    if (!earlier) keep(order)
    return { status: 200, body: { ...serviceOrderOf(order, context), package: `emulated${order.orderId}` } }
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
    keep(order)
    return { status: 200, body: short(order) }
  })

  router.add('POST', `${ORDERS}/{out_order_no}/complete`, ({ params, json }) => {
    const order = find(params.out_order_no)
    if (order.state !== 'DOING' || order.totalAmount !== undefined) throw wrongState(order, '完结')
    change(order, json)
    const { notify_url: _, openid: __, collection: ___, ...body } = serviceOrderOf(order, context)
    if (order.totalAmount === 0) finish(order)
    else if (order.pays) collectService(context, order)
    return { status: 200, body }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/modify`, ({ params, json }) => {
    const order = unpaid(params.out_order_no, '修改金额')
    const { total_amount } = json as { readonly total_amount: number }
    if (total_amount > (order.totalAmount ?? 0)) {
      throw new Refusal(400, 'INVALID_REQUEST', '修改后的金额不能大于原金额', {
        ...{ field: '/total_amount', value: total_amount, location: 'body' },
        issue: `is more than the ${order.totalAmount} that the order was completed with`,
      })
    }
    change(order, json)
    if (order.totalAmount === 0) finish(order)
    const { openid: _, ...body } = serviceOrderOf(order, context)
    return { status: 200, body }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/pay`, ({ params }) => {
    const order = find(params.out_order_no)
    if (order.totalAmount === undefined) throw wrongState(order, '收款')
    if (order.state !== 'DONE') collectService(context, order)
    return { status: 200, body: short(order) }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/sync`, ({ params, json }) => {
    const order = unpaid(params.out_order_no, '同步')
    const { detail } = json as { readonly detail: { readonly paid_time: string } }
    order.paidTime = detail.paid_time
    finish(order)
    return { status: 200, body: { openid: '', ...serviceOrderOf(order, context) } }
  })

  /** A completed order whose money has not come in. */
  function unpaid(number: string | undefined, what: string): ServiceOrder {
    const order = find(number)
    if (order.totalAmount === undefined || order.state !== 'DOING') throw wrongState(order, what)
    return order
  }
  function finish(order: ServiceOrder): void {
    order.state = 'DONE'
    keep(order)
  }
  function change(order: ServiceOrder, json: unknown): void {
    const { total_amount, post_payments, post_discounts, time_range, location } = json as ServiceRequest & {
      readonly total_amount: number
    }
    order.request = {
      ...order.request,
      ...(post_payments && { post_payments }),
      ...(post_discounts && { post_discounts }),
      ...(time_range && { time_range: { ...order.request.time_range, ...time_range } }),
      ...(location && { location: { ...order.request.location, ...location } }),
    }
    order.totalAmount = total_amount
    keep(order)
  }
}
