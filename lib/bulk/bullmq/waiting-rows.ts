import type { Job as QueueJob } from 'bullmq'
import type { Failed, Outcome, PlannedRow, Work } from '../engine.js'
import { type RowQueue, retryCommand } from './queue.js'
import { queuedRowId, type RowCipher } from './row-cipher.js'

/** The number of rows that are looked up at once. */
const BATCH = 250
/** How long outcomes stay in Redis when no run collects them; in seconds. */
const RETENTION = { age: 14 * 24 * 3600 } as const

/** The rows of a run that are in the queue and have no recorded outcome yet. */
export class WaitingRows {
  readonly #queue: RowQueue
  readonly #work: Work
  readonly #cipher: RowCipher
  readonly #rows = new Map<string, PlannedRow>()

  constructor(queue: RowQueue, work: Work, cipher: RowCipher) {
    this.#queue = queue
    this.#work = work
    this.#cipher = cipher
  }

  get size(): number {
    return this.#rows.size
  }

  /** Adds rows to the queue; rows that are in it already stay as they are. */
  async add(rows: readonly PlannedRow[]): Promise<void> {
    await this.#work.begin(rows)
    await this.#enqueue(rows)
    for (const row of rows) this.#rows.set(queuedRowId(this.#work.job, row), row)
  }

  /**
   * Records the outcomes there are, from the oldest row on, and returns their number.
   *
   * @param all whether every row is looked up, and not only until a batch has no outcome
   */
  async collect(all: boolean): Promise<number> {
    let collected = 0
    for (const ids of this.#batches()) {
      const some = await this.#collectBatch(ids)
      collected += some
      if (some === 0 && !all) break
    }
    return collected
  }

  /** Removes the rows from the queue that no worker has begun. */
  async withdraw(): Promise<void> {
    for (const ids of this.#batches()) {
      const states = await this.#forEach(ids, (id) => this.#queue.getJobState(id))
      const untouched = ids.filter((_, index) => states[index] === 'waiting')
      const removed = await this.#forEach(untouched, (id) => this.#queue.remove(id))
      // The journal still has them as begun: if a worker was faster, the next run repeats the number.
      for (const [index, id] of untouched.entries()) if (removed[index] === 1) this.#rows.delete(id)
    }
  }

  async #enqueue(rows: readonly PlannedRow[]): Promise<void> {
    const { job } = this.#work
    const jobs = rows.map((row) => {
      const jobId = queuedRowId(job, row)
      const data = this.#cipher.encryptRow(jobId, job, row)
      return { name: 'row', data, opts: { jobId, removeOnComplete: RETENTION, removeOnFail: RETENTION } }
    })
    await retryCommand(() => this.#queue.addBulk(jobs))
  }

  async #collectBatch(ids: readonly string[]): Promise<number> {
    const found = await this.#forEach(ids, (id) => this.#queue.getJob(id))
    const collected: string[] = []
    const lost: PlannedRow[] = []
    for (const [index, id] of ids.entries()) {
      const row = this.#rows.get(id) as PlannedRow
      const queued = found[index]
      const outcome = queued && this.#outcomeOf(id, queued)
      if (!queued) lost.push(row)
      else if (outcome) {
        this.#work.finish(row, outcome)
        this.#rows.delete(id)
        collected.push(id)
      }
    }
    if (collected.length > 0) {
      // Outcomes are removed once the journal has them on the disk: until then another run may need to collect them.
      await this.#work.begin([])
      await this.#forEach(collected, (id) => this.#queue.remove(id))
    }
    // Redis was emptied, or restarted without its last second; the rows keep their numbers, so no harm is done.
    if (lost.length > 0) await this.#enqueue(lost)
    return collected.length
  }

  #outcomeOf(id: string, { finishedOn, failedReason, returnvalue }: QueueJob): Outcome | undefined {
    if (finishedOn === undefined) return undefined
    return this.#cipher.decryptOutcome(id, returnvalue) ?? workerFailed(failedReason)
  }

  *#batches(): Generator<readonly string[]> {
    const ids = [...this.#rows.keys()]
    for (let at = 0; at < ids.length; at += BATCH) yield ids.slice(at, at + BATCH)
  }

  #forEach<T>(ids: readonly string[], command: (id: string) => Promise<T>): Promise<T[]> {
    return retryCommand(() => Promise.all(ids.map(command)))
  }
}

const workerFailed = (reason = 'its report is not by the private key of this run'): Failed => ({
  ok: false,
  code: 'WORKER_FAILED',
  message: `the worker could not send the row: ${reason}`,
  open: true,
})
