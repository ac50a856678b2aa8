import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptOaep } from '../identity/encryption.js'
import type { HandlerRouter } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'
import type { Complaint, ComplaintStep } from '../state/records.js'

/** What a user complains of. */
export interface ComplaintRequest {
  /** A paid order. */
  readonly out_trade_no: string
  /** In the user's words. */
  readonly detail?: string
}

const SERVICE = 'v3/merchant-service'
const CALLBACK = 'complaint url'
const PHONE = '13800000000'

const step = (
  context: Context,
  operator: string,
  operate_type: string,
  operate_details: string,
): ComplaintStep => ({
  ...{ log_id: context.ids.digits(20), operator, operate_time: beijingTime(context.now()) },
  ...{ operate_type, operate_details },
})

function tell({ state, announce }: Context, event: string, { id }: Complaint, action_type: string): void {
  announce(event, state.settings.get(CALLBACK), { complaint_id: id, action_type })
}

/** Files a complaint as a user would, and tells the URL that was registered for them. */
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
    steps: [step(context, '投诉人', 'USER_CREATE_COMPLAINT', words)],
  }
  state.complaints.set(complaint.id, complaint)
  tell(context, 'COMPLAINT.CREATE', complaint, 'CREATE_COMPLAINT')
  return complaint
}

function answerOf(
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

/** Complaints: list, look at, answer, complete; and the URL that hears of them. */
export function addComplaints(router: HandlerRouter, context: Context): void {
  const { identity, state } = context
  const complaints = `${SERVICE}/complaints-v2`

  const page = <Item>(
    items: readonly Item[],
    query: URLSearchParams,
  ): { data: Item[]; limit: number; offset: number } => {
    const limit = Number(query.get('limit') ?? 10)
    const offset = Number(query.get('offset') ?? 0)
    return { data: items.slice(offset, offset + limit), limit, offset }
  }
  const find = (id = ''): Complaint => {
    const found = state.complaints.get(id)
    if (!found) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '投诉单不存在')
    return found
  }
  router.add('GET', complaints, ({ query }) => {
    const [begin, end] = [query.get('begin_date') ?? '', query.get('end_date') ?? '9999']
    const found = [...state.complaints.values()].filter(({ time }) => {
      return begin <= time.slice(0, 10) && time.slice(0, 10) <= end
    })
    const { data, ...rest } = page(found, query)
    const listed = data.map((one) => {
      const { payer_openid: _, ...answer } = answerOf(one, context)
      return answer
    })
    return { status: 200, body: { ...rest, total_count: found.length, data: listed } }
  })
  router.add('GET', `${complaints}/{complaint_id}`, ({ params }) => {
    return { status: 200, body: answerOf(find(params.complaint_id), context) }
  })
  router.add('GET', `${complaints}/{complaint_id}/negotiation-historys`, ({ params, query }) => {
    const { steps } = find(params.complaint_id)
    return { status: 200, body: { ...page(steps.toReversed(), query), total_count: steps.length } }
  })

  function go(
    complaint: Complaint,
    next: Complaint['state'],
    type: string,
    details: string,
    action: string,
  ): void {
    if (complaint.state === 'PROCESSED') throw new Refusal(400, 'INVALID_REQUEST', '投诉单已处理完成')
    complaint.state = next
    complaint.steps = [...complaint.steps, step(context, identity.merchant.mchid, type, details)]
    state.complaints.set(complaint.id, complaint)
    tell(context, 'COMPLAINT.STATE_CHANGE', complaint, action)
  }
  router.add('POST', `${complaints}/{complaint_id}/response`, ({ params, json }) => {
    const { response_content } = json as { readonly response_content: string }
    go(find(params.complaint_id), 'PROCESSING', 'MERCHANT_RESPONSE', response_content, 'MERCHANT_RESPONSE')
    return { status: 204 }
  })
  router.add('POST', `${complaints}/{complaint_id}/complete`, ({ params }) => {
    go(find(params.complaint_id), 'PROCESSED', 'MERCHANT_CONFIRM_COMPLETE', '', 'MERCHANT_CONFIRM_COMPLETE')
    return { status: 204 }
  })

  const callback = `${SERVICE}/complaint-notifications`
  const registered = (url: string): { status: number; body: object } => {
    return { status: 200, body: { mchid: identity.merchant.mchid, url } }
  }
  router.add('GET', callback, () => {
    const url = state.settings.get(CALLBACK)
    if (url === undefined) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '未设置投诉通知回调地址')
    return registered(url)
  })
  for (const method of ['POST', 'PUT'] as const) {
    router.add(method, callback, ({ json }) => {
      const { url } = json as { readonly url: string }
      state.settings.set(CALLBACK, url)
      return registered(url)
    })
  }
  router.add('DELETE', callback, () => {
    state.settings.delete(CALLBACK)
    return { status: 204 }
  })
}
