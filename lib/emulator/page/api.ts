import type { Context } from '../context.js'
import type { Deliveries } from '../control/deliveries.js'
import type { FaultScript, Faults } from '../control/faults.js'
import type { Limits, RateLimit } from '../control/limits.js'
import type { Recorder } from '../control/recorder.js'
import { createRandom } from '../identity/random.js'
import type { Emulator } from '../interface.js'
import { eventTypes } from '../protocols/notification-documents.js'
import type { Notifications } from '../protocols/notifications.js'
import { ordersOf } from './orders.js'
import type { PageContent } from './serve.js'
import { MAX_SHOWN, numberOf, summaryOf } from './summary.js'

/** The parts of an emulator that the page shows and changes. */
export interface PageParts {
  readonly context: Context
  readonly recorder: Recorder
  readonly faults: Faults
  readonly limits: Limits
  readonly deliveries: Deliveries
  readonly notifications: Notifications
  readonly emulator: () => Pick<Emulator, 'merchant' | 'pay' | 'confirm' | 'notify' | 'limit' | 'recover'>
  /** The host that the emulator was told to listen on. */
  readonly host: string
}

type Action = (input: Readonly<Record<string, unknown>>) => unknown

/** The data that the page asks for, by the last part of its path. */
export function createQueries(
  parts: PageParts,
): Readonly<Record<string, (query: URLSearchParams) => unknown>> {
  const { recorder, context, faults, limits, deliveries, notifications, emulator } = parts
  // Samples for the page have numbers of their own: those of the emulator stay as its seed has them.
  const ids = createRandom(undefined)
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
    events: () => eventTypes(),
    sample: (query) => notifications.sample(query.get('event_type') ?? '', ids),
  }
}

/** The actions of the page, by the last part of their path. */
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

/** Runs a query or an action; the person at the page is told what went wrong. */
export async function run(work: () => unknown): Promise<PageContent> {
  try {
    const json = await work()
    return { json: json ?? null }
  } catch (error) {
    return { status: 400, json: { message: error instanceof Error ? error.message : String(error) } }
  }
}
