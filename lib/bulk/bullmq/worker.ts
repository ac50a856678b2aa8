import { setMaxListeners } from 'node:events'
import type { Job as QueuedRow } from 'bullmq'
import type { Wechatpay } from '../../index.js'
import { accountOf } from '../account.js'
import type { Outcome, Pace, Send } from '../engine.js'
import { concurrencyOf } from '../options.js'
import { sendPaced, watchRetries } from '../paced-send.js'
import { createSend } from '../send-row.js'
import { closeSoon } from './close.js'
import { connectionOf, loadBullmq, openQueue } from './connect.js'
import type { BulkQueueOptions } from './options.js'
import type { CallOptions, Payload } from './payload.js'
import { queueName } from './queue-name.js'
import { sharedPace } from './shared-pace.js'

/** A worker: it sends the rows of every job that is in the queue, until it is told to end. */
export interface BulkWorkerOptions extends BulkQueueOptions {
  readonly client: Wechatpay
  /** Whose jobs it does, such as the merchant id: the same as that of the run, and the client's own. */
  readonly account?: string
  /** Calls under way at once in this process; 16 when absent. */
  readonly concurrency?: number
  /** Ends the worker: it takes no further row, and waits for those under way. */
  readonly signal?: AbortSignal
  /** Called when it has found Redis. */
  readonly onReady?: (worker: { readonly queue: string }) => void
  /** Told of a lost connection and the like; the worker goes on by itself. */
  readonly onError?: (error: Error) => void
}

/** What a worker has done. */
export interface BulkWorkerSummary {
  readonly acknowledged: number
  readonly failed: number
  readonly queue: string
}

/** A worker that does not renew its claim on a row for as long has died, and another takes the row. */
const CLAIM = 15_000
const LOOK_FOR_DEAD = 5_000

/**
 * Sends rows that runs with `engine: 'bullmq'` have put in a queue; on as many hosts as there are. It has the keys,
 * they are not in Redis. Resolves when `signal` is aborted and the rows under way have their outcome.
 *
 * @throws {ConfigError} when BullMQ is not installed, or Redis cannot be reached at the beginning.
 */
export async function runBulkWorker(options: BulkWorkerOptions): Promise<BulkWorkerSummary> {
  const { client, redis, account, signal = new AbortController().signal, onError = () => {} } = options
  const concurrency = concurrencyOf(options.concurrency)
  const name = queueName(accountOf(client, account), options.queue)
  const bullmq = await loadBullmq()
  const queue = await openQueue(bullmq, name, redis, onError)
  setMaxListeners(0, signal)
  const pace = sharedPace(queue, signal, onError)
  const calls = createCalls(client, pace)
  const done = { acknowledged: 0, failed: 0 }
  const underWay = new Set<Promise<Outcome>>()
  const send = async ({ data }: QueuedRow<Payload, Outcome>): Promise<Outcome> => {
    const { call, number, request } = data
    const sending = sendPaced({ number, request, columns: {} }, calls.sendOf(call), pace)
    underWay.add(sending)
    const outcome = await sending
    underWay.delete(sending)
    done[outcome.ok ? 'acknowledged' : 'failed']++
    return outcome
  }
  const worker = new bullmq.Worker<Payload, Outcome>(name, send, {
    ...{ connection: connectionOf(redis), concurrency, lockDuration: CLAIM, stalledInterval: LOOK_FOR_DEAD },
    // A row may lose any number of workers; its number makes that harmless.
    ...{ maxStalledCount: 1_000_000, runRetryDelay: 1_000 },
  })
  worker.on('error', onError)
  options.onReady?.({ queue: name })
  try {
    await aborted(signal)
  } finally {
    await Promise.all(underWay)
    await closeSoon(worker)
    calls.close()
    await closeSoon(queue)
  }
  return { ...done, queue: name }
}

/** Rows of one job share what makes their calls. */
function createCalls(client: Wechatpay, pace: Pace): { sendOf(call: CallOptions): Send; close(): void } {
  const sends = new Map<string, Send>()
  const unwatch = new Map<string, () => void>()
  return {
    sendOf(call) {
      const key = JSON.stringify(call)
      const known = sends.get(key)
      if (known) return known
      if (!unwatch.has(call.path)) unwatch.set(call.path, watchRetries(call, pace))
      const send = createSend(client, call)
      sends.set(key, send)
      return send
    },
    close() {
      for (const end of unwatch.values()) end()
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
