import type { Pace } from '../engine.js'
import { createPace } from '../pace.js'
import type { RowQueue } from './queue.js'

/** A limit that no job reaches: BullMQ can pause the workers of a queue only where there is a limit. */
const UNLIMITED = [1_000_000, 1_000] as const
/** The pause in milliseconds after a refusal where the API names none. */
const PAUSE = 500
const LONGEST_PAUSE = 60_000

/** Limits all workers of the queue together, and returns the function that lifts the limit. Without a rate an existing limit stays. */
export async function limitQueue(queue: RowQueue, rate: number): Promise<() => Promise<void>> {
  if (rate === Number.POSITIVE_INFINITY) {
    if (!(await queue.getGlobalRateLimit())) await queue.setGlobalRateLimit(...UNLIMITED)
    return async () => {}
  }
  // Calls are counted in steps of about a tenth of a second, so that they do not come in bursts.
  const max = Math.max(1, Math.round(rate / 10))
  const duration = Math.max(1, Math.round((max * 1_000) / rate))
  await queue.setGlobalRateLimit(max, duration)
  return async () => {
    const current = await queue.getGlobalRateLimit()
    const isOurs = current?.max === max && current.duration === duration
    if (isOurs) await queue.setGlobalRateLimit(...UNLIMITED)
  }
}

/** The pace of a worker whose refusals pause all workers of the queue; each speeds up again by itself. */
export function sharedPace(queue: RowQueue, signal: AbortSignal, onError: (error: Error) => void): Pace {
  const own = createPace(Number.POSITIVE_INFINITY, signal)
  return {
    ...own,
    throttled(delay) {
      own.throttled(delay)
      queue.rateLimit(Math.min(Math.max(delay ?? 0, PAUSE), LONGEST_PAUSE)).catch(onError)
    },
  }
}
