import type { Context } from '../context.js'
import type { Deliveries } from '../deliveries.js'
import type { FaultScript, Faults } from '../faults.js'
import type { Emulator } from '../interface.js'
import type { Limits } from '../limits.js'
import { sampleResource } from '../notification-sample.js'
import type { RecordedRequest, Recorder } from '../recorder.js'
import type { PageReply } from './serve.js'

/** What the page shows and does. */
export interface PageParts {
  readonly context: Context
  readonly recorder: Recorder
  readonly faults: Faults
  readonly limits: Limits
  readonly deliveries: Deliveries
  readonly emulator: () => Pick<
    Emulator,
    'merchant' | 'url' | 'pay' | 'confirm' | 'notify' | 'recover' | 'ca'
  >
  /** That it was told to listen on. */
  readonly host: string
}

type Action = (input: Readonly<Record<string, unknown>>) => unknown

const MAX_SHOWN = 500

/** Numbers of requests, by which the page asks for them. */
const numbers = new WeakMap<RecordedRequest, number>()
let last = 0

/** A call in the list. */
export function summaryOf(request: RecordedRequest): object {
  if (!numbers.has(request)) numbers.set(request, ++last)
  const { method, url, template, verified, problem, answer, time } = request
  return {
    ...{ id: numbers.get(request), method, url, template, verified, problem, time },
    ...(answer && { status: answer.status, duration: answer.duration }),
  }
}

/** The questions the page asks, by the last part of their path. */
export function createQuestions(
  parts: PageParts,
): Readonly<Record<string, (query: URLSearchParams) => unknown>> {
  const { recorder, context, faults, deliveries, emulator } = parts
  return {
    calls: () => recorder.requests.slice(-MAX_SHOWN).map(summaryOf),
    call: (query) => {
      const found = recorder.requests.find((one) => numbers.get(one) === Number(query.get('id')))
      return found && { ...summaryOf(found), ...found }
    },
    orders: () => ordersOf(context),
    deliveries: () => deliveries.list.slice(-MAX_SHOWN).toReversed(),
    faults: () => faults.list(),
    merchant: () => emulator().merchant,
    events: async () => {
      const { documents } = await import('../generated/notifications.js')
      return Object.keys(documents).sort()
    },
    sample: (query) => sampleResource(query.get('event_type') ?? '', context, undefined),
  }
}

function ordersOf({ state }: Context): readonly object[] {
  const combined = [...state.combined.values()].map(({ request, tradeType, answer, transactionId }) => ({
    ...{ number: request.combine_out_trade_no, kind: `合单 ${tradeType}`, answer },
    state: transactionId ? 'SUCCESS' : 'NOTPAY',
    action: transactionId ? undefined : 'pay',
    amount: request.sub_orders.reduce((fen, { amount }) => fen + amount.total_amount, 0),
  }))
  const orders = [...state.orders.values()].map((order) => ({
    ...{
      number: order.request.out_trade_no,
      kind: order.tradeType,
      state: order.state,
      answer: order.answer,
    },
    ...{ amount: order.request.amount.total, refunded: order.refunded, transaction_id: order.transactionId },
    ...{ description: order.request.description },
    action: order.state === 'NOTPAY' && !order.combined ? 'pay' : undefined,
  }))
  const transfers = [...state.transfers.values()].map(({ request, state: current }) => ({
    ...{ number: request.out_bill_no, kind: '转账', state: current, amount: request.transfer_amount },
    ...{ description: request.transfer_remark },
    action: current === 'WAIT_USER_CONFIRM' ? 'confirm' : undefined,
  }))
  const services = [...state.serviceOrders.values()].map(({ request, state: current, totalAmount }) => ({
    ...{ number: request.out_order_no, kind: '支付分', state: current, amount: totalAmount },
    action: current === 'CREATED' ? 'confirm' : undefined,
  }))
  return [...orders, ...combined, ...transfers, ...services].slice(-MAX_SHOWN).toReversed()
}

/** What the page can do, by the last part of the path. */
export function createActions({ emulator, faults }: PageParts): Readonly<Record<string, Action>> {
  return {
    pay: ({ number }) => emulator().pay(String(number)),
    confirm: ({ number }) => emulator().confirm(String(number)),
    notify: ({ event_type, url, resource }) => {
      const given = resource === undefined ? {} : { resource: resource as never }
      return emulator().notify(String(event_type), { url: String(url), ...given })
    },
    fail: (script) => void faults.add(script as unknown as FaultScript),
    recover: () => emulator().recover(),
  }
}

/** Runs a question or an action; what went wrong is for the person at the page. */
export async function run(work: () => unknown): Promise<PageReply> {
  try {
    const json = await work()
    return { json: json ?? null }
  } catch (error) {
    return { status: 400, json: { message: error instanceof Error ? error.message : String(error) } }
  }
}
