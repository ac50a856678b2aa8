import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BulkWorkerOptions, memberCardJob, runBulk, runBulkWorker } from '../../lib/bulk/index.js'
import { startFolder } from '../bulk/folder.js'
import { membersCsv } from '../bulk/kill.js'
import { startRig } from '../e2e/client.js'
import { type RedisServer, startRedis } from './redis-server.js'
import { startBulk } from './start-bulk.js'

const file = startFolder()
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.close())

describe('a shared job', { timeout: 60_000 }, () => {
  const rig = startRig()
  const working = async <T>(more: Partial<BulkWorkerOptions>, body: () => Promise<T>): Promise<T> => {
    const ending = new AbortController()
    const options = { client: rig.wxpay, redis: redis.url, signal: ending.signal, ...more }
    const worker = runBulkWorker(options)
    try {
      return await body()
    } finally {
      ending.abort()
      await worker
    }
  }
  const shared = (input: string) => ({
    ...memberCardJob({ cardId: 'pCARD' }),
    ...({ client: rig.wxpay, input, engine: 'bullmq', redis: redis.url } as const),
  })

  it('reports the rows that the API refuses as a job of one process does', async () => {
    const input = file('refused.csv', `openid,code\no1,1\no2,${'x'.repeat(65)}\n`)
    const summary = await working({}, () => runBulk(shared(input)))
    expect(summary).toMatchObject({ acknowledged: 1, failed: 1, failures: { PARAM_ERROR: 1 } })
    expect(readFileSync(String(summary.failedFile), 'utf8')).toContain('o2')
    const again = await working({}, () => runBulk({ ...shared(input), retryFailed: true }))
    expect(again).toMatchObject({ acknowledged: 0, failed: 1, skipped: 1 })
    expect(rig.emulator.requests).toHaveLength(3)
  })

  it('waits, all workers together, when the API asks for it', async () => {
    rig.emulator.fail({
      path: memberCardJob({ cardId: '' }).path,
      status: 429,
      code: 'FREQUENCY_LIMITED',
      times: 5,
    })
    const input = file('early.csv', membersCsv(20))
    const summary = await working({}, () => runBulk({ ...shared(input), retry: false }))
    expect(summary).toMatchObject({ acknowledged: 20, failed: 0 })
    expect(rig.emulator.requests).toHaveLength(25)
  })

  it('leaves nothing in Redis of rows that are settled, and no key ever', async () => {
    const input = file('clean.csv', membersCsv(20))
    const queue = 'clean'
    await working({ queue }, () => runBulk({ ...shared(input), queue }))
    const { Queue } = await import('bullmq')
    const left = new Queue(queue, { connection: { port: redis.port, host: '127.0.0.1' } })
    expect(await left.getJobCountByTypes('waiting', 'active', 'completed', 'failed', 'delayed')).toBe(0)
    await left.close()
  })

  it('takes back its rows and its limit when it is stopped, and goes on later', async () => {
    const input = file('stopped.csv', membersCsv(30))
    const queue = 'stopped'
    const stop = new AbortController()
    const run = runBulk({ ...shared(input), queue, rate: 20, signal: stop.signal })
    const { Queue } = await import('bullmq')
    const look = new Queue(queue, { connection: { port: redis.port, host: '127.0.0.1' } })
    await expect.poll(() => look.getWaitingCount(), { timeout: 20_000 }).toBe(30)
    expect(await look.getGlobalRateLimit()).toEqual({ max: 2, duration: 100 })
    const [row] = await look.getWaiting(0, 0)
    expect(row?.data).toMatch(/^[\w+/]{200,}=*$/)
    stop.abort()
    expect(await run).toMatchObject({ acknowledged: 0, stopped: true })
    expect(await look.getWaitingCount()).toBe(0)
    expect(await look.getGlobalRateLimit()).not.toMatchObject({ max: 2 })
    await look.close()
    const rest = await working({ queue }, () => runBulk({ ...shared(input), queue }))
    expect(rest).toMatchObject({ acknowledged: 30, failed: 0, stopped: false })
    expect(rig.emulator.requests).toHaveLength(30)
  })

  it('is left by a worker that is told to end, even while Redis is away', async () => {
    const away = await startRedis()
    const ending = new AbortController()
    let lose = (_: Error): void => {}
    const lost = new Promise((resolve) => {
      lose = resolve
    })
    let worker: Promise<unknown> | undefined
    await new Promise<void>((onReady) => {
      const options = { client: rig.wxpay, redis: away.url, signal: ending.signal }
      worker = runBulkWorker({ ...options, onReady: () => onReady(), onError: lose })
    })
    await away.close()
    await lost
    ending.abort()
    expect(await worker).toMatchObject({ acknowledged: 0, failed: 0 })
  })

  it('takes two packages, and says so where they are missing', async () => {
    const hide = "if (name === 'bullmq') throw new Error('not installed')"
    file('hide.mjs', `export function resolve(name, context, next) { ${hide}; return next(name, context) }`)
    const hook = file(
      'hook.mjs',
      "import { register } from 'node:module'; register('./hide.mjs', import.meta.url)",
    )
    const config = file('config.json', JSON.stringify(rig.emulator.merchant))
    const { ended } = startBulk(['worker', '--redis', redis.url, '--config', config], ['--import', hook])
    expect(await ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm install bullmq ioredis'),
    })
  })

  it('is refused where a row that is sent twice would be carried out twice', async () => {
    const input = file('unsafe.csv', 'openid\no1\n')
    const job = {
      path: 'v3/not/documented',
      input,
      client: rig.wxpay,
      map: { 'json.openid': 'openid' },
    } as const
    await expect(runBulk({ ...job, engine: 'bullmq', redis: redis.url })).rejects.toThrow(
      "Use the engine 'local'",
    )
  })

  it('says where no Redis answers, without its password', async () => {
    const input = file('nowhere.csv', membersCsv(1))
    const address = 'redis://user:hunter2@127.0.0.1:1'
    const failure = await runBulk({ ...shared(input), redis: address }).catch((error: Error) => error)
    expect(failure).toMatchObject({ name: 'ConfigError', message: expect.stringContaining('127.0.0.1:1') })
    expect(String((failure as Error).message)).not.toContain('hunter2')
  })
})
