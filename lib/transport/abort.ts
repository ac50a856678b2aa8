import { NetworkError } from '../errors.js'
import type { Clock } from './clock.js'

/** What an attempt says of itself when it is cut short. */
export interface Attempt {
  readonly endpoint: { readonly name: string }
  readonly clock: Clock
}

/**
 * A promise that is given up when its signal says so. What it stands for goes on; nobody waits for it.
 *
 * @throws {NetworkError} code `TIMEOUT` or `ABORTED`
 */
export async function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
  attempt: Attempt,
): Promise<Result> {
  if (!signal) return promise
  const { promise: aborted, reject } = withResolvers()
  const abort = () => reject(interruption(attempt, signal))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse
  })
  return { promise, reject }
}

function interruption({ endpoint, clock }: Attempt, { reason }: AbortSignal): NetworkError {
  if (clock.isOver) {
    const why = `no platform certificates within ${clock.limit} ms`
    return new NetworkError(`${endpoint.name}: ${why}`, { code: 'TIMEOUT', retryable: true })
  }
  return new NetworkError(`${endpoint.name}: aborted`, { code: 'ABORTED', retryable: false, cause: reason })
}
