import type { Engine, PlannedRow, Work } from './engine.js'
import { sendPaced } from './send-row.js'

/** The number of rows that are recorded before it is their turn, so that none of them waits for the disk. */
const AHEAD = 32

/** The engine that sends rows by this process, `concurrency` of them at once. */
export const localEngine: Engine = {
  async run(work) {
    const { concurrency, pace, send, signal, job } = work
    // Where a repeated request would do harm, only rows that are really in flight may be left open by a crash.
    const queue = createQueue(work, job.repeatable ? Math.max(AHEAD, 2 * concurrency) : 0)
    const worker = async (): Promise<void> => {
      while (!signal.aborted) {
        const row = await queue.take()
        if (!row) return
        if (signal.aborted) return queue.putBack(row)
        work.finish(row, await sendPaced(row, send, pace))
      }
    }
    // When one worker fails, the rows of the others still get their outcomes.
    const results = await Promise.allSettled(Array.from({ length: concurrency }, worker))
    await queue.close()
    const failure = results.find((result) => result.status === 'rejected')
    if (failure) throw failure.reason
  },
}

/** A queue of rows that are recorded while others are in flight. */
function createQueue({ rows, begin, release, signal }: Work, ahead: number) {
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
  /** Never rejects: `take` throws the error once there are no more rows. */
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
    /** The next row; `undefined` when there are no more. */
    async take(): Promise<PlannedRow | undefined> {
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
      // The next rows are recorded while this one is sent.
      if (ready.length < ahead / 2 && !ended && !signal.aborted) void refill()
      return row
    },
    putBack: (row: PlannedRow): void => void ready.unshift(row),
    /** Releases the rows that were recorded and not taken. */
    async close(): Promise<void> {
      await filling
      if (ready.length > 0) release(ready.splice(0))
      await source.return?.()
    },
  }
}
