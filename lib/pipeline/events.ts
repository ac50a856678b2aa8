import { type Channel, channel } from 'node:diagnostics_channel'
import type { Endpoint } from '../catalog/endpoint.js'
import { ApiError } from '../errors.js'

/** What every event says of its call. */
export interface CallFacts {
  /** Upper case. */
  readonly method: string
  /** Template as in the route map. */
  readonly path: string
  /** 1 for the first. */
  readonly attempt: number
}

/** A request is about to be signed and sent. */
export interface AttemptEvent extends CallFacts {
  readonly type: 'attempt'
}

/** A request failed and will be sent again after `delay` milliseconds. */
export interface RetryEvent extends CallFacts {
  readonly type: 'retry'
  readonly error: Error
  readonly delay: number
}

/** An answer has come and been accepted, `duration` milliseconds after its attempt began. */
export interface ResponseEvent extends CallFacts {
  readonly type: 'response'
  readonly status: number
  readonly requestId: string | undefined
  readonly duration: number
  /** Milliseconds since the first attempt began. */
  readonly elapsed: number
}

/** A call has failed for good. */
export interface FailureEvent extends CallFacts {
  readonly type: 'failure'
  readonly error: Error
  /** Milliseconds since the first attempt began. */
  readonly elapsed: number
}

/** What happens to a call, for logs and metrics. Nothing in it is secret. */
export type CallEvent = AttemptEvent | RetryEvent | ResponseEvent | FailureEvent

/** Name of the `node:diagnostics_channel` on which {@link CallEvent}s are published. */
export const CALL_CHANNEL = 'wechatpay-fluent:call'

/** The channel. Events are made only while it has subscribers. */
export const callEvents: Channel = channel(CALL_CHANNEL)

/** What a call carries, published behind the event of its outcome. It may identify people, so it is for debugging alone. */
export interface CallContent {
  readonly method: string
  readonly path: string
  readonly query: unknown
  /** The body before it is encrypted and signed, in whose place are its marks; the fields of an upload. */
  readonly body: unknown
  /** The data of the response, also of one that says no; absent where there is none. */
  readonly data?: unknown
}

/** The channel of {@link CallContent}. */
export const callContents: Channel = channel('wechatpay-fluent:content')

/**
 * The channel of the outcomes of requests that are no calls of the chain: those by the axios instances, and downloads of certificates.
 * It is for printing alone: they may happen within a call, and are not in one asynchronous context, so {@link CALL_CHANNEL} has none.
 */
export const directOutcomes: Channel = channel('wechatpay-fluent:direct')

/** A request that is no call of the chain. */
export interface DirectRequest {
  readonly endpoint: Endpoint
  /** When it began, by `performance.now()`. */
  readonly begun: number
  readonly query?: unknown
  readonly body?: unknown
}

/** Those whose outcome is published. */
const told = new WeakSet<DirectRequest>()

/**
 * Publishes the outcome of a request that is no call of the chain, and what it carries. Only the first counts: after an abort, axios puts
 * an error of its own in place of the adapter's.
 */
export function publishDirect(
  direct: DirectRequest,
  outcome: Error | { readonly status: number; readonly requestId: unknown; readonly data?: unknown },
): void {
  if (!directOutcomes.hasSubscribers || told.has(direct)) return
  told.add(direct)
  const { endpoint, begun, query, body } = direct
  const { verb, path } = endpoint
  const elapsed = performance.now() - begun
  const facts = { method: verb.toUpperCase(), path, attempt: 1 }
  const isFailure = outcome instanceof Error
  const event: ResponseEvent | FailureEvent = isFailure
    ? { ...facts, type: 'failure', error: outcome, elapsed }
    : {
        ...{ ...facts, type: 'response', status: outcome.status, duration: elapsed, elapsed },
        requestId: typeof outcome.requestId === 'string' ? outcome.requestId : undefined,
      }
  directOutcomes.publish(event)
  if (!callContents.hasSubscribers) return
  const refused = outcome instanceof ApiError ? outcome.response.data : undefined
  const data = isFailure ? refused : outcome.data
  callContents.publish({ method: facts.method, path, query, body, data } satisfies CallContent)
}
