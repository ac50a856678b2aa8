import type { Engine, PlannedRow, Work } from './engine.js'
import { sendPaced } from './paced-send.js'

/** Rows that are written down before it is their turn, so that none of them waits for the disk. */
const AHEAD = 32

/** This process sends the rows, as many at once as it may. */
export const localEngine: Engine = {
  async run(work) {
    const { concurrency, pace, send, signal, job } = work
    // Where a repeat would do harm, only what is truly in flight may be of unknown fate after a crash.
    const queue = createQueue(work, job.repeatable ? Math.max(AHEAD, 2 * concurrency) : 0)
    const worker = async (): Promise<void> => {
      while (!signal.aborted) {
        const row = await queue.take()
        if (!row) return
        if (signal.aborted) return queue.giveBack(row)
        work.finish(row, await sendPaced(row, send, pace))
      }
    }
    // Whatever goes wrong with one row, those under way come to their end and are written down.
    const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker))
    await queue.close()
    const failure = ended.find((each) => each.status === 'rejected')
    if (failure) throw failure.reason
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
  let failure: { readonly error: unknown } | undefined
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
  /** Never rejects: what goes wrong is told to whoever finds no row. */
  const refill = (): Promise<void> => {
    filling ??= fill()
      .catch((error: unknown) => {
        failure ??= { error }
        ended = true
      })
      .finally(() => {
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
      if (!row && failure) throw failure.error
      // The next ones are written down meanwhile.
      if (ready.length < ahead / 2 && !ended && !signal.aborted) void refill()
      return row
    },
    giveBack: (row) => void ready.unshift(row),
    async close() {
      await filling
      if (ready.length > 0) release(ready.splice(0))
      await source.return?.()
    },
  }
}
