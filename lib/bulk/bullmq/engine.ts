import { setTimeout as wait } from 'node:timers/promises'
import { RequestError } from '../../errors.js'
import type { Engine, PlannedRow, Work } from '../engine.js'
import { closeSoon } from './close.js'
import { loadBullmq, openQueue } from './connect.js'
import type { RedisAddress } from './options.js'
import { persist } from './persist.js'
import { limitQueue } from './rate.js'
import { createWaitingRows, type WaitingRows } from './waiting-rows.js'

/** Where the rows go, and how fast they may be sent. */
export interface BullmqEngineOptions {
  readonly redis: RedisAddress
  /** Name of the queue. */
  readonly queue: string
  /** Calls a second of all workers together. */
  readonly rate: number
}

/** Rows that are in Redis at once: plenty for all workers, little for its memory and this one. */
const AHEAD = 5_000
const BATCH = 250
const LOOK_EVERY = 200
/** Outcomes come in about the order of the rows; one look in so many finds those that do not. */
const FULL_LOOK = 25

/** Workers send the rows, wherever they are; this process puts them in the queue and writes down what becomes of them. */
export function bullmqEngine({ redis, queue: name, rate }: BullmqEngineOptions): Engine {
  return {
    async run(work) {
      assertRepeatable(work)
      const queue = await openQueue(await loadBullmq(), name, redis, () => {})
      try {
        const lift = await limitQueue(queue, rate)
        await shareOut(work, createWaitingRows(queue, work))
        await persist(lift)
      } finally {
        await closeSoon(queue)
      }
    },
  }
}

async function shareOut({ rows, signal }: Work, waiting: WaitingRows): Promise<void> {
  const source = rows[Symbol.asyncIterator]()
  let ended = false
  let withdrawn = false
  try {
    for (let look = 1; ; look++) {
      if (!ended && !signal.aborted && waiting.size < AHEAD) {
        const batch = await take(source, signal)
        ended = batch.length < BATCH
        if (batch.length > 0 && !signal.aborted) await waiting.add(batch)
      }
      const found = await waiting.collect(signal.aborted || look % FULL_LOOK === 0)
      if (signal.aborted && !withdrawn) {
        withdrawn = true
        await waiting.withdraw()
      }
      if (waiting.size === 0 && (ended || signal.aborted)) return
      const isFilling = !ended && !signal.aborted && waiting.size < AHEAD
      if (found === 0 && !isFilling) await wait(LOOK_EVERY)
    }
  } finally {
    await source.return?.()
  }
}

async function take(source: AsyncIterator<PlannedRow>, signal: AbortSignal): Promise<PlannedRow[]> {
  const batch: PlannedRow[] = []
  while (batch.length < BATCH && !signal.aborted) {
    const { value, done } = await source.next()
    if (done) break
    batch.push(value)
  }
  return batch
}

/** A worker that is cut off may have sent its rows; another sends them again. */
function assertRepeatable({ job }: Work): void {
  if (job.repeatable) return
  throw new RequestError(
    `${job.verb.toUpperCase()} ${job.path} has no number by which the API knows a repeated request; ` +
      "rows that a lost worker had begun could be carried out twice. Use the engine 'local'",
  )
}
