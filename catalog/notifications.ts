import type { Shape } from '../lib/catalog/schema.js'
import { mergeObjects, type Type, type TypeOptions, typeOf } from './ir.js'
import { jsdoc } from './jsdoc.js'
import type { Notification } from './model.js'
import { declare, type Printer, quote } from './print.js'
import type { Context } from './shared-types.js'
import { pascal } from './type-names.js'

/** The types of notifications, parts of which may be shared with those of endpoints. */
export function notificationRoots(
  notifications: readonly Notification[],
): { type: Type; context: Context }[] {
  const resources = [...byEvent(notifications).values()].flatMap((messages) =>
    messages.map(({ notification, product, type }) => {
      const event = notification.eventType
      return { type, context: contextOf(event, product ? `${product}_event` : 'event') }
    }),
  )
  const acknowledgements = notifications.flatMap(({ eventType, ack }) =>
    ack ? [{ type: typeOf(ack.json, ACKNOWLEDGEMENT), context: contextOf(eventType, 'answer') }] : [],
  )
  return [...resources, ...acknowledgements]
}

function contextOf(event: string, what: string): Context {
  const words = event.toLowerCase().split(/[^a-z_]+/)
  const trail = [`${words.at(-1)}_${what}`, ...words.slice(0, -1).reverse()]
  return { family: NOTIFICATIONS, trail, side: 'Response' }
}

const ACKNOWLEDGEMENT: TypeOptions = { text: false, response: false }

/** The family name under which shared types of notifications are kept. */
const NOTIFICATIONS = 'notifications'

/** `types/notifications.ts`: envelopes, payloads, and the map of all of them. */
export function notificationsFile(
  notifications: readonly Notification[],
  printer: Printer,
  declarations: (family: string | undefined) => string[],
): Map<string, { text: string; family: string; depth: string }> {
  const entries = [...byEvent(notifications)].map(([event, messages]) => {
    return {
      event,
      messages: messages.map((message, index) =>
        entry(event, message, index === 0 ? messages.slice(1) : [], printer),
      ),
    }
  })
  const others = entries.flatMap(({ event, messages }) => {
    const lines = messages.slice(1).map(({ line }) => line.replace(/^/gm, '  '))
    return lines.length > 0 ? [`  ${quote(event)}: {\n${lines.join('\n')}\n  }`] : []
  })
  const own = entries.flatMap(({ messages }) => messages.flatMap(({ declaration }) => declaration ?? []))
  const text = [
    ENVELOPES,
    ...declarations(NOTIFICATIONS),
    ...new Set(own),
    `/** Every documented notification by its event type; v2 messages without one go by a name. */
export interface Notifications {\n${entries.map(({ messages }) => messages[0]?.line).join('\n')}\n}`,
    `/** The notifications of other products that share an event type, by product. */
export interface ProductNotifications {\n${others.join('\n')}\n}`,
    acknowledgements(notifications, printer),
    HELPERS,
  ].join('\n\n')
  return new Map([['types/notifications.ts', { text, family: NOTIFICATIONS, depth: './' }]])
}

/** One of the messages that an event type stands for; the first has no product. */
export interface Message {
  readonly notification: Notification
  readonly product: string | undefined
  readonly type: Type
}

