import type { Engine, PlannedRow, Work } from './engine.js'
import { sendPaced } from './paced-send.js'

/** Rows that are written down together before they are sent: so many share one wait for the disk. */
const AHEAD = 64

/** This process sends the rows, as many at once as it may. */
export const localEngine: Engine = {
  async run(work) {
    const { concurrency, pace, send, signal, job } = work
    // Where a repeat would do harm, only what is truly in flight may be of unknown fate after a crash.
    const queue = createQueue(work, job.repeatable ? Math.max(AHEAD, concurrency) : 0)
    const worker = async (): Promise<void> => {
      while (!signal.aborted) {
        const row = await queue.take()
        if (!row) return
        if (signal.aborted) return queue.giveBack(row)
        work.finish(row, await sendPaced(row, send, pace))
      }
    }
    try {
      await Promise.all(Array.from({ length: concurrency }, worker))
    } finally {
      await queue.close()
    }
  },
}

interface Queue {
  take(): Promise<PlannedRow | undefined>
  giveBack(row: PlannedRow): void
  close(): Promise<void>
}

/** Rows that are ready to be sent: written down, while others are under way. */
function createQueue({ rows, begin, release, signal }: Work, ahead: number): Queue {
  const source = rows[Symbol.asyncIterator]()
  const ready: PlannedRow[] = []
  let ended = false
  let waiting = 0
  let filling: Promise<void> | undefined

  const fill = async (): Promise<void> => {
    const batch: PlannedRow[] = []
    const size = Math.max(ahead, waiting, 1)
    while (batch.length < size && !signal.aborted) {
      const { value, done } = await source.next()
      ended = done === true
      if (ended) break
      batch.push(value as PlannedRow)
    }
    if (batch.length > 0) await begin(batch)
    ready.push(...batch)
  }
  const refill = (): Promise<void> => {
    filling ??= fill().finally(() => {
      filling = undefined
    })
    return filling
  }

  return {
    async take() {
      while (ready.length === 0 && !ended && !signal.aborted) {
        waiting++
        try {
          await refill()
        } finally {
          waiting--
        }
      }
      const row = ready.shift()
      // The next ones are written down meanwhile. What goes wrong with that is told to whoever waits for them.
      if (ready.length < ahead / 2 && !ended && !signal.aborted) refill().catch(() => {})
      return row
    },
    giveBack: (row) => void ready.unshift(row),
    async close() {
      await filling?.catch(() => {})
      if (ready.length > 0) release(ready.splice(0))
      await source.return?.()
    },
  }
}
