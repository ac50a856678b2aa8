import type { EventType, Notifications } from '../../types/notifications.js'

declare const undocumented: unique symbol

/**
 * An event type that is not documented: any text but those that are. No literal fits into the pattern, so comparing
 * `event_type` with one leaves the documented event alone.
 */
export type UndocumentedEventType = `${string & { readonly [undocumented]: true }}`

/** A notification whose event type is not documented (yet). */
export interface UndocumentedNotification {
  readonly id?: string
  readonly create_time?: string
  readonly event_type: UndocumentedEventType
  readonly resource_type?: string
  readonly summary?: string
  readonly resource: Readonly<Record<string, unknown>>
}

/** Any notification; comparing its `event_type` tells what its `resource` is. */
export type NotificationEvent = Notifications[EventType] | UndocumentedNotification

/** A notification before its type is looked at. */
export interface PlainEvent {
  readonly id?: string
  readonly create_time?: string
  readonly event_type: string
  readonly resource_type?: string
  readonly summary?: string
  readonly resource: object
}
