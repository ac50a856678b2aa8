import { mergeObjects, type Place, type Type, typeOf } from './ir.js'
import { jsdoc } from './jsdoc.js'
import type { Notification } from './model.js'
import { pascal } from './naming.js'
import { declare, type Printer, quote } from './print.js'
import type { Context } from './shared.js'

/** The parts of the types of notifications that may be shared with those of endpoints. */
export function notificationRoots(
  notifications: readonly Notification[],
): { type: Type; context: Context }[] {
  const resources = [...byEvent(notifications)].map(([event, group]) => {
    return { type: resourceType(group), context: contextOf(event, 'event') }
  })
  const answers = notifications.flatMap(({ eventType, ack }) =>
    ack ? [{ type: typeOf(ack.json, ACKNOWLEDGEMENT), context: contextOf(eventType, 'answer') }] : [],
  )
  return [...resources, ...answers]
}

function contextOf(event: string, what: string): Context {
  const words = event.toLowerCase().split(/[^a-z_]+/)
  const trail = [`${words.at(-1)}_${what}`, ...words.slice(0, -1).reverse()]
  return { family: NOTIFICATIONS, trail, side: 'Response' }
}

const ACKNOWLEDGEMENT: Place = { text: false, answer: false }

/** The family name under which shared types of notifications are kept. */
const NOTIFICATIONS = 'notifications'

/** `types/notifications.ts`: envelopes, payloads, and the map of all of them. */
export function notificationsFile(
  notifications: readonly Notification[],
  printer: Printer,
  declarations: (family: string | undefined) => string[],
): Map<string, { text: string; family: string; depth: string }> {
  const entries = [...byEvent(notifications)].flatMap(([event, group]) => entry(event, group, printer) ?? [])
  const text = [
    ENVELOPES,
    ...declarations(NOTIFICATIONS),
    ...entries.flatMap(({ declaration }) => declaration ?? []),
    `/** Every documented notification by its event type; v2 messages without one go by a name. */
export interface Notifications {\n${entries.map(({ line }) => line).join('\n')}\n}`,
    acknowledgements(notifications, printer),
    HELPERS,
  ].join('\n\n')
  return new Map([['types/notifications.ts', { text, family: NOTIFICATIONS, depth: './' }]])
}

/** One event type may stand for several messages: by product, or by API version. */
function byEvent(notifications: readonly Notification[]): Map<string, Notification[]> {
  const groups = new Map<string, Notification[]>()
  for (const notification of notifications) {
    for (const event of notification.eventTypes ?? [notification.eventType]) {
      groups.set(event, [...(groups.get(event) ?? []), notification])
    }
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(
    sorted.map(([event, group]) => [event, group.sort((a, b) => rank(event, a) - rank(event, b))]),
  )
}

/** The message named by the event comes first: its name and links go into the documentation. */
const rank = (event: string, { eventType, api }: Notification): number =>
  (eventType === event ? 0 : 2) + (api === 'v3' ? 0 : 1)

/** Payload fields are never sure: one event type serves merchants, partners and several products. */
function resourceType(group: readonly Notification[]): Type {
  return mergeObjects(
    group.flatMap(({ resource, body, api }) => {
      const shape = resource ?? body
      if (!shape) return []
      const type = typeOf(shape, { text: api === 'v2', answer: true })
      return typeof type === 'object' && 'union' in type ? [...type.union] : [type]
    }),
  )
}

interface Entry {
  readonly name: string
  readonly declaration: string | undefined
  readonly line: string
}

function entry(event: string, group: readonly Notification[], printer: Printer): Entry | undefined {
  const [first] = group
  if (!first) return undefined
  const type = resourceType(group)
  const known = printer.nameOf(type)
  const envelope = group.some(({ api }) => api === 'v3') ? 'Notification' : 'XmlNotification'
  const prefix = envelope === 'XmlNotification' ? 'Xml' : ''
  const name = known ?? `${prefix}${pascal(event.toLowerCase())}Resource`
  return {
    name,
    declaration: known ? undefined : declare(name, type, printer),
    line: `${jsdoc(first, '  ')}\n  ${quote(event)}: ${envelope}<${quote(event)}, ${name}>`,
  }
}

/** The few answers that are more than `{ code, message }`. */
function acknowledgements(notifications: readonly Notification[], printer: Printer): string {
  const lines = notifications.flatMap(({ eventType, ack }) => {
    if (!ack) return []
    const head = `  ${quote(eventType)}: `
    return head + printer.spell(typeOf(ack.json, ACKNOWLEDGEMENT), 2, head.length)
  })
  return `/** What a handler has to answer, by event type, where that is more than \`code\` and \`message\`. */
export interface Acknowledgements {\n${lines.join('\n')}\n}`
}

const ENVELOPES = `/** A notification of APIv3 with its payload decrypted. */
export interface Notification<Event extends string, Resource> {
  readonly id: string
  readonly create_time: string
  readonly event_type: Event
  readonly resource_type: string
  readonly summary: string
  readonly resource: Resource
}

/**
 * A notification of APIv2: \`resource\` is the decrypted part or, where nothing is encrypted, the message itself.
 * A message without an event type of its own goes by the name it has in the map below.
 */
export interface XmlNotification<Event extends string, Resource> {
  readonly id?: string
  readonly create_time?: string
  readonly event_type: Event
  readonly resource_type?: string
  readonly summary?: string
  readonly resource: Resource
}`

const HELPERS = `/** Every documented event type, of either API version: \`TRANSACTION.SUCCESS\`, \`REFUND.SUCCESS\` … */
export type EventType = keyof Notifications

/** The notification of one event type, or of several. */
export type NotificationOf<Event extends EventType> = Notifications[Event]`
