import { existsSync, readFileSync } from 'node:fs'
import { Queue, QueueEvents, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queueName } from '../../lib/bulk/bullmq/queue.js'
import { memberCardJob, runBulk, runBulkWorker } from '../../lib/bulk/index.js'
import { accountOf } from '../../lib/bulk/options.js'
import { startFolder } from '../bulk/folder.js'
import { membersCsv } from '../bulk/kill.js'
import { startRig } from '../e2e/client.js'
import { type RedisServer, startRedis } from './redis-server.js'

const file = startFolder()
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.close())

describe('somebody who can write to Redis', { timeout: 60_000 }, () => {
  const rig = startRig()
  const connection = () => ({ port: redis.port, host: '127.0.0.1' })
  const runFile = (input: string, queue: string) =>
    runBulk({
      ...memberCardJob({ cardId: 'pCARD' }),
      ...({ client: rig.wxpay, input, engine: 'bullmq', redis: redis.url, queue } as const),
    })

  it('cannot have a worker call, write a file or upload one', async () => {
    const sink = file('written-by-worker')
    const request = { baseURL: rig.emulator.url, sink, multipart: { file: 'file:///etc/hostname' } }
    const account = accountOf(rig.wxpay)
    const name = queueName(account)
    const queue = new Queue(name, { connection: connection() })
    const events = new QueueEvents(name, { connection: connection() })
    await events.waitUntilReady()
    const errors: string[] = []
    const ending = new AbortController()
    const worker = runBulkWorker({
      ...{ client: rig.wxpay, redis: redis.url, signal: ending.signal },
      onError: ({ message }) => errors.push(message),
    })
    const call = { account, verb: 'post', path: 'v3/marketing/favor/media/image-upload', encrypts: [] }
    const job = await queue.add('row', { call, number: 1, request })
    await job.waitUntilFinished(events)
    ending.abort()
    expect(await worker).toMatchObject({ acknowledged: 0, failed: 1 })
    expect(errors).toEqual([expect.stringContaining('was not sent')])
    expect(rig.emulator.requests).toEqual([])
    expect(existsSync(sink)).toBe(false)
    await Promise.all([queue.close(), events.close()])
  })

  it('cannot report a row as sent that was not', async () => {
    const input = file('forged.csv', membersCsv(3))
    const outcome = { ok: true, status: 200, data: {} }
    const liar = new Worker('forged', async () => outcome, { connection: connection() })
    const summary = await runFile(input, 'forged')
    await liar.close()
    expect(summary).toMatchObject({ acknowledged: 0, failed: 3, failures: { WORKER_FAILED: 3 } })
    expect(readFileSync(String(summary.failedFile), 'utf8')).toContain('the private key of this run')
    const ending = new AbortController()
    const worker = runBulkWorker({
      ...{ client: rig.wxpay, redis: redis.url, queue: 'forged', signal: ending.signal },
    })
    expect(await runFile(input, 'forged')).toMatchObject({ acknowledged: 3, failed: 0 })
    ending.abort()
    await worker
    expect(rig.emulator.requests).toHaveLength(3)
  })

  it('cannot show the report of one row as that of another', async () => {
    const input = file('moved.csv', 'openid,code\no1,1\no2,2\n')
    const honest = { client: rig.wxpay, redis: redis.url, queue: 'honest' }
    const ending = new AbortController()
    const worker = runBulkWorker({ ...honest, signal: ending.signal })
    const forward = new Queue('honest', { connection: connection() })
    const events = new QueueEvents('honest', { connection: connection() })
    await events.waitUntilReady()
    let first: Promise<unknown> | undefined
    // The liar has the first row sent by an honest worker, and gives its report for both.
    const relay = async ({ data, id = '' }: { data: unknown; id?: string | undefined }): Promise<unknown> => {
      if (id.endsWith('-1')) {
        first = forward.add('row', data, { jobId: id }).then((job) => job.waitUntilFinished(events))
      }
      return first
    }
    const liar = new Worker('moved', relay, { connection: connection() })
    expect(await runFile(input, 'moved')).toMatchObject({ acknowledged: 1, failures: { WORKER_FAILED: 1 } })
    await liar.close()
    ending.abort()
    await worker
    await Promise.all([forward.close(), events.close()])
    expect(rig.emulator.requests).toHaveLength(1)
  })
})
