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
export function isRepeatable({ verb, traits, repeatKey }: ChainedEndpoint, request: unknown): boolean {
  if (verb === 'get' || traits.safe) return true
  return repeatKey !== undefined && isGiven(request, repeatKey)
}

/** Without a key it stands in the path. */
function isGiven(request: unknown, key: readonly string[]): boolean {
  if (key.length === 0) return true
  const value = key.reduce<unknown>(
    (at, name) => (at as Record<string, unknown> | undefined)?.[name],
    request,
  )
  return value !== undefined && value !== null && value !== ''
}
