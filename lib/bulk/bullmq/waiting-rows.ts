import type { Job as QueuedRow } from 'bullmq'
import type { Failed, Outcome, PlannedRow, Work } from '../engine.js'
import type { RowQueue } from './connect.js'
import { type Payload, payloadOf, rowId } from './payload.js'
import { persist } from './persist.js'

/** Looked up at once. */
const BATCH = 250
/** Outcomes stay in Redis until they are fetched; when nobody does, as long. */
const KEEP = { age: 14 * 24 * 3600 } as const

/** The rows of a run that are in the queue and whose outcome is not written down yet. */
export interface WaitingRows {
  readonly size: number
  /** Puts rows in the queue; those that are there already stay as they are. */
  add(rows: readonly PlannedRow[]): Promise<void>
  /**
   * Writes down the outcomes there are, from the oldest row on; gives how many there were.
   *
   * @param all look at every row, not only until nothing is found
   */
  collect(all: boolean): Promise<number>
  /** Takes back what no worker has begun. */
  withdraw(): Promise<void>
}

export function createWaitingRows(queue: RowQueue, work: Work): WaitingRows {
  const waiting = new Map<string, PlannedRow>()

  const enqueue = (rows: readonly PlannedRow[]): Promise<unknown> =>
    persist(() =>
      queue.addBulk(
        rows.map((row) => ({
          name: 'row',
          data: payloadOf(work.job, row),
          opts: { jobId: rowId(work.job, row), removeOnComplete: KEEP, removeOnFail: KEEP },
        })),
      ),
    )

  /** Gone from Redis only when the journal has it: until then another run could still fetch it. */
  const forget = async (ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return
    await work.begin([])
    await persist(() => Promise.all(ids.map((id) => queue.remove(id))))
  }

  const collectSome = async (ids: readonly string[]): Promise<number> => {
    const found = await persist(() => Promise.all(ids.map((id) => queue.getJob(id))))
    const settled: string[] = []
    const lost: PlannedRow[] = []
    for (const [index, id] of ids.entries()) {
      const row = waiting.get(id) as PlannedRow
      const queued = found[index]
      const outcome = queued && outcomeOf(queued)
      if (!queued) lost.push(row)
      else if (outcome) {
        work.finish(row, outcome)
        waiting.delete(id)
        settled.push(id)
      }
    }
    await forget(settled)
    // A Redis that was restarted without its last second, or emptied: the number is the same, so no harm is done.
    if (lost.length > 0) await enqueue(lost)
    return settled.length
  }

  return {
    get size() {
      return waiting.size
    },
    async add(rows) {
      await work.begin(rows)
      await enqueue(rows)
      for (const row of rows) waiting.set(rowId(work.job, row), row)
    },
    async collect(all) {
      const ids = [...waiting.keys()]
      let settled = 0
      for (let at = 0; at < ids.length; at += BATCH) {
        const some = await collectSome(ids.slice(at, at + BATCH))
        settled += some
        if (some === 0 && !all) break
      }
      return settled
    },
    async withdraw() {
      const ids = [...waiting.keys()]
      for (let at = 0; at < ids.length; at += BATCH) {
        const some = ids.slice(at, at + BATCH)
        const states = await persist(() => Promise.all(some.map((id) => queue.getJobState(id))))
        const untouched = some.filter((_, index) => states[index] === 'waiting')
        const removed = await persist(() => Promise.all(untouched.map((id) => queue.remove(id))))
        // The journal keeps them as begun: a worker may have been faster, and then the next run repeats the number.
        for (const [index, id] of untouched.entries()) if (removed[index] === 1) waiting.delete(id)
      }
    },
  }
}

function outcomeOf({
  finishedOn,
  failedReason,
  returnvalue,
}: QueuedRow<Payload, unknown>): Outcome | undefined {
  if (finishedOn === undefined) return undefined
  const isOutcome = typeof (returnvalue as Outcome | null)?.ok === 'boolean'
  return isOutcome ? (returnvalue as Outcome) : workerFailed(failedReason)
}

const workerFailed = (reason = 'it gave no outcome'): Failed => ({
  ok: false,
  code: 'WORKER_FAILED',
  message: `the worker could not send the row: ${reason}`,
  open: true,
})
