import type { SignedNotification } from '../control/deliver.js'
import type { PlatformKey } from '../identity/platform-certificates.js'
import type { Random } from '../identity/random.js'
import type { Order, Refund } from '../state/order-records.js'
import { type MessageChoice, notificationDocument } from './notification-documents.js'
import type { NotificationEvent, ProtocolNotifications } from './protocol.js'
import type { Protocols } from './protocols.js'

/** A message of an event type, and the key that signs it. */
export interface NotificationOptions extends MessageChoice {
  /** A platform key's id or a certificate's serial number; the recipient's platform key when absent. */
  readonly serial?: string | undefined
}

/** The notifications of all protocols, by event type. */
export interface Notifications {
  /** A resource, made up and complete; empty when the event is not documented. */
  sample(eventType: string, ids: Random, choice?: MessageChoice): object
  /** A genuine notification of this very resource. */
  sign(eventType: string, resource: object, options?: NotificationOptions): SignedNotification
  /** A genuine notification; what the resource leaves out is made up. */
  signCompleted(eventType: string, resource?: object, options?: NotificationOptions): SignedNotification
  /** The notification that tells of a paid order, by the API that it was placed with. */
  payment(order: Order): SignedNotification
  /** The notification that tells what became of a refund, by the API that it was applied for with. */
  refund(order: Order, refund: Refund): SignedNotification
  /**
   * The same notification with a fresh signature: one that is sent much later would be taken for a replay.
   *
   * @param skew by which the time of the signature is wrong, in seconds
   */
  signAgain(notification: SignedNotification, skew?: number): SignedNotification
  /** The encrypted part of a notification in clear; `undefined` where it has none. */
  decrypt(notification: SignedNotification): string | undefined
}

/** @param ids the numbers of the resources that are made up for {@link Notifications.signCompleted} */
export function createNotifications(protocols: Protocols, ids: Random): Notifications {
  const { v2, v3, brand } = protocols
  const all = [v2, v3, brand].map((protocol) => protocol.notifications)

  /** Brands are notified where the catalogue says so, else merchants. */
  function protocolOf({ document }: NotificationEvent): ProtocolNotifications {
    if (document?.modes?.includes('brand')) return brand.notifications
    return protocols[document?.api ?? 'v3'].notifications
  }
  function sample(eventType: string, numbers: Random, choice?: MessageChoice): object {
    const event = { eventType, document: notificationDocument(eventType, choice) }
    return protocolOf(event).sample(event, numbers)
  }
  function sign(
    eventType: string,
    resource: object,
    { serial, ...choice }: NotificationOptions = {},
  ): SignedNotification {
    const event = { eventType, document: notificationDocument(eventType, choice) }
    if (!event.document && choice.api === 'v2') {
      throw new Error(`no message of v2 is documented for ${eventType}`)
    }
    const notifications = protocolOf(event)
    const signer = serial === undefined ? undefined : signerOf(serial)
    if (!signer || notifications === v2.notifications) return notifications.sign(event, resource)
    return signer.notifications.sign(event, resource, signer.key)
  }
  /** The protocol whose platform key is named: what it signs is encrypted for the same client. */
  function signerOf(serial: string): { notifications: ProtocolNotifications; key: PlatformKey } {
    for (const notifications of all) {
      const key = notifications.platformKey(serial)
      if (key) return { notifications, key }
    }
    throw new Error(
      `no platform key has the id ${serial}; see merchant.certs, brand.certs and certificates()`,
    )
  }
  return {
    sample,
    sign,
    signCompleted(eventType, resource = {}, options = {}) {
      return sign(eventType, completed(sample(eventType, ids, options), resource), options)
    },
    payment: (order) => protocols[order.api].notifications.payment(order),
    refund: (order, refund) => protocols[refund.api].notifications.refund(order, refund),
    signAgain(notification, skew) {
      for (const notifications of all) {
        const signed = notifications.signAgain(notification, skew)
        if (signed) return signed
      }
      return notification
    },
    decrypt(notification) {
      for (const notifications of all) {
        const text = notifications.decrypt(notification)
        if (text !== undefined) return text
      }
      return undefined
    },
  }
}

/** A sample with the given fields in place of its own, at every depth; `undefined` leaves a field out. */
function completed(sample: object, given: object): object {
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
