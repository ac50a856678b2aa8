import { setTimeout as wait } from 'node:timers/promises'
import { RequestError, type Wechatpay } from '../../index.js'
import type { Engine, Work } from '../engine.js'
import type { RedisAddress } from '../options.js'
import { takeRows } from '../rows-to-send.js'
import { limitQueue } from './limits.js'
import { closeConnection, loadBullmq, openQueue, retryCommand } from './queue.js'
import { createRowCipher } from './row-cipher.js'
import { WaitingRows } from './waiting-rows.js'

/** The number of rows in Redis at once: enough for all workers, and little memory. */
const AHEAD = 5_000
const BATCH = 250
/** The pause in milliseconds between two polls for outcomes. */
const POLL_INTERVAL = 200
/** Outcomes come in about the order of the rows; one poll in so many finds those that do not. */
const FULL_POLL = 25

/**
 * The engine whose rows are sent by workers, wherever they run; this process enqueues rows and collects outcomes.
 *
 * @param client the client by whose private key the rows are encrypted
 * @param name the name of the queue
 * @param rate the highest number of calls a second of all workers together
 */
export function bullmqEngine(client: Wechatpay, redis: RedisAddress, name: string, rate: number): Engine {
  return {
    async run(work) {
      assertRepeatable(work)
      const queue = await openQueue(await loadBullmq(), name, redis, () => {})
      try {
        const liftLimit = await limitQueue(queue, rate)
        await enqueueAndCollect(work, new WaitingRows(queue, work, createRowCipher(client)))
        await retryCommand(liftLimit)
      } finally {
        await closeConnection(queue)
      }
    },
  }
}

async function enqueueAndCollect({ rows, signal }: Work, waiting: WaitingRows): Promise<void> {
  const source = rows[Symbol.asyncIterator]()
  let ended = false
  let withdrawn = false
  try {
    for (let poll = 1; ; poll++) {
      if (!ended && !signal.aborted && waiting.size < AHEAD) {
        const batch = await takeRows(source, BATCH, signal)
        ended = batch.length < BATCH
        if (batch.length > 0 && !signal.aborted) await waiting.add(batch)
      }
      const found = await waiting.collect(signal.aborted || poll % FULL_POLL === 0)
      if (signal.aborted && !withdrawn) {
        withdrawn = true
        await waiting.withdraw()
      }
      if (waiting.size === 0 && (ended || signal.aborted)) return
      const isFilling = !ended && !signal.aborted && waiting.size < AHEAD
      if (found === 0 && !isFilling) await wait(POLL_INTERVAL)
    }
  } finally {
    await source.return?.()
  }
}

/** Rows that may not be repeated are refused: when a worker is cut off, another sends its rows again. */
function assertRepeatable({ job }: Work): void {
  if (job.repeatable) return
  throw new RequestError(
    `${job.verb.toUpperCase()} ${job.path} has no number by which the API knows a repeated request; ` +
      "rows that a lost worker had begun could be carried out twice. Use the engine 'local'",
  )
}
