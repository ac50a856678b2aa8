import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptOaep } from '../identity/encryption.js'
import type { HandlerRouter } from '../routing/handler.js'
import { parameterError, Refusal } from '../routing/refusal.js'
import type { Complaint, ComplaintStep } from '../state/records.js'

/** A complaint that a user makes. */
export interface ComplaintRequest {
  /** The number of a paid order. */
  readonly out_trade_no: string
  /** The complaint in the user's words. */
  readonly detail?: string
}

const SERVICE = 'v3/merchant-service'
const COMPLAINTS = `${SERVICE}/complaints-v2`
/** The setting with the URL that is notified of complaints. */
const CALLBACK = 'complaint url'
const PHONE = '13800000000'

const newStep = (
  context: Context,
  operator: string,
  operate_type: string,
  operate_details: string,
): ComplaintStep => ({
  ...{ log_id: context.ids.digits(20), operator, operate_time: beijingTime(context.now()) },
  ...{ operate_type, operate_details },
})

function announceAction(
  { state, announce }: Context,
  event: string,
  { id }: Complaint,
  action_type: string,
): void {
  announce(event, state.settings.get(CALLBACK), { complaint_id: id, action_type })
}

/** Files a complaint as a user would, and notifies the URL that was registered for complaints. */
export function fileComplaint(context: Context, { out_trade_no, detail }: ComplaintRequest): Complaint {
  const { state, ids, now } = context
  const order = state.orders.get(out_trade_no)
  if (!order?.transactionId) throw new Error(`complain(): there is no paid order ${out_trade_no}`)
  const words = detail ?? '商品未收到'
  const complaint: Complaint = {
    id: `2000${beijingDigits(now()).slice(0, 8)}${ids.digits(16)}`,
    time: beijingTime(now()),
    detail: words,
    order: { transaction_id: order.transactionId, out_trade_no, amount: order.request.amount.total },
    payer: order.payer ?? '',
    state: 'PENDING',
    steps: [newStep(context, '投诉人', 'USER_CREATE_COMPLAINT', words)],
  }
  state.complaints.set(complaint.id, complaint)
  announceAction(context, 'COMPLAINT.CREATE', complaint, 'CREATE_COMPLAINT')
  return complaint
}

/** The complaint as a query shows it. */
function complaintBody(
  { id, time, detail, order, payer, state, steps }: Complaint,
  { identity }: Context,
): Record<string, unknown> {
  return {
    ...{ complaint_id: id, complaint_time: time, complaint_detail: detail, complaint_state: state },
    ...{ complainted_mchid: identity.merchant.mchid, payer_openid: payer, complaint_order_info: [order] },
    payer_phone: encryptOaep(PHONE, identity.merchantKey),
    ...{ complaint_full_refunded: false, problem_description: detail, problem_type: 'OTHERS' },
    incoming_user_response: steps.at(-1)?.operator === '投诉人',
    user_complaint_times: 1,
  }
}

/** Complaints: list, query, reply, complete; and the URL that is notified of them. */
export function addComplaints(router: HandlerRouter, context: Context): void {
  addQueries(router, context)
  addReplies(router, context)
  addCallback(router, context)
}

function addQueries(router: HandlerRouter, context: Context): void {
  router.add('GET', COMPLAINTS, ({ query }) => {
    checkList(query)
    const [begin, end] = [query.get('begin_date') ?? '', query.get('end_date') ?? '']
    const found = [...context.state.complaints.values()].filter(({ time }) => {
      return begin <= time.slice(0, 10) && time.slice(0, 10) <= end
    })
    const { data, ...rest } = pageOf(found, query)
    const listed = data.map((complaint) => {
      const { payer_openid: _, ...body } = complaintBody(complaint, context)
      return body
    })
    return { status: 200, body: { ...rest, total_count: found.length, data: listed } }
  })
  router.add('GET', `${COMPLAINTS}/{complaint_id}`, ({ params }) => {
    return { status: 200, body: complaintBody(find(params.complaint_id, context), context) }
  })
  router.add('GET', `${COMPLAINTS}/{complaint_id}/negotiation-historys`, ({ params, query }) => {
    const { steps } = find(params.complaint_id, context)
    return { status: 200, body: { ...pageOf(steps.toReversed(), query), total_count: steps.length } }
  })
}

/** The largest page of the list, and the days that it covers. https://pay.weixin.qq.com/doc/v3/merchant/4012533431 */
const LIST = { page: 50, days: 30 } as const

function checkList(query: URLSearchParams): void {
  const [begin, end] = (['begin_date', 'end_date'] as const).map((name) => {
    const text = query.get(name) ?? ''
    const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
    if (Number.isNaN(day)) throw parameterError(`/${name}`, '日期格式应为yyyy-MM-DD', text, 'query')
    return day / 86_400_000
  }) as [number, number]
  if (end - begin > LIST.days) {
    throw parameterError('/end_date', `查询日期跨度不能超过${LIST.days}天`, query.get('end_date'), 'query')
  }
  const limit = query.get('limit')
  if (limit !== null && !(Number(limit) >= 1 && Number(limit) <= LIST.page)) {
    throw parameterError('/limit', `取值范围为[1,${LIST.page}]`, limit, 'query')
  }
}

function addReplies(router: HandlerRouter, context: Context): void {
  const { mchid } = context.identity.merchant

  function advance(complaint: Complaint, next: Complaint['state'], type: string, details: string): void {
    if (complaint.state === 'PROCESSED') throw new Refusal(400, 'INVALID_REQUEST', '投诉单已处理完成')
    complaint.state = next
    complaint.steps = [...complaint.steps, newStep(context, mchid, type, details)]
    context.state.complaints.set(complaint.id, complaint)
    announceAction(context, 'COMPLAINT.STATE_CHANGE', complaint, type)
  }
  router.add('POST', `${COMPLAINTS}/{complaint_id}/response`, ({ params, json }) => {
    const { response_content } = json as { readonly response_content: string }
    advance(find(params.complaint_id, context), 'PROCESSING', 'MERCHANT_RESPONSE', response_content)
    return { status: 204 }
  })
  router.add('POST', `${COMPLAINTS}/{complaint_id}/complete`, ({ params }) => {
    advance(find(params.complaint_id, context), 'PROCESSED', 'MERCHANT_CONFIRM_COMPLETE', '')
    return { status: 204 }
  })
}

function addCallback(router: HandlerRouter, { identity, state }: Context): void {
  const path = `${SERVICE}/complaint-notifications`
  const registered = (url: string): { status: number; body: object } => {
    return { status: 200, body: { mchid: identity.merchant.mchid, url } }
  }
  router.add('GET', path, () => {
    const url = state.settings.get(CALLBACK)
    if (url === undefined) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '未设置投诉通知回调地址')
    return registered(url)
  })
  for (const method of ['POST', 'PUT'] as const) {
    router.add(method, path, ({ json }) => {
      const { url } = json as { readonly url: string }
      state.settings.set(CALLBACK, url)
      return registered(url)
    })
  }
  router.add('DELETE', path, () => {
    state.settings.delete(CALLBACK)
    return { status: 204 }
  })
}

function find(id = '', { state }: Context): Complaint {
  const found = state.complaints.get(id)
  if (!found) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '投诉单不存在')
  return found
}

/** The part of a list that a query asks for. */
function pageOf<Item>(
  items: readonly Item[],
  query: URLSearchParams,
): { data: Item[]; limit: number; offset: number } {
  const limit = Number(query.get('limit') ?? 10)
  const offset = Number(query.get('offset') ?? 0)
  return { data: items.slice(offset, offset + limit), limit, offset }
}
