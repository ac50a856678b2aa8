import type { Job as QueueJob } from 'bullmq'
import type { Failed, Outcome, PlannedRow, Work } from '../engine.js'
import { type RowQueue, retryCommand } from './queue.js'
import { type QueuedRow, queuedRowId, toQueuedRow } from './queued-row.js'

/** The number of rows that are looked up at once. */
const BATCH = 250
/** How long outcomes stay in Redis when no run collects them; in seconds. */
const RETENTION = { age: 14 * 24 * 3600 } as const

/** The rows of a run that are in the queue and have no recorded outcome yet. */
export interface WaitingRows {
  readonly size: number
  /** Adds rows to the queue; rows that are in it already stay as they are. */
  add(rows: readonly PlannedRow[]): Promise<void>
  /**
   * Records the outcomes there are, from the oldest row on, and returns their number.
   *
   * @param all whether every row is looked up, and not only until a batch has no outcome
   */
  collect(all: boolean): Promise<number>
  /** Removes the rows from the queue that no worker has begun. */
  withdraw(): Promise<void>
}

export function createWaitingRows(queue: RowQueue, work: Work): WaitingRows {
  const waiting = new Map<string, PlannedRow>()

  const enqueue = (rows: readonly PlannedRow[]): Promise<unknown> =>
    retryCommand(() =>
      queue.addBulk(
        rows.map((row) => ({
          name: 'row',
          data: toQueuedRow(work.job, row),
          opts: { jobId: queuedRowId(work.job, row), removeOnComplete: RETENTION, removeOnFail: RETENTION },
        })),
      ),
    )

  /** Removes outcomes once the journal has them on the disk: until then another run may need to collect them. */
  const remove = async (ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return
    await work.begin([])
    await retryCommand(() => Promise.all(ids.map((id) => queue.remove(id))))
  }

  const collectSome = async (ids: readonly string[]): Promise<number> => {
    const found = await retryCommand(() => Promise.all(ids.map((id) => queue.getJob(id))))
    const collected: string[] = []
    const lost: PlannedRow[] = []
    for (const [index, id] of ids.entries()) {
      const row = waiting.get(id) as PlannedRow
      const queued = found[index]
      const outcome = queued && outcomeOf(queued)
      if (!queued) lost.push(row)
      else if (outcome) {
        work.finish(row, outcome)
        waiting.delete(id)
        collected.push(id)
      }
    }
    await remove(collected)
    // Redis was emptied, or restarted without its last second; the rows keep their numbers, so no harm is done.
    if (lost.length > 0) await enqueue(lost)
    return collected.length
  }

  return {
    get size() {
      return waiting.size
    },
    async add(rows) {
      await work.begin(rows)
      await enqueue(rows)
      for (const row of rows) waiting.set(queuedRowId(work.job, row), row)
    },
    async collect(all) {
      const ids = [...waiting.keys()]
      let collected = 0
      for (let at = 0; at < ids.length; at += BATCH) {
        const some = await collectSome(ids.slice(at, at + BATCH))
        collected += some
        if (some === 0 && !all) break
      }
      return collected
    },
    async withdraw() {
      const ids = [...waiting.keys()]
      for (let at = 0; at < ids.length; at += BATCH) {
        const some = ids.slice(at, at + BATCH)
        const states = await retryCommand(() => Promise.all(some.map((id) => queue.getJobState(id))))
        const untouched = some.filter((_, index) => states[index] === 'waiting')
        const removed = await retryCommand(() => Promise.all(untouched.map((id) => queue.remove(id))))
        // The journal still has them as begun: if a worker was faster, the next run repeats the number.
        for (const [index, id] of untouched.entries()) if (removed[index] === 1) waiting.delete(id)
      }
    },
  }
}

function outcomeOf({
  finishedOn,
  failedReason,
  returnvalue,
}: QueueJob<QueuedRow, unknown>): Outcome | undefined {
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
