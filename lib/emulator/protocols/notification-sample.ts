import { beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { sampleOf } from '../domain/sample.js'
import { documentOf, type MessageChoice, recipientOf } from './notifications.js'
import { xmlSample } from './v2/notifications.js'

/** A made-up `resource` of an event type, complete; empty when the event is not documented. */
export function sampleResource(eventType: string, context: Context, choice: MessageChoice = {}): object {
  const document = documentOf(eventType, choice)
  if (document?.api === 'v2') return xmlSample(document, context)
  if (!document?.resource) return {}
  const { ids, now } = context
  const { scheme, id, key } = recipientOf(eventType, context, choice)
  const given: Readonly<Record<string, unknown>> =
    scheme === 'brand' ? { brand_id: id } : { mchid: id, mch_id: id }
  if (document.example) return withOwnFacts(document.example, given, beijingTime(now()))
  // An event whose name ends with a state, such as `REFUND.CLOSED`, tells of something in that state.
  const state = eventType.split('.').at(-1)
  const source = { ids, now: now(), merchantKey: key, given, state }
  return sampleOf(document.resource, '', source) as object
}

/** The documented example as if it happened now, to whom it is told. */
function withOwnFacts(example: object, given: Readonly<Record<string, unknown>>, time: string): object {
  const entries = Object.entries(example).map(([name, value]) => {
    if (Object.hasOwn(given, name)) return [name, given[name]]
    return [name, name.endsWith('_time') ? time : value]
  })
  return Object.fromEntries(entries)
}

/** A sample with what is given in its place, at every depth; `undefined` leaves a field out. */
export function completed(sample: object, given: object): object {
  const own = sample as Readonly<Record<string, unknown>>
  const merged = Object.entries(given).map(([name, value]) => {
    const whole = isRecord(value) && isRecord(own[name]) ? completed(own[name], value) : value
    return [name, whole] as const
  })
  const entries = [...Object.entries(own), ...merged].filter(([name]) => {
    return !Object.hasOwn(given, name) || (given as Readonly<Record<string, unknown>>)[name] !== undefined
  })
  return Object.fromEntries(entries)
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
