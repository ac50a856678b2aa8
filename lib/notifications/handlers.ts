import type { Acknowledgements, EventType, NotificationOf, Notifications } from '../../types/notifications.js'
import { RequestError } from '../errors.js'
import { nearestName } from '../nearest.js'
import type { NotificationEvent, PlainEvent } from './event.js'
import { eventTypes } from './generated/facts.js'

/** The second argument of a handler. */
export interface HandlerContext {
  /**
   * Aborts when the timeout is over: the notification has failed, and WeChat Pay will send it again. The handler is not
   * started again while it runs, so one that may hang should give up then.
   */
  readonly signal: AbortSignal
}

/** What the handler of an event returns; most may return anything. `code` is `SUCCESS` when left out. */
export type AcknowledgementOf<Event extends EventType> = Event extends keyof Acknowledgements
  ? Omit<Acknowledgements[Event], 'code'> & Partial<Pick<Acknowledgements[Event], 'code'>>
  : unknown

/** Handles one event type. Where the response to the event has fields of its own, the handler returns them. */
export type NotificationHandler<Event extends EventType> = (
  event: NotificationOf<Event>,
  context: HandlerContext,
) => AcknowledgementOf<Event> | Promise<AcknowledgementOf<Event>>

/** Handles events of any type. */
export type AnyNotificationHandler = (event: NotificationEvent, context: HandlerContext) => unknown

/** One function for all events, or one for each event type; `default` is called for all others. */
export type NotificationHandlers =
  | AnyNotificationHandler
  | ({ readonly [Event in keyof Notifications]?: NotificationHandler<Event> } & {
      readonly default?: AnyNotificationHandler
    })

/** A handler found by the type of an event, which is therefore the one that it takes. */
export type PlainHandler = (event: PlainEvent, context: HandlerContext) => unknown

/**
 * Finds the handler of an event.
 *
 * @throws {RequestError} when a handler is not a function, or an event type looks like a typing error.
 */
export function handlerFinder(
  handlers: NotificationHandlers,
): (event: PlainEvent) => PlainHandler | undefined {
  if (typeof handlers === 'function') return () => handlers as PlainHandler
  if (typeof handlers !== 'object' || handlers === null || Array.isArray(handlers)) {
    throw new RequestError(
      'Give a handler, or an object of handlers by event type: { [event_type]: handler }',
    )
  }
  const byType = new Map(Object.entries(handlers).filter(([, handler]) => handler !== undefined))
  for (const [eventType, handler] of byType) assertHandler(eventType, handler)
  return ({ event_type }) => {
    return (byType.get(event_type) ?? byType.get('default')) as PlainHandler | undefined
  }
}

function assertHandler(eventType: string, handler: unknown): void {
  if (typeof handler !== 'function') {
    throw new RequestError(`The handler of ${eventType} must be a function, not ${typeof handler}`)
  }
  const known = [...eventTypes, 'default']
  const meant = known.includes(eventType) ? undefined : nearestName(eventType, known)
  if (meant) throw new RequestError(`There is no event type '${eventType}'; did you mean '${meant}'?`)
}
