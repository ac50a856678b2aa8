import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, NetworkError } from '../errors.js'

const BASE_DELAY = 200
const MAX_DELAY = 5_000
/** A server that asks for more than this is better asked by the caller, later. */
const MAX_WAIT = 60_000
/** Answers that ask to be tried again. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'SYSTEM_ERROR',
  'FREQUENCY_LIMITED',
  'HTTP_502',
  'HTTP_503',
  'HTTP_504',
])

/**
 * Milliseconds to wait before the next attempt; `undefined` for a failure that will not pass. Whether a
 * repeat is harmless is for the caller to know.
 */
export function delayBeforeRepeat(error: unknown, attempt: number): number | undefined {
  if (!isTransient(error)) return undefined
  const delay = delayAfter(error, attempt)
  return delay <= MAX_WAIT ? delay : undefined
}

function isTransient(error: unknown): error is NetworkError | ApiError {
  if (error instanceof NetworkError) return error.code !== 'ABORTED'
  if (!(error instanceof ApiError)) return false
  return error.status === 429 || (error.status >= 500 && TRANSIENT_CODES.has(error.code))
}

/** Doubles each time, with jitter so that clients do not come back all at once; `Retry-After` wins. */
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
 * @param failure what the last attempt came to; an order may exist all the same
 * @throws {NetworkError} code `ABORTED`, at once, when the signal says so.
 */
export async function pause(
  delay: number,
  signal: AbortSignal | undefined,
  name: string,
  failure: NetworkError | ApiError,
): Promise<void> {
  try {
    await sleep(delay, undefined, signal && { signal })
  } catch {
    throw new NetworkError(`${name}: aborted while waiting to try again after: ${failure.message}`, {
      code: 'ABORTED',
      retryable: false,
      cause: signal?.reason,
    })
  }
}
