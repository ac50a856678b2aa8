import type { Pace } from '../engine.js'
import { createPace } from '../pace.js'
import type { RowQueue } from './connect.js'

/** When the API names no time. */
const HOLD = 500
const LONGEST_HOLD = 60_000

/** A complaint that one worker hears holds all of them back; each goes up again by itself. */
export function sharedPace(queue: RowQueue, signal: AbortSignal, onError: (error: Error) => void): Pace {
  const own = createPace(Number.POSITIVE_INFINITY, signal)
  return {
    ...own,
    throttled(delay) {
      own.throttled(delay)
      queue.rateLimit(Math.min(Math.max(delay ?? 0, HOLD), LONGEST_HOLD)).catch(onError)
    },
  }
}
