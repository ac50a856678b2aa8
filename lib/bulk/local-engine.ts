import type { Engine, PlannedRow, Work } from './engine.js'
import { takeRows } from './rows-to-send.js'
import { sendPaced } from './send-row.js'

/** The number of rows that are recorded before it is their turn, so that none of them waits for the disk. */
const AHEAD = 32

/** The engine that sends rows by this process, `concurrency` of them at once. */
export const localEngine: Engine = {
  async run(work) {
    const { concurrency, pace, send, signal, job, begin, release, finish } = work
    // Where a repeated request would do harm, only rows that are really in flight may be left open by a crash.
    const rows = job.repeatable ? begunRows(work) : work.rows[Symbol.asyncIterator]()
    const worker = async (): Promise<void> => {
      while (!signal.aborted) {
        const { value: row, done } = await rows.next()
        if (done) return
        if (signal.aborted) return job.repeatable ? release([row]) : undefined
        if (!job.repeatable) await begin([row])
        finish(row, await sendPaced(row, send, pace))
      }
    }
    // When one worker fails, the rows of the others still get their outcomes.
    const results = await Promise.allSettled(Array.from({ length: concurrency }, worker))
    await rows.return?.()
    const failure = results.find((result) => result.status === 'rejected')
    if (failure) throw failure.reason
  },
}

/** The rows of a job, recorded as begun while those before them are sent. Rows that nobody takes are released. */
async function* begunRows({ rows, begin, release, signal, concurrency }: Work): AsyncGenerator<PlannedRow> {
  const source = rows[Symbol.asyncIterator]()
  const size = Math.max(AHEAD, 2 * concurrency)
  const beginNext = async (): Promise<PlannedRow[]> => {
    const batch = await takeRows(source, size, signal)
    if (batch.length > 0) await begin(batch)
    return batch
  }
  let batch: PlannedRow[] = []
  let next = beginNext()
  try {
    for (;;) {
      batch = await next
      if (batch.length === 0) return
      next = beginNext()
      // Its error is thrown when the rows of this batch have been taken.
      next.catch(() => {})
      for (let row = batch.shift(); row; row = batch.shift()) yield row
    }
  } finally {
    const left = [...batch, ...(await next.catch(() => []))]
    if (left.length > 0) release(left)
    await source.return?.()
  }
}
