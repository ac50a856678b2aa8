import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BulkWorkerOptions, memberCardJob, runBulk, runBulkWorker } from '../../lib/bulk/index.js'
import { startFolder } from '../bulk/folder.js'
import type { Question, Seen } from '../bulk/gateway.js'
import { membersCsv } from '../bulk/kill.js'
import { startRig } from '../e2e/client.js'
import { type RedisServer, startRedis } from './redis-server.js'

const MAIN = join(import.meta.dirname, '../../lib/cli/main.ts')
const GATEWAY = join(import.meta.dirname, '../bulk/gateway.ts')
const file = startFolder()
const children: ChildProcess[] = []
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await redis.close()
})

function wxpay(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'bulk', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (text.stdout += chunk))
  child.stderr.on('data', (chunk) => (text.stderr += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }))
  return { child, ended, text }
}

describe('a job that is shared by Redis', () => {
  it('has every row acknowledged once, though a worker, the run and Redis are killed', async () => {
    const rows = 3_000
    const gateway = fork(GATEWAY, { execArgv: ['--import', 'tsx'] })
    const [merchant] = (await once(gateway, 'message')) as [Record<string, unknown>]
    const requests = async (at: number): Promise<void> => {
      gateway.send({ ask: 'tell', at } satisfies Question)
      await once(gateway, 'message')
    }
    const config = file('config.json', JSON.stringify(merchant))
    const shared = ['--redis', redis.url, '--config', config]
    const input = file('members.csv', membersCsv(rows))
    const output = file('answers.jsonl')
    const job = ['member-cards', '--card-id', 'pCARD', '--input', input, '--output', output, '--json']
    const run = () => wxpay([...job, '--engine', 'bullmq', '--rate', '400', ...shared])
    const work = () => wxpay(['worker', '--concurrency', '8', ...shared])

    const [doomed, steady, first] = [work(), work(), run()]
    await requests(600)
    doomed.child.kill('SIGKILL')
    const third = work()
    await requests(1_200)
    first.child.kill('SIGKILL')
    await first.ended
    const second = run()
    await requests(1_800)
    await redis.restart()
    const { code, stdout, stderr } = await second.ended
    steady.child.kill('SIGTERM')
    third.child.kill('SIGTERM')
    const workers = await Promise.all([steady.ended, third.ended])

    gateway.send({ ask: 'tally' } satisfies Question)
    const [seen] = (await once(gateway, 'message')) as [Seen]
    gateway.disconnect()
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('0 failed') })
    expect(new Set(seen.map(([, openid]) => openid)).size).toBe(rows)
    expect(new Set(seen.map(([number]) => number)).size).toBe(rows)
    expect(new Set(seen.map((pair) => pair.join(' '))).size).toBe(rows)
    // What was sent twice is what was under way when somebody was killed, at most.
    expect(seen.length - rows).toBeLessThanOrEqual(3 * 8)
    const { acknowledged, skipped, failed } = JSON.parse(stdout)
    expect({ settled: acknowledged + skipped, failed }).toEqual({ settled: rows, failed: 0 })
    const answers = readFileSync(output, 'utf8').trimEnd().split('\n')
    expect(new Set(answers.map((line) => JSON.parse(line).row)).size).toBe(rows)
    expect(answers).toHaveLength(rows)
    expect(settledIn(`${input}.journal`)).toBe(rows)
    expect(workers.map((worker) => worker.code)).toEqual([0, 0])
    console.log(`${seen.length - rows} of ${rows} rows were sent twice`)
  }, 120_000)
})

/** Rows that the journal says are done. */
function settledIn(journal: string): number {
  const done = readFileSync(journal, 'utf8').match(/^\+\d+/gm)
  return new Set(done).size
}

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

  it('takes back what no worker has begun when it is stopped, and goes on later', async () => {
    const input = file('stopped.csv', membersCsv(30))
    const queue = 'stopped'
    const stop = new AbortController()
    const run = runBulk({ ...shared(input), queue, signal: stop.signal })
    const { Queue } = await import('bullmq')
    const look = new Queue(queue, { connection: { port: redis.port, host: '127.0.0.1' } })
    await expect.poll(() => look.getWaitingCount(), { timeout: 20_000 }).toBe(30)
    const [row] = await look.getWaiting(0, 0)
    const { privateKey, apiv3Key } = rig.emulator.merchant
    expect(row?.data.request).toMatchObject({
      card_id: 'pCARD',
      json: { out_request_no: expect.any(String) },
    })
    expect(JSON.stringify(row)).not.toContain(String(apiv3Key))
    expect(JSON.stringify(row)).not.toContain(String(privateKey).slice(40, 80))
    stop.abort()
    expect(await run).toMatchObject({ acknowledged: 0, stopped: true })
    expect(await look.getWaitingCount()).toBe(0)
    await look.close()
    const rest = await working({ queue }, () => runBulk({ ...shared(input), queue }))
    expect(rest).toMatchObject({ acknowledged: 30, failed: 0, stopped: false })
    expect(rig.emulator.requests).toHaveLength(30)
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
