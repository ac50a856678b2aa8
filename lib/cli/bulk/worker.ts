import type { Command } from 'commander'
import { withClient } from '../client.js'
import { addClientOptions, type ClientFlags } from '../config.js'
import { toNumber, UsageError } from '../input.js'
import { words } from '../language.js'
import { note } from '../output.js'

/** The words that the first Ctrl-C is answered with. */
export const STOPPING: string = words(
  'Stopping: rows under way are waited for. Ctrl-C again ends at once.',
  '正在停止：等待在途的行完成。再按一次 Ctrl-C 立即结束。',
)

export interface QueueFlags {
  readonly redis?: string
  readonly queue?: string
}

/** Adds the flags of {@link queueOptions} to a command. */
export function addQueueOptions(command: Command): Command {
  return command
    .option(
      '--redis <url>',
      words(
        'redis://host:6379 or rediss://…; with a password better in WXPAY_REDIS',
        'redis://host:6379 或 rediss://…；带密码时最好写在 WXPAY_REDIS 里',
      ),
    )
    .option(
      '--queue <name>',
      words(
        "the queue's name (default: made of merchant and access point)",
        '队列名（默认：由商户和接入点组成）',
      ),
    )
}

/** @throws {UsageError} when neither flag nor environment has the address of Redis. */
export function queueOptions({ redis = process.env.WXPAY_REDIS, queue }: QueueFlags): {
  readonly redis: string
  readonly queue?: string
} {
  if (!redis) {
    throw new UsageError(
      words(
        '--redis, or WXPAY_REDIS, says where Redis is: redis://localhost:6379',
        '请用 --redis 或 WXPAY_REDIS 指明 Redis 的地址：redis://localhost:6379',
      ),
    )
  }
  return { redis, ...(queue !== undefined && { queue }) }
}

interface WorkerFlags extends ClientFlags, QueueFlags {
  readonly concurrency?: number
}

const HELP = words(
  `
It sends the rows that wechatpay-fluent bulk … --engine bullmq puts in the queue, until Ctrl-C. Run as many as you like, on as
many hosts; each needs the merchant's keys, the private key being that of the run. Redis sees no key and nothing of what
is sent. Takes the packages bullmq and ioredis.`,
  `
发送 wechatpay-fluent bulk … --engine bullmq 放入队列的行，直到 Ctrl-C。可在任意多台主机上运行任意多个；每个都需要
商户的密钥，其中私钥必须与发起任务的进程相同。Redis 里没有密钥，也看不到所发送的内容。需安装 bullmq 和 ioredis。`,
)

/** `wechatpay-fluent bulk worker`: sends the rows that other processes have put in the queue. */
export function bulkWorkerCommand(command: Command): void {
  command
    .description(words('Send rows of jobs that are shared by Redis', '发送通过 Redis 分担的任务中的行'))
    .option(
      '--concurrency <number>',
      words('calls under way at once (default: 16)', '同时进行的调用数（默认：16）'),
      toNumber,
    )
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
        onReady: ({ queue: name }) => {
          note(
            words(
              `Sending what comes to the queue ${name}. Ctrl-C ends it.`,
              `正在发送队列 ${name} 中的行。Ctrl-C 结束。`,
            ),
          )
        },
        onError: ({ message }) => {
          // While Redis is away the same error comes several times a second.
          if (message !== lastError) note(words(`Redis: ${message}`, `Redis：${message}`))
          lastError = message
        },
      }),
    STOPPING,
  )
  note(
    words(
      `${acknowledged} acknowledged, ${failed} failed by this worker`,
      `本 worker：${acknowledged} 行已确认，${failed} 行失败`,
    ),
  )
}
