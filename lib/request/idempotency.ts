import { Writable } from 'node:stream'
import type { ChainedEndpoint } from './endpoint.js'
import type { Sink } from './sink.js'

interface RetryOptions {
  readonly retry?: boolean | number
  readonly sink?: Sink
}

/** Repeats of a call that may be repeated, when its caller says nothing. */
const DEFAULT_LIMIT = 2

/**
 * How often a call may be repeated: only where that is harmless, because it reads, or carries the number by
 * which the API knows a repeat; `true` takes the risk for any endpoint.
 */
export function retryLimit(
  endpoint: ChainedEndpoint,
  { retry, sink }: RetryOptions,
  request: unknown,
): number {
  // What was half written into a stream cannot be taken back.
  if (retry === false || sink instanceof Writable) return 0
  if (retry !== true && !isRepeatable(endpoint, request)) return 0
  return typeof retry === 'number' ? retry : DEFAULT_LIMIT
}

/** Whether sending the request again has no further effect. */
export function isRepeatable({ verb, traits }: ChainedEndpoint, request: unknown): boolean {
  if (verb === 'get' || traits.safe) return true
  return traits.idempotent !== undefined && isGiven(request, traits.idempotent)
}

/** Whether the request has a value at `json.out_trade_no`; path values stand at the top of the request object. */
function isGiven(request: unknown, path: string): boolean {
  const keys = path.replace(/^path\./, '').split('.')
  const value = keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], request)
  return value !== undefined && value !== null && value !== ''
}
