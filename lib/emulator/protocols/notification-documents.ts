import type { NotificationDocument } from '../../catalog/document.js'
import { documents } from '../../data/documents/notifications.js'

/** The message of an event type that is meant, where there are several. */
export interface MessageChoice {
  /** For an event type that both versions have; v3 when absent. */
  readonly api?: 'v2' | 'v3' | undefined
  /** For an event type that several products share; the payment or the refund when absent. */
  readonly product?: string | undefined
}

/** The message documented for an event type; `undefined` for an event type that is not documented. */
export function notificationDocument(
  eventType: string,
  { api, product }: MessageChoice = {},
): NotificationDocument | undefined {
  if (!Object.hasOwn(documents, eventType)) return undefined
  const all = JSON.parse(documents[eventType] ?? '[]') as readonly NotificationDocument[]
  if (product !== undefined) return documentOfProduct(all, eventType, product)
  return all.find((one) => one.api === (api ?? 'v3')) ?? (api ? undefined : all[0])
}

/** The documented event types, sorted. */
export const eventTypes = (): string[] => Object.keys(documents).sort()

function documentOfProduct(
  all: readonly NotificationDocument[],
  eventType: string,
  product: string,
): NotificationDocument {
  const found = all.find((one) => one.product === product)
  if (found) return found
  const known = all.flatMap((one) => one.product ?? [])
  const choice = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'
  throw new Error(`${eventType} has no product '${product}'; ${choice}`)
}
