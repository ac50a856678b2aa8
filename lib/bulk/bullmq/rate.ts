import type { RowQueue } from './connect.js'

/** As good as none; there has to be a limit so that workers can be held back at all. */
const UNLIMITED = { max: 1_000_000, duration: 1_000 } as const

interface Limit {
  readonly max: number
  readonly duration: number
}

/** Calls a second as BullMQ counts them: in steps of about a tenth of a second, so that they do not come in bursts. */
export function limitOf(rate: number): Limit {
  const max = Math.max(1, Math.round(rate / 10))
  return { max, duration: Math.max(1, Math.round((max * 1_000) / rate)) }
}

/** Sets what all workers of the queue together may do; returns what lifts it again. Without a rate, what is set stays. */
export async function limitQueue(queue: RowQueue, rate: number): Promise<() => Promise<void>> {
  const current = await queue.getGlobalRateLimit()
  if (rate === Number.POSITIVE_INFINITY) {
    if (!current) await queue.setGlobalRateLimit(UNLIMITED.max, UNLIMITED.duration)
    return async () => {}
  }
  const { max, duration } = limitOf(rate)
  await queue.setGlobalRateLimit(max, duration)
  return async () => {
    const now = await queue.getGlobalRateLimit()
    const isOurs = now?.max === max && now.duration === duration
    if (isOurs) await queue.setGlobalRateLimit(UNLIMITED.max, UNLIMITED.duration)
  }
}
