import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from './engine.js'

/** The time in milliseconds in which further refusals count as one: those calls were in flight already. */
const SAME_REFUSAL = 500
const DECREASE = 0.5
/** The part of the refused rate that is added again each second. */
const INCREASE = 0.05
const LOWEST_RATE = 1
/** The time in milliseconds over which the actual rate is measured. */
const MEASURED_OVER = 250

/** The time in milliseconds, which tests replace. */
export interface PaceClock {
  now(): number
  /** Resolves early when the signal is aborted. */
  sleep(delay: number, signal: AbortSignal): Promise<void>
}

const SYSTEM_CLOCK: PaceClock = {
  now: () => performance.now(),
  sleep: (delay, signal) => wait(delay, undefined, { signal }).catch(() => {}),
}

/**
 * Limits calls to `rate` a second. A refusal of the API halves the actual rate, and it rises again in equal steps (additive
 * increase, multiplicative decrease, as in TCP), because the API's limit is not known.
 */
export function createPace(
  rate: number,
  signal: AbortSignal,
  { now, sleep }: PaceClock = SYSTEM_CLOCK,
): Pace {
  let limit = rate
  /** When the next call may be made. */
  let nextCall = 0
  let refusedAt = Number.NEGATIVE_INFINITY
  let raisedAt = 0
  /** The rate at the last refusal. */
  let refusedRate = 0
  let windowStart = now()
  let inWindow = 0
  let measured = 0

  const count = (): void => {
    const time = now()
    inWindow++
    if (time - windowStart < MEASURED_OVER) return
    measured = (inWindow * 1000) / (time - windowStart)
    windowStart = time
    inWindow = 0
  }

  return {
    async turn() {
      for (;;) {
        const time = now()
        if (nextCall <= time + 1 || signal.aborted) break
        // A refusal of another call may move the time meanwhile, so it is checked again every second.
        await sleep(Math.min(nextCall - time, 1000), signal)
      }
      if (limit !== Number.POSITIVE_INFINITY) nextCall = Math.max(nextCall, now()) + 1000 / limit
    },
    throttled(delay = 0) {
      const time = now()
      nextCall = Math.max(nextCall, time + delay)
      if (time - refusedAt < SAME_REFUSAL + delay) return
      refusedAt = time
      raisedAt = time + delay
      const current = Math.min(limit, measured > 0 ? measured : (inWindow * 1000) / MEASURED_OVER)
      refusedRate = Math.max(current, LOWEST_RATE)
      limit = Math.max(LOWEST_RATE, refusedRate * DECREASE)
    },
    passed() {
      count()
      const time = now()
      if (limit >= rate || time - raisedAt < 1000) return
      raisedAt = time
      limit = Math.min(rate, limit + Math.max(LOWEST_RATE, refusedRate * INCREASE))
      // A job without a rate of its own is not limited any more once it is well above the rate that was refused.
      if (rate === Number.POSITIVE_INFINITY && limit > refusedRate * 4) limit = rate
    },
  }
}
