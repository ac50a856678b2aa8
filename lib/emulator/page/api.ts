import type { Context } from '../context.js'
import type { Deliveries } from '../deliveries.js'
import type { FaultScript, Faults } from '../faults.js'
import type { Emulator } from '../interface.js'
import type { Limits, RateLimit } from '../limits.js'
import { sampleResource } from '../notification-sample.js'
import { createRandom } from '../random.js'
import type { Recorder } from '../recorder.js'
import { ordersOf } from './orders.js'
import type { PageReply } from './serve.js'
import { MAX_SHOWN, numberOf, summaryOf } from './summary.js'

/** What the page shows and does. */
export interface PageParts {
  readonly context: Context
  readonly recorder: Recorder
  readonly faults: Faults
  readonly limits: Limits
  readonly deliveries: Deliveries
  readonly emulator: () => Pick<Emulator, 'merchant' | 'pay' | 'confirm' | 'notify' | 'limit' | 'recover'>
  /** That it was told to listen on. */
  readonly host: string
}

type Action = (input: Readonly<Record<string, unknown>>) => unknown

/** The questions the page asks, by the last part of their path. */
export function createQuestions(
  parts: PageParts,
): Readonly<Record<string, (query: URLSearchParams) => unknown>> {
  const { recorder, context, faults, limits, deliveries, emulator } = parts
  // What is made up for the page leaves the emulator's own numbers as its seed has them.
  const apart = { ...context, ids: createRandom(undefined) }
  return {
    calls: () => recorder.requests.slice(-MAX_SHOWN).map(summaryOf),
    call: (query) => {
      const found = recorder.requests.find((one) => numberOf(one) === Number(query.get('id')))
      return found && { ...summaryOf(found), ...found }
    },
    orders: () => ordersOf(context),
    deliveries: () => deliveries.list.slice(-MAX_SHOWN).toReversed(),
    faults: () => ({ faults: faults.list(), limits: limits.list() }),
    merchant: () => emulator().merchant,
    events: async () => {
      const { documents } = await import('../../data/documents/notifications.js')
      return Object.keys(documents).sort()
    },
    sample: (query) => sampleResource(query.get('event_type') ?? '', apart),
  }
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
    limit: (limit) => void emulator().limit(limit as unknown as RateLimit),
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
