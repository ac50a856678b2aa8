import type { Context } from './context.js'
import { notificationDocuments } from './generated/index.js'
import { sampleOf } from './sample.js'

/** A made-up `resource` of an event type, with every documented field; empty when the event is not documented. */
export async function sampleResource(eventType: string, { identity, ids, now }: Context): Promise<object> {
  const documents = (await notificationDocuments(eventType)).filter(({ api }) => api === 'v3')
  const usual = eventType.split('.')[0]?.toLowerCase() ?? ''
  const document = documents.find(({ originalType }) => originalType?.includes(usual)) ?? documents[0]
  if (!document?.resource) return {}
  const given = { mchid: identity.merchant.mchid }
  const source = { ids, now: now(), merchantKey: identity.merchantKey, given }
  return sampleOf(document.resource, '', source) as object
}
