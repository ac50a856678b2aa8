import type { EventType, Notifications } from '../../types/notifications.js'

declare const undocumented: unique symbol

/**
 * An event type that is not documented. It is not plain `string`, so that a comparison of `event_type` with a literal
 * narrows a {@link NotificationEvent} to the documented event.
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
  /** Whether a signature vouches for it; where not, query before you rely on any of it. */
  readonly authenticated: boolean
}

/** Any notification; comparing its `event_type` tells what its `resource` is. */
export type NotificationEvent = Notifications[EventType] | UndocumentedNotification

/** A notification of any type, documented or not. */
export interface PlainEvent {
  readonly id?: string
  readonly create_time?: string
  readonly event_type: string
  readonly resource_type?: string
  readonly summary?: string
  readonly resource: object
  readonly authenticated: boolean
}
