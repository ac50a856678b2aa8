import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from './engine.js'

/** Complaints that come together are one: the calls were under way already. */
const QUIET = 500
const SLOWER = 0.5
/** Part of the highest rate that is won back each second. */
const STEP = 0.05
const LEAST = 1

/** Time, in milliseconds. */
export interface Clock {
  now(): number
  /** Ends early when the signal is aborted. */
  sleep(delay: number, signal: AbortSignal): Promise<void>
}

const REAL: Clock = {
  now: () => performance.now(),
  sleep: (delay, signal) => wait(delay, undefined, { signal }).catch(() => {}),
}

/**
 * Keeps calls at most at `rate` a second. When the API complains it halves what it has just been doing, and goes up
 * again in equal steps: as it is done on networks, where nobody knows either how much there is room for.
 */
export function createPace(rate: number, signal: AbortSignal, { now, sleep }: Clock = REAL): Pace {
  let limit = rate
  let slot = 0
  let complained = Number.NEGATIVE_INFINITY
  let raised = 0
  let ceiling = 0
  let windowStart = now()
  let inWindow = 0
  let measured = 0

  const count = (): void => {
    const time = now()
    inWindow++
    if (time - windowStart < 250) return
    measured = (inWindow * 1000) / (time - windowStart)
    windowStart = time
    inWindow = 0
  }

  return {
    async turn() {
      for (;;) {
        const time = now()
        if (slot <= time + 1 || signal.aborted) break
        // Others may be told to wait meanwhile: the slot is looked at again.
        await sleep(Math.min(slot - time, 1000), signal)
      }
      if (limit !== Number.POSITIVE_INFINITY) slot = Math.max(slot, now()) + 1000 / limit
    },
    throttled(delay = 0) {
      const time = now()
      slot = Math.max(slot, time + delay)
      if (time - complained < QUIET + delay) return
      complained = time
      raised = time + delay
      const current = Math.min(limit, measured > 0 ? measured : inWindow * 4)
      ceiling = Math.max(current, LEAST)
      limit = Math.max(LEAST, ceiling * SLOWER)
    },
    passed() {
      count()
      const time = now()
      if (limit >= rate || time - raised < 1000) return
      raised = time
      limit = Math.min(rate, limit + Math.max(LEAST, ceiling * STEP))
      // Long past the rate that was once too much, there is nothing left to hold back.
      if (rate === Number.POSITIVE_INFINITY && limit > ceiling * 4) limit = rate
    },
  }
}
