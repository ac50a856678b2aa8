import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, NetworkError } from '../errors.js'

/** How often, and for how long, a call is tried. */
export interface RetryPolicy {
  /** Attempts beyond the first; asked only once something has failed. */
  readonly limit: () => number
  readonly signal: AbortSignal | undefined
  /** Whether the client is closed, so that no further attempt makes sense. */
  readonly isClosed: () => boolean
  /** For messages. */
  readonly name: string
  /** Told before each pause: what failed, which attempt it was, and how long the pause is. */
  readonly onRetry: (error: Error, attempt: number, delay: number) => void
}

const BASE_DELAY = 200
const MAX_DELAY = 5_000
/** Answers that ask to be tried again. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'SYSTEM_ERROR',
  'FREQUENCY_LIMITED',
  'HTTP_502',
  'HTTP_503',
  'HTTP_504',
])

/**
 * Tries until there is an answer that stands. The caller decides whether a repeat is harmless; this only
 * knows which failures pass.
 */
export async function withRetries<Result>(
  attempt: (count: number) => Promise<Result>,
  { limit, signal, isClosed, name, onRetry }: RetryPolicy,
): Promise<Result> {
  for (let count = 1; ; count++) {
    try {
      return await attempt(count)
    } catch (error) {
      if (count > limit() || !isTransient(error) || signal?.aborted || isClosed()) throw error
      const delay = delayAfter(error, count)
      onRetry(error, count, delay)
      await pause(delay, signal, name)
    }
  }
}

function isTransient(error: unknown): error is NetworkError | ApiError {
  if (error instanceof NetworkError) return error.code !== 'ABORTED'
  if (!(error instanceof ApiError)) return false
  return error.status === 429 || (error.status >= 500 && TRANSIENT_CODES.has(error.code))
}

/** Doubles each time, with jitter so that clients do not come back all at once; `Retry-After` wins. */
function delayAfter(error: NetworkError | ApiError, count: number): number {
  const asked = error instanceof ApiError ? retryAfter(error.response.headers['retry-after']) : undefined
  return asked ?? Math.min(MAX_DELAY, BASE_DELAY * 2 ** (count - 1)) * (0.5 + Math.random() / 2)
}

function retryAfter(header: unknown): number | undefined {
  if (typeof header !== 'string' || header === '') return undefined
  const delay = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isNaN(delay) ? undefined : Math.max(0, delay)
}

async function pause(delay: number, signal: AbortSignal | undefined, name: string): Promise<void> {
  try {
    await sleep(delay, undefined, signal && { signal })
  } catch {
    throw new NetworkError(`${name}: aborted while waiting to try again`, {
      code: 'ABORTED',
      retryable: false,
      cause: signal?.reason,
    })
  }
}
