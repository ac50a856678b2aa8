import { type Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AxiosResponse } from 'axios'
import { ApiError, NetworkError, WechatpayError } from '../errors.js'
import { addDoubt } from '../protocols/open-outcome.js'
import type { Call } from '../protocols/protocol.js'
import { DEFAULT_ORIGIN } from '../protocols/url.js'
import { isProbe } from '../protocols/v3/signature.js'
import type { RequestObject } from './build.js'
import { writeSink } from './download.js'
import { type CallContent, type CallEvent, type CallFacts, callContents, callEvents } from './events.js'

/** How attempts are made, and where. */
export interface RepeatOptions {
  /** Makes one attempt. */
  readonly attempt: (call: Call) => Promise<AxiosResponse>
  /** Further access points, for repeats after a failed connection. */
  readonly failover: readonly string[]
  readonly isClosed: () => boolean
}

/**
 * Makes attempts until a response stands, or a failure is final. A `sink` is part of the attempt: a download that breaks off is
 * begun anew.
 */
export async function repeat(
  call: Call,
  request: RequestObject,
  options: RepeatOptions,
): Promise<AxiosResponse> {
  const { sink } = request as { readonly sink?: string | Writable }
  const limit = repeatLimit(call, request)
  let unreachable = 0
  let isOpen = false
  const begun = performance.now()
  for (let count = 1; ; count++) {
    const started = performance.now()
    publish(call, count, { type: 'attempt' })
    try {
      const response = await options.attempt(unreachable > 0 ? elsewhere(call, options, unreachable) : call)
      // A response interceptor of the user's may give something else, such as the data alone.
      if (response?.status === undefined) return response
      if (sink !== undefined) {
        await writeSink(response.data as Readable, sink, call.endpoint.name)
        response.data = undefined
      }
      if (callEvents.hasSubscribers) {
        const now = performance.now()
        const requestId = response.headers?.['request-id'] as string | undefined
        const times = { duration: now - started, elapsed: now - begun }
        publish(call, count, { type: 'response', status: response.status, requestId, ...times })
      }
      publishContent(call, response.data)
      return response
    } catch (failure) {
      // What an earlier attempt has left open, a later refusal does not close.
      const error: unknown = isOpen && failure instanceof WechatpayError ? addDoubt(failure) : failure
      isOpen = error instanceof WechatpayError && error.mayHaveHappened
      const delay = count > limit ? undefined : delayBeforeRepeat(error, count, call)
      if (delay === undefined || call.signal?.aborted || options.isClosed()) {
        publish(call, count, { type: 'failure', error: error as Error, elapsed: performance.now() - begun })
        publishContent(call, error instanceof ApiError ? error.response.data : undefined)
        throw error
      }
      if (error instanceof NetworkError) unreachable++
      publish(call, count, { type: 'retry', error: error as Error, delay })
      await pause(delay, call, error as WechatpayError)
      if (options.isClosed()) throw error
    }
  }
}

type EventOf<Event extends CallEvent> = Event extends CallEvent ? Omit<Event, keyof CallFacts> : never

function publish({ endpoint }: Call, attempt: number, event: EventOf<CallEvent>): void {
  if (!callEvents.hasSubscribers) return
  callEvents.publish({ ...event, method: endpoint.verb.toUpperCase(), path: endpoint.path, attempt })
}

function publishContent({ endpoint, query, body }: Call, data: unknown): void {
  if (!callContents.hasSubscribers) return
  const { verb, path } = endpoint
  callContents.publish({ method: verb.toUpperCase(), path, query, body, data } satisfies CallContent)
}

/** The call at the next access point, where neither the caller, the client nor the endpoint asks for a certain one. */
function elsewhere(call: Call, { failover }: RepeatOptions, turn: number): Call {
  if (call.baseURL ?? call.endpoint.traits.origin) return call
  const accessPoints = [DEFAULT_ORIGIN, ...failover]
  return { ...call, baseURL: accessPoints[turn % accessPoints.length] }
}

/** The repeats of a call that may be repeated, when its caller says nothing. */
const DEFAULT_LIMIT = 2

/**
 * How often a call may be repeated: only where that is harmless, because it reads, or carries the number by
 * which the API knows a repeat; `retry: true` takes the risk for any endpoint.
 */
function repeatLimit({ repeatable }: Call, { retry, sink }: RequestObject): number {
  // What was half written into a stream cannot be taken back.
  if (retry === false || sink instanceof Writable) return 0
  if (retry !== true && !repeatable) return 0
  return typeof retry === 'number' ? retry : DEFAULT_LIMIT
}

const BASE_DELAY = 200
const MAX_DELAY = 5_000
/** The longest wait that a server may ask for; with more, the caller had better ask again later. */
const MAX_WAIT = 60_000
/** Codes of errors that ask to be tried again. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'SYSTEM_ERROR',
  'FREQUENCY_LIMITED',
  'HTTP_502',
  'HTTP_503',
  'HTTP_504',
])

/** Milliseconds to wait before the next attempt; `undefined` for a failure that will not pass. */
function delayBeforeRepeat(error: unknown, attempt: number, { endpoint }: Call): number | undefined {
  if (endpoint.reads && isProbe(error)) return 0
  if (!isTransient(error)) return undefined
  const delay = delayAfter(error, attempt)
  return delay <= MAX_WAIT ? delay : undefined
}

function isTransient(error: unknown): error is NetworkError | ApiError {
  if (error instanceof NetworkError) return error.code !== 'ABORTED'
  if (!(error instanceof ApiError)) return false
  return error.status === 429 || (error.status >= 500 && TRANSIENT_CODES.has(error.code))
}

/** The delay doubles each time, with jitter so that clients do not come back all at once; `Retry-After` replaces it. */
function delayAfter(error: NetworkError | ApiError, attempt: number): number {
  const asked = error instanceof ApiError ? retryAfter(error.response.headers['retry-after']) : undefined
  return asked ?? Math.min(MAX_DELAY, BASE_DELAY * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
}

function retryAfter(header: unknown): number | undefined {
  if (typeof header !== 'string' || header === '') return undefined
  const delay = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isNaN(delay) ? undefined : Math.max(0, delay)
}

/**
 * Waits before the next attempt.
 *
 * @param failure the error of the last attempt, after which an order may exist all the same
 * @throws {NetworkError} code `ABORTED`, at once, when the signal says so.
 */
async function pause(delay: number, { signal, endpoint }: Call, failure: WechatpayError): Promise<void> {
  try {
    await sleep(delay, undefined, signal && { signal })
  } catch {
    throw new NetworkError(`${endpoint.name}: aborted while waiting to try again after: ${failure.message}`, {
      code: 'ABORTED',
      retryable: false,
      mayHaveHappened: failure.mayHaveHappened,
      cause: signal?.reason,
    })
  }
}
