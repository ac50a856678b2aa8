import { fieldsOf, isEnum, type Shape } from '../lib/catalog/schema.js'
import type { XmlMessage } from '../lib/notifications/message-facts.js'
import type { Catalogue, Notification } from './model.js'
import { quote } from './print.js'
import { type Files, HEADER } from './write.js'

/** `lib/notifications/generated/facts.ts`: what the client needs to know of notifications at run time. */
export function notificationFiles({ notifications }: Catalogue): Files {
  const xml = notifications.filter(({ api }) => api === 'v2')
  const eventTypes = new Set(notifications.flatMap((one) => one.eventTypes ?? [one.eventType]))
  const acknowledgements = notifications.flatMap(({ eventType, ack }) => {
    if (!ack) return []
    const required = fieldsOf(ack.json).flatMap(({ name, optional }) => (optional ? [] : [name]))
    const facts = { required, headers: fieldsOf(ack.headers ?? {}).map(({ name }) => name) }
    return [`  ${quote(eventType)}: ${JSON.stringify(facts)},`]
  })
  const text = [
    HEADER,
    "import type { AckFacts, XmlMessage } from '../message-facts.js'",
    '',
    '/** Every message of v2. */',
    'export const xmlMessages: readonly XmlMessage[] = [',
    ...xml.map((one) => `  ${JSON.stringify(messageOf(one, xml))},`),
    ']',
    '',
    '/** Events whose answer is more than `code` and `message`. */',
    'export const acknowledgements: Readonly<Record<string, AckFacts>> = {',
    ...acknowledgements,
    '}',
    '',
    '/** Every documented event type. */',
    'export const eventTypes: readonly string[] = [',
    ...[...eventTypes].sort().map((eventType) => `  ${quote(eventType)},`),
    ']',
    '',
  ]
  return new Map([['lib/notifications/generated/facts.ts', text.join('\n')]])
}

function messageOf(one: Notification, all: readonly Notification[]): XmlMessage {
  const fields = fieldsOf(one.body ?? {})
  const elsewhere = new Set(
    all.filter((other) => other !== one).flatMap(({ body }) => fieldsOf(body ?? {}).map(({ name }) => name)),
  )
  const named = fields.some(({ name }) => name === 'event_type')
  const algorithm = fields.find(({ name }) => name === 'sign_type' || name === 'algorithm')?.shape
  return {
    eventType: one.eventType,
    ...(named && { named }),
    marks: fields.filter(({ name, optional }) => !optional && !elsewhere.has(name)).map(({ name }) => name),
    ...(one.verify === 'none' && { verify: one.verify }),
    ...(algorithm !== undefined && isHmac(algorithm) && { signType: 'HMAC-SHA256' }),
    ...(one.cipher && { cipher: one.cipher }),
  }
}

const isHmac = (shape: Shape): boolean =>
  isEnum(shape) && shape.$enum.length === 1 && shape.$enum[0] === 'HMAC-SHA256'
