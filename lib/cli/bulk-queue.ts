import type { Command } from 'commander'
import { UsageError } from './usage-error.js'

/** The flags of whatever has to do with a queue. */
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

/** @throws {UsageError} when nobody says where Redis is. */
export function queueOptions({ redis = process.env.WXPAY_REDIS, queue }: QueueFlags): {
  readonly redis: string
  readonly queue?: string
} {
  if (!redis) throw new UsageError('--redis, or WXPAY_REDIS, says where Redis is: redis://localhost:6379')
  return { redis, ...(queue !== undefined && { queue }) }
}
