import type { Context } from './context.js'
import { documentOf, recipientOf } from './notifications.js'
import { sampleOf } from './sample.js'
import { xmlSample } from './xml-notifications.js'

/** A made-up `resource` of an event type, with every documented field; empty when the event is not documented. */
export function sampleResource(eventType: string, context: Context, api?: 'v2' | 'v3'): object {
  const document = documentOf(eventType, api)
  if (document?.api === 'v2') return xmlSample(document, context)
  if (!document?.resource) return {}
  const { ids, now } = context
  const { scheme, id, key } = recipientOf(eventType, context, api)
  const given = scheme === 'brand' ? { brand_id: id } : { mchid: id }
  const source = { ids, now: now(), merchantKey: key, given }
  return sampleOf(document.resource, '', source) as object
}
