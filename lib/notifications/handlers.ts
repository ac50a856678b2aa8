import type { Acknowledgements, EventType, NotificationOf, Notifications } from '../../types/notifications.js'
import { RequestError } from '../errors.js'
import { nearestName } from '../pipeline/nearest.js'
import type { NotificationEvent, PlainEvent } from './event.js'
import { eventTypes } from './generated/facts.js'

/** What a handler is given beside the event. */
export interface HandlerContext {
  /** Aborts when the time for an answer is over: the notification has failed, and will come again. */
  readonly signal: AbortSignal
}

/** The answer to an event that asks for more than an acknowledgement; `code` is `SUCCESS` when left out. */
export type AcknowledgementOf<Event extends EventType> = Event extends keyof Acknowledgements
  ? Omit<Acknowledgements[Event], 'code'> & Partial<Pick<Acknowledgements[Event], 'code'>>
  : unknown

/** Handles one event type. Where the event asks for an answer, that is what it returns. */
export type NotificationHandler<Event extends EventType> = (
  event: NotificationOf<Event>,
  context: HandlerContext,
) => AcknowledgementOf<Event> | Promise<AcknowledgementOf<Event>>

/** Handles whatever comes. */
export type AnyNotificationHandler = (event: NotificationEvent, context: HandlerContext) => unknown

/** One function for all, or one for each event type; `default` gets the rest. */
export type NotificationHandlers =
  | AnyNotificationHandler
  | ({ readonly [Event in keyof Notifications]?: NotificationHandler<Event> } & {
      readonly default?: AnyNotificationHandler
    })

/** A handler whose event is known to be the right one. */
export type PlainHandler = (event: PlainEvent, context: HandlerContext) => unknown

/**
 * How to find an event's handler.
 *
 * @throws {RequestError} for what is no function, and for an event type that looks like a typing error.
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
