import { beijingDigits } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { HandlerRouter } from '../routing/handler.js'
import { parameterError, Refusal } from '../routing/refusal.js'
import type { ServiceOrder, ServiceRequest } from '../state/records.js'
import { fingerprintOf } from './fingerprint.js'
import { collectService, serviceNow, serviceOrderOf } from './service-order.js'
import { usedBefore } from './used-before.js'

const ORDERS = 'v3/payscore/serviceorder'

/** Service orders of WeChat Pay Score: create, query, cancel, complete, modify, collect, sync. */
export function addPayscore(router: HandlerRouter, context: Context): void {
  addCreateAndQuery(router, context)
  addCompletion(router, context)
  addPayment(router, context)
}

function addCreateAndQuery(router: HandlerRouter, context: Context): void {
  router.add('POST', ORDERS, ({ plain }) => {
    const order = create(plain as ServiceRequest, context)
    const { openid: _, ...body } = serviceOrderOf(order, context)
    return { status: 200, body: { ...body, package: `emulated${order.orderId}` } }
  })
  router.add('GET', ORDERS, ({ query }) => {
    return { status: 200, body: serviceOrderOf(find(query.get('out_order_no'), context), context) }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/cancel`, ({ params }) => {
    const order = find(params.out_order_no, context)
    if (order.totalAmount !== undefined || order.state === 'EXPIRED') throw wrongState(order, '取消')
    order.state = 'REVOKED'
    save(order, context)
    return { status: 200, body: numbersOf(order, context) }
  })
}

function addCompletion(router: HandlerRouter, context: Context): void {
  router.add('POST', `${ORDERS}/{out_order_no}/complete`, ({ params, json }) => {
    const order = find(params.out_order_no, context)
    if (order.state !== 'DOING' || order.totalAmount !== undefined) throw wrongState(order, '完结')
    change(order, json, context)
    const { notify_url: _, openid: __, collection: ___, ...body } = serviceOrderOf(order, context)
    if (order.totalAmount === 0) finish(order, context)
    else if (order.pays) collectService(context, order)
    return { status: 200, body }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/modify`, ({ params, json }) => {
    const order = findUnpaid(params.out_order_no, '修改金额', context)
    const { total_amount } = json as { readonly total_amount: number }
    if (total_amount > (order.totalAmount ?? 0)) {
      throw new Refusal(400, 'INVALID_REQUEST', '修改后的金额不能大于原金额', {
        ...{ field: '/total_amount', value: total_amount, location: 'body' },
        issue: `is more than the ${order.totalAmount} that the order was completed with`,
      })
    }
    change(order, json, context)
    if (order.totalAmount === 0) finish(order, context)
    const { openid: _, ...body } = serviceOrderOf(order, context)
    return { status: 200, body }
  })
}

function addPayment(router: HandlerRouter, context: Context): void {
  router.add('POST', `${ORDERS}/{out_order_no}/pay`, ({ params }) => {
    const order = find(params.out_order_no, context)
    if (order.totalAmount === undefined) throw wrongState(order, '收款')
    if (order.state !== 'DONE') collectService(context, order)
    return { status: 200, body: numbersOf(order, context) }
  })
  router.add('POST', `${ORDERS}/{out_order_no}/sync`, ({ params, json }) => {
    const order = findUnpaid(params.out_order_no, '同步', context)
    const { detail } = json as { readonly detail: { readonly paid_time: string } }
    order.paidTime = detail.paid_time
    finish(order, context)
    return { status: 200, body: { openid: '', ...serviceOrderOf(order, context) } }
  })
}

function create(request: ServiceRequest, context: Context): ServiceOrder {
  const { state, ids, now } = context
  const fingerprint = fingerprintOf(request)
  const earlier = state.serviceOrders.get(request.out_order_no)
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw usedBefore('out_order_no', request.out_order_no, { code: 'ORDER_EXISTED' })
  }
  if (earlier) return serviceNow(context, earlier)
  const { need_user_confirm = true, openid } = request
  if (!need_user_confirm && !openid) throw parameterError('/openid', '免确认订单必须传openid')
  const createdAt = now()
  const orderId = `1500${beijingDigits(createdAt).slice(0, 8)}${ids.digits(16)}`
  const order: ServiceOrder = {
    ...{ request, fingerprint, orderId, createdAt, pays: true },
    state: need_user_confirm ? 'CREATED' : 'DOING',
    ...(!need_user_confirm && openid && { openid }),
  }
  state.serviceOrders.set(request.out_order_no, order)
  return order
}

function find(number: string | null | undefined, context: Context): ServiceOrder {
  const found = context.state.serviceOrders.get(number ?? '')
  if (!found) throw new Refusal(404, 'ORDER_NOT_EXIST', '商户服务订单不存在')
  return serviceNow(context, found)
}

/** A completed order whose money has not come in. */
function findUnpaid(number: string | undefined, action: string, context: Context): ServiceOrder {
  const order = find(number, context)
  if (order.totalAmount === undefined || order.state !== 'DOING') throw wrongState(order, action)
  return order
}

const wrongState = ({ state }: ServiceOrder, action: string): Refusal =>
  new Refusal(400, 'INVALID_ORDER_STATE', `单据状态为${state}，不能${action}`)

function numbersOf({ request, orderId }: ServiceOrder, { identity }: Context): object {
  const { appid, out_order_no, service_id } = request
  return { appid, mchid: identity.merchant.mchid, out_order_no, service_id, order_id: orderId }
}

/** Throws unless the total is what the items sum up to, and within the deposit where there is one. */
function checkTotal({ request }: ServiceOrder, changed: ServiceRequest, total: number): void {
  const { post_payments = request.post_payments, post_discounts = request.post_discounts } = changed
  const sumOf = (items: readonly { readonly amount?: number }[] = []): number =>
    items.reduce((fen, { amount = 0 }) => fen + amount, 0)
  const sum = sumOf(post_payments) - sumOf(post_discounts)
  if (total !== sum) {
    const issue = `总金额不等于付费项目之和减去优惠之和: the items sum up to ${sum}`
    throw parameterError('/total_amount', issue, total)
  }
  const { name, amount } = request.risk_fund ?? { name: '', amount: 0 }
  if (name === 'DEPOSIT' && total > amount) {
    throw parameterError('/total_amount', `总金额大于押金: is more than the ${amount} of risk_fund`, total)
  }
}

function change(order: ServiceOrder, json: unknown, context: Context): void {
  const { total_amount, post_payments, post_discounts, time_range, location } = json as ServiceRequest & {
    readonly total_amount: number
  }
  checkTotal(order, json as ServiceRequest, total_amount)
  order.request = {
    ...order.request,
    ...(post_payments && { post_payments }),
    ...(post_discounts && { post_discounts }),
    ...(time_range && { time_range: { ...order.request.time_range, ...time_range } }),
    ...(location && { location: { ...order.request.location, ...location } }),
  }
  order.totalAmount = total_amount
  save(order, context)
}

function finish(order: ServiceOrder, context: Context): void {
  order.state = 'DONE'
  save(order, context)
}

function save(order: ServiceOrder, { state }: Context): void {
  state.serviceOrders.set(order.request.out_order_no, order)
}
