import type { Queue, RedisOptions } from 'bullmq'
import { ConfigError } from '../../errors.js'
import type { RedisAddress } from './options.js'
import type { Payload } from './payload.js'

export type Bullmq = typeof import('bullmq')
export type RowQueue = Queue<Payload, unknown, string>

/** Between two attempts to reach Redis again. */
const LONGEST_PAUSE = 2_000

/** An optional peer: most jobs are done by one process. */
export async function loadBullmq(): Promise<Bullmq> {
  try {
    return await import('bullmq')
  } catch (cause) {
    throw new ConfigError('Sharing a job by Redis takes two packages: npm install bullmq ioredis', { cause })
  }
}

/**
 * Commands wait for as long as Redis is away: a restart of it is no failure of a job.
 *
 * @param isGivenUp whether to try no more
 */
export function connectionOf(redis: RedisAddress, isGivenUp: () => boolean = () => false): RedisOptions {
  const options: RedisOptions = typeof redis === 'string' ? { url: assertUrl(redis) } : { ...redis }
  const retryStrategy = (times: number): number | null =>
    isGivenUp() ? null : Math.min(times * 100, LONGEST_PAUSE)
  return { ...options, maxRetriesPerRequest: null, retryStrategy }
}

/**
 * Opens a queue.
 *
 * @throws {ConfigError} when Redis cannot be reached now; later on it may come and go.
 */
export async function openQueue(
  { Queue }: Bullmq,
  name: string,
  redis: RedisAddress,
  onError: (error: Error) => void,
): Promise<RowQueue> {
  let isFound = false
  const queue: RowQueue = new Queue(name, { connection: connectionOf(redis, () => !isFound) })
  const refused = new Promise<never>((_, reject) => queue.once('error', reject))
  try {
    await Promise.race([queue.waitUntilReady(), refused])
  } catch (cause) {
    // What it is told of its own end does not matter any more, nor when that is.
    queue.on('error', () => {})
    queue.disconnect().catch(() => {})
    const { message, code } = cause as Error & { readonly code?: string }
    throw new ConfigError(
      `Redis at ${placeOf(redis)} cannot be used: ${message || code || 'no connection'}`,
      {
        cause,
      },
    )
  }
  isFound = true
  refused.catch(() => {})
  queue.on('error', onError)
  return queue
}

function assertUrl(text: string): string {
  // The text itself is not told: there may be a password in it.
  if (!URL.canParse(text) || !/^rediss?:$/.test(new URL(text).protocol)) {
    throw new ConfigError('redis must be an address such as redis://host:6379, or rediss:// for TLS')
  }
  return text
}

/** Host and port alone. */
function placeOf(redis: RedisAddress): string {
  if (typeof redis === 'string') return new URL(redis).host || 'localhost'
  return `${String(redis.host ?? 'localhost')}:${String(redis.port ?? 6379)}`
}
