import { setMaxListeners } from 'node:events'
import type { Job as QueueJob } from 'bullmq'
import { RequestError, type Wechatpay } from '../../index.js'
import type { Outcome, Pace, Send } from '../engine.js'
import type { JobCall } from '../job.js'
import { accountOf, type BulkQueueOptions, concurrencyOf } from '../options.js'
import { createSend, sendPaced, watchRetries } from '../send-row.js'
import { sharedPace } from './limits.js'
import { closeConnection, connectionOf, loadBullmq, openQueue, queueName } from './queue.js'
import { createRowCipher } from './row-cipher.js'

/** The options of a worker, which sends the rows of every job in the queue until it is ended. */
export interface BulkWorkerOptions extends BulkQueueOptions {
  /** The client of the merchant whose jobs it does. */
  readonly client: Wechatpay
  /** The number of calls in flight at once in this process; 16 when absent. */
  readonly concurrency?: number
  /** Ends the worker: it takes no further row, and waits for those in flight. */
  readonly signal?: AbortSignal
  /** Called when the worker is connected to Redis. */
  readonly onReady?: (worker: { readonly queue: string }) => void
  /** Called when the connection is lost, somebody else's row is in the queue, and the like; the worker continues by itself. */
  readonly onError?: (error: Error) => void
}

/** The result of a worker. */
export interface BulkWorkerSummary {
  readonly acknowledged: number
  readonly failed: number
  readonly queue: string
}

/** The time in milliseconds after which a row that its worker has not renewed goes to another: the worker has died. */
const LOCK_DURATION = 15_000
const STALLED_INTERVAL = 5_000

/**
 * Sends the rows that runs with `engine: 'bullmq'` have put in a queue, on as many hosts as you like. The keys stay with
 * the worker; all that Redis has is encrypted by a key that is derived from the merchant's private key. Resolves when `signal`
 * is aborted and the rows in flight have their outcomes.
 *
 * @throws {ConfigError} when BullMQ is not installed, or Redis cannot be reached at the beginning.
 */
export async function runBulkWorker(options: BulkWorkerOptions): Promise<BulkWorkerSummary> {
  const { client, redis, signal = new AbortController().signal, onError = () => {} } = options
  const concurrency = concurrencyOf(options.concurrency)
  const name = queueName(accountOf(client), options.queue)
  const bullmq = await loadBullmq()
  const queue = await openQueue(bullmq, name, redis, onError)
  setMaxListeners(0, signal)
  const pace = sharedPace(queue, signal, onError)
  const cipher = createRowCipher(client)
  const senders = createSenders(client, pace)
  const done = { acknowledged: 0, failed: 0 }
  const inFlight = new Set<Promise<Outcome>>()
  const sendQueued = async (id: string, data: unknown): Promise<Outcome> => {
    const row = cipher.decryptRow(id, data)
    if ('request' in row) return sendPaced({ ...row, columns: {} }, senders.senderOf(row.call), pace)
    onError(new RequestError(`The queue ${name}: ${row.message}`))
    return row
  }
  const send = async ({ id = '', data }: QueueJob<unknown>): Promise<string> => {
    const sending = sendQueued(id, data)
    inFlight.add(sending)
    const outcome = await sending.finally(() => inFlight.delete(sending))
    done[outcome.ok ? 'acknowledged' : 'failed']++
    return cipher.encryptOutcome(id, outcome)
  }
  const worker = new bullmq.Worker<unknown, string>(name, send, {
    ...{ connection: connectionOf(redis), concurrency, lockDuration: LOCK_DURATION },
    ...{ stalledInterval: STALLED_INTERVAL, runRetryDelay: 1_000 },
    // A row may lose any number of workers; its number makes that harmless.
    maxStalledCount: 1_000_000,
  })
  worker.on('error', onError)
  options.onReady?.({ queue: name })
  try {
    await aborted(signal)
  } finally {
    await Promise.all(inFlight)
    await closeConnection(worker)
    senders.close()
    await closeConnection(queue)
  }
  return { ...done, queue: name }
}

/** The functions that send rows, one for all rows of a job. */
function createSenders(client: Wechatpay, pace: Pace) {
  const senders = new Map<string, { readonly send: Send; readonly unwatch: () => void }>()
  return {
    senderOf(call: JobCall): Send {
      const key = JSON.stringify(call)
      const sender = senders.get(key) ?? {
        send: createSend(client, call),
        unwatch: watchRetries(call, pace),
      }
      senders.set(key, sender)
      return sender.send
    },
    close(): void {
      for (const { unwatch } of senders.values()) unwatch()
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
