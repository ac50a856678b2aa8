import type { Command } from 'commander'
import { withClient } from '../client.js'
import { addClientOptions, type ClientFlags } from '../config.js'
import { toNumber, UsageError } from '../input.js'
import { note } from '../output.js'

/** The words that the first Ctrl-C is answered with. */
export const STOPPING = 'Stopping: rows under way are waited for. Ctrl-C again ends at once.'

export interface QueueFlags {
  readonly redis?: string
  readonly queue?: string
}

/** Adds the flags of {@link queueOptions} to a command. */
export function addQueueOptions(command: Command): Command {
  return command
    .option('--redis <url>', 'redis://host:6379 or rediss://…; with a password better in WXPAY_REDIS')
    .option('--queue <name>', "the queue's name (default: made of merchant and access point)")
}

/** @throws {UsageError} when neither flag nor environment has the address of Redis. */
export function queueOptions({ redis = process.env.WXPAY_REDIS, queue }: QueueFlags): {
  readonly redis: string
  readonly queue?: string
} {
  if (!redis) throw new UsageError('--redis, or WXPAY_REDIS, says where Redis is: redis://localhost:6379')
  return { redis, ...(queue !== undefined && { queue }) }
}

interface WorkerFlags extends ClientFlags, QueueFlags {
  readonly concurrency?: number
}

const HELP = `
It sends the rows that wxpay bulk … --engine bullmq puts in the queue, until Ctrl-C. Run as many as you like, on as
many hosts; each needs the merchant's keys, the private key being that of the run. Redis sees no key and nothing of what
is sent. Takes the packages bullmq and ioredis.`

/** `wxpay bulk worker`: sends the rows that other processes have put in the queue. */
export function bulkWorkerCommand(command: Command): void {
  command
    .description('Send rows of jobs that are shared by Redis')
    .option('--concurrency <number>', 'calls under way at once (default: 16)', toNumber)
    .addHelpText('after', HELP)
  addQueueOptions(command)
  addClientOptions(command).action(async (_: WorkerFlags, self: Command) => {
    // Commander gives flags that `bulk` has too to `bulk`, wherever they stand.
    await runWorker(self.optsWithGlobals<WorkerFlags>())
  })
}

async function runWorker(flags: WorkerFlags): Promise<void> {
  const { runBulkWorker } = await import('../../bulk/index.js')
  const { concurrency } = flags
  const queue = queueOptions(flags)
  let lastError = ''
  const { acknowledged, failed } = await withClient(
    flags,
    ({ wxpay: client, signal }) =>
      runBulkWorker({
        ...{ ...queue, client, signal },
        ...(concurrency !== undefined && { concurrency }),
        onReady: ({ queue: name }) => note(`Sending what comes to the queue ${name}. Ctrl-C ends it.`),
        onError: ({ message }) => {
          // While Redis is away the same error comes several times a second.
          if (message !== lastError) note(`Redis: ${message}`)
          lastError = message
        },
      }),
    STOPPING,
  )
  note(`${acknowledged} acknowledged, ${failed} failed by this worker`)
}