/** The messages of every event type: several where products or API versions share it. The first is what handlers see. */
export function byEvent(notifications: readonly Notification[]): Map<string, Message[]> {
  const groups = new Map<string, Notification[]>()
  for (const notification of notifications) {
    for (const event of notification.eventTypes ?? [notification.eventType]) {
      groups.set(event, [...(groups.get(event) ?? []), notification])
    }
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(sorted.map(([event, group]) => [event, messagesOf(event, group)]))
}

function messagesOf(event: string, group: readonly Notification[]): Message[] {
  const [first, ...rest] = [...group].sort((a, b) => rank(event, a) - rank(event, b))
  if (!first) return []
  const messages = new Map<string | undefined, Message>()
  messages.set(undefined, { notification: first, product: undefined, type: resourceType(first) })
  for (const [product, shape] of Object.entries(first.products ?? {})) {
    messages.set(product, { notification: first, product, type: payloadType(shape, first.api) })
  }
  for (const notification of rest) {
    const product = productOf(notification)
    messages.set(product, { notification, product, type: resourceType(notification) })
  }
  return [...messages.values()]
}

/** The message named by the event comes first, and APIv3 before v2. */
const rank = (event: string, { eventType, api }: Notification): number =>
  (eventType === event ? 0 : 2) + (api === 'v3' ? 0 : 1)

/** The product of a message that is not the first of its event type. */
const productOf = ({ api, originalType, eventType }: Notification): string =>
  api === 'v2' ? 'v2' : (originalType?.[0] ?? eventType)

const resourceType = ({ resource, body, api }: Notification): Type => payloadType(resource ?? body ?? {}, api)

/** Alternatives are merged into one object, so that a handler can read a field without a check of the case. */
function payloadType(shape: Shape, api: 'v2' | 'v3'): Type {
  const type = typeOf(shape, { text: api === 'v2', response: true })
  return typeof type === 'object' && 'union' in type ? mergeObjects(type.union) : type
}

interface Entry {
  readonly declaration: string | undefined
  readonly line: string
}

function entry(event: string, message: Message, others: readonly Message[], printer: Printer): Entry {
  const { notification, product, type } = message
  const known = printer.nameOf(type)
  const envelope = notification.api === 'v3' ? 'Notification' : 'XmlNotification'
  const prefix = envelope === 'XmlNotification' ? 'Xml' : ''
  const name = known ?? `${prefix}${pascal(event.toLowerCase())}${pascal(product ?? '')}Resource`
  const key = quote(product ?? event)
  return {
    declaration: known ? undefined : declare(name, type, printer),
    line: `${jsdoc(factsOf(message), '  ', notesOf(message, event, others))}\n  ${key}: ${envelope}<${quote(event)}, ${name}${notification.verify === 'none' ? ', false' : ''}>`,
  }
}

/** The pages describe the first message of an event type, not that of another product. */
const factsOf = ({ notification, product }: Message): Pick<Notification, 'name' | 'docs' | 'flags'> =>
  product !== undefined && notification.products?.[product]
    ? { name: `${product}: ${notification.name}` }
    : notification

/** Notes for handlers of an event type that products share. */
function notesOf({ notification, product }: Message, event: string, others: readonly Message[]): string[] {
  if (others.length === 0) return []
  const note = product === undefined && notification.note ? [notification.note] : []
  const names = others.flatMap(({ product }) => product ?? [])
  return [
    ...note,
    `Other products share this event type, with payloads of their own: ${names.join(', ')}.`,
    `Theirs is \`NotificationOf<'${event}', '${names[0]}'>\`, and so on.`,
  ]
}

/** The acknowledgements that are more than `{ code, message }`. */
function acknowledgements(notifications: readonly Notification[], printer: Printer): string {
  const lines = notifications.flatMap(({ eventType, ack }) => {
    if (!ack) return []
    const head = `  ${quote(eventType)}: `
    return head + printer.expand(typeOf(ack.json, ACKNOWLEDGEMENT), 2, head.length)
  })
  return `/** What a handler has to answer, by event type, where that is more than \`code\` and \`message\`. */
export interface Acknowledgements {\n${lines.join('\n')}\n}`
}

/** The fields of the envelope, with their names, whether only APIv3 has them for sure, and whether it is always signed. */
const envelope = (mark: string, authenticated: string): string =>
  [
    `  /** 通知的唯一ID · unique ID of the notification */\n  readonly id${mark}: string`,
    `  /** 通知创建的时间 · creation time of the notification */\n  readonly create_time${mark}: string`,
    '  /** 通知的类型 · event type */\n  readonly event_type: Event',
    `  /** 通知的资源数据类型 · type of the resource */\n  readonly resource_type${mark}: string`,
    `  /** 回调摘要 · summary */\n  readonly summary${mark}: string`,
    '  /** 通知资源数据 · resource, decrypted */\n  readonly resource: Resource',
    `  /** 签名是否已验证 · whether a signature vouches for it; where not, query before you rely on any of it */\n  readonly authenticated: ${authenticated}`,
  ].join('\n')

const ENVELOPES = `/** A notification of APIv3 with its payload decrypted. */
export interface Notification<Event extends string, Resource> {
${envelope('', 'true')}
}

/**
 * A notification of APIv2: \`resource\` is the decrypted part or, where nothing is encrypted, the message itself.
 * A message without an event type of its own goes by the name it has in the map below.
 */
export interface XmlNotification<Event extends string, Resource, Authenticated extends boolean = true> {
${envelope('?', 'Authenticated')}
}`

const HELPERS = `/** Every documented event type, of either API version: \`TRANSACTION.SUCCESS\`, \`REFUND.SUCCESS\` … */
export type EventType = keyof Notifications

/** The products that share an event type beside the one that handlers see: \`parking\` of \`TRANSACTION.SUCCESS\` … */
export type ProductOf<Event extends EventType> = Event extends keyof ProductNotifications
  ? keyof ProductNotifications[Event]
  : never

/**
 * The notification of one event type, or of several: of \`TRANSACTION.SUCCESS\` the payment, of \`REFUND.SUCCESS\` the
 * refund. That of another product that shares the event type is named by \`Product\`.
 */
export type NotificationOf<Event extends EventType, Product extends ProductOf<Event> = never> = [
  Product,
] extends [never]
  ? Notifications[Event]
  : Event extends keyof ProductNotifications
    ? ProductNotifications[Event][Product & keyof ProductNotifications[Event]]
    : never`
