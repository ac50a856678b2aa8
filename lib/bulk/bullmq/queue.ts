import { setTimeout as wait } from 'node:timers/promises'
import type { Queue, RedisOptions } from 'bullmq'
import { ConfigError, RequestError } from '../../index.js'
import type { RedisAddress } from '../options.js'

export type Bullmq = typeof import('bullmq')
/** The rows, and their outcomes, as the {@link RowCipher} encrypts them. */
export type RowQueue = Queue<string, unknown, string>

/** The longest pause in milliseconds between two attempts to reach Redis again. */
const LONGEST_PAUSE = 2_000
/** The time in milliseconds that a connection has to close. */
const CLOSE_TIMEOUT = 10_000
const COMMAND_PAUSE = 500
/** The highest number of attempts of a command: five minutes; no restart of Redis takes longer. */
const MAX_ATTEMPTS = 600
/** Errors that do not pass by themselves: a full memory, a full disk, missing rights. */
const LASTING = /^(OOM|MISCONF|NOPERM|NOAUTH|WRONGPASS|WRONGTYPE)\b/

/** BullMQ is an optional peer dependency: most jobs are done by one process. */
export async function loadBullmq(): Promise<Bullmq> {
  try {
    return await import('bullmq')
  } catch (cause) {
    throw new ConfigError('Sharing a job by Redis takes two packages: npm install bullmq ioredis', { cause })
  }
}

/** The name of the queue: one for each merchant and access point, because the API limits calls for each merchant. */
export function queueName(account: string, given?: string): string {
  if (given !== undefined && !/^[\w.-]{1,200}$/.test(given)) {
    throw new RequestError(`queue '${given}' must be letters, digits, '.', '-' and '_'`)
  }
  return given ?? `wxpay-bulk-${account.replace(/[^\w.]+/g, '-')}`
}

/**
 * The options of a connection whose commands wait for as long as Redis is away: a restart of it does not fail a job.
 *
 * @param isAbandoned whether no further attempt to connect is made
 */
export function connectionOf(redis: RedisAddress, isAbandoned: () => boolean = () => false): RedisOptions {
  const options: RedisOptions = typeof redis === 'string' ? { url: assertRedisUrl(redis) } : { ...redis }
  const retryStrategy = (times: number): number | null =>
    isAbandoned() ? null : Math.min(times * 100, LONGEST_PAUSE)
  return { ...options, maxRetriesPerRequest: null, retryStrategy }
}

/**
 * Opens a queue.
 *
 * @throws {ConfigError} when Redis cannot be reached now; later it may be away for a while.
 */
export async function openQueue(
  { Queue }: Bullmq,
  name: string,
  redis: RedisAddress,
  onError: (error: Error) => void,
): Promise<RowQueue> {
  let isConnected = false
  const queue: RowQueue = new Queue(name, { connection: connectionOf(redis, () => !isConnected) })
  const refused = new Promise<never>((_, reject) => queue.once('error', reject))
  try {
    await Promise.race([queue.waitUntilReady(), refused])
  } catch (cause) {
    // An 'error' event without a listener would end the process.
    queue.on('error', () => {})
    queue.disconnect().catch(() => {})
    const { message, code } = cause as Error & { readonly code?: string }
    const reason = message || code || 'no connection'
    throw new ConfigError(`Redis at ${hostOf(redis)} cannot be used: ${reason}`, { cause })
  }
  isConnected = true
  refused.catch(() => {})
  queue.on('error', onError)
  return queue
}

function assertRedisUrl(text: string): string {
  // The error does not show the text, because there may be a password in it.
  if (!URL.canParse(text) || !/^rediss?:$/.test(new URL(text).protocol)) {
    throw new ConfigError('redis must be an address such as redis://host:6379, or rediss:// for TLS')
  }
  return text
}

/** The host and port of an address, without its password. */
function hostOf(redis: RedisAddress): string {
  if (typeof redis === 'string') return new URL(redis).host || 'localhost'
  return `${String(redis.host ?? 'localhost')}:${String(redis.port ?? 6379)}`
}

/** Repeats a command while Redis is away; only for commands that may be carried out twice. */
export async function retryCommand<T>(command: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await command()
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || LASTING.test((error as Error).message)) throw error
      await wait(COMMAND_PAUSE)
    }
  }
}

/** Closes a queue or worker. One that is just reconnecting may never report its end, so it is cut off after a while. */
export async function closeConnection(connection: {
  close(): Promise<void>
  disconnect(): Promise<unknown>
}): Promise<void> {
  const limit = new AbortController()
  const closed = connection.close().then(
    () => true,
    () => false,
  )
  const late = wait(CLOSE_TIMEOUT, false, { signal: limit.signal }).catch(() => true)
  if (!(await Promise.race([closed, late]))) connection.disconnect().catch(() => {})
  limit.abort()
}
