import { Command } from 'commander'
import { addQueueOptions, type QueueFlags, queueOptions } from './bulk-queue.js'
import { interruptible } from './bulk-run.js'
import { accountOf, addClientOptions, type ClientFlags, clientOptions } from './config.js'
import { note } from './output.js'
import { toNumber } from './to-number.js'

interface WorkerFlags extends ClientFlags, QueueFlags {
  readonly concurrency?: number
}

const HELP = `
It sends the rows that wxpay bulk … --engine bullmq puts in the queue, until Ctrl-C. Run as many as you like, on as
many hosts; each needs the merchant's keys, Redis has none of them. Takes the packages bullmq and ioredis.`

/** `wxpay bulk worker`: sends what others have put in the queue. */
export function bulkWorkerCommand(): Command {
  const command = new Command('worker')
    .description('Send rows of jobs that are shared by Redis')
    .option('--concurrency <number>', 'calls under way at once (default: 16)', toNumber)
    .addHelpText('after', HELP)
    .exitOverride()
  addQueueOptions(command)
  return addClientOptions(command).action(async (_: WorkerFlags, self: Command) => {
    // The flags that `bulk` has too are taken by it, wherever they stand.
    await runWorker(self.optsWithGlobals<WorkerFlags>())
  })
}

async function runWorker(flags: WorkerFlags): Promise<void> {
  const [{ Wechatpay }, { runBulkWorker }] = await Promise.all([
    import('../index.js'),
    import('../bulk/index.js'),
  ])
  const shared = queueOptions(flags)
  const options = clientOptions(flags)
  const client = new Wechatpay(options)
  const interruption = interruptible()
  let last = ''
  try {
    const { acknowledged, failed } = await runBulkWorker({
      ...shared,
      ...(flags.concurrency !== undefined && { concurrency: flags.concurrency }),
      ...{ client, account: accountOf(options), signal: interruption.signal },
      onReady: ({ queue }) => note(`Sending what comes to the queue ${queue}. Ctrl-C ends it.`),
      onError: ({ message }) => {
        // While Redis is away the same is told several times a second.
        if (message !== last) note(`Redis: ${message}`)
        last = message
      },
    })
    note(`${acknowledged} acknowledged, ${failed} failed by this worker`)
  } finally {
    interruption.end()
    client.close()
  }
}
