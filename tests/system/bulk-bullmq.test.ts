import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFolder } from '../bulk/folder.js'
import type { Question, Seen } from '../bulk/gateway.js'
import { membersCsv } from '../bulk/kill.js'
import { type RedisServer, startRedis } from './redis-server.js'
import { startBulk } from './start-bulk.js'

const GATEWAY = join(import.meta.dirname, '../bulk/gateway.ts')
const file = startFolder()
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.close())

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
    const run = () => startBulk([...job, '--engine', 'bullmq', '--rate', '400', ...shared])
    const work = () => startBulk(['worker', '--concurrency', '8', ...shared])

    const [doomed, steady, first] = [work(), work(), run()]
    await requests(600)
    doomed.child.kill('SIGKILL')
    const third = work()
    await requests(1_200)
    first.child.kill('SIGKILL')
    await first.ended
    const second = run()
    // The workers go on meanwhile. It has found Redis when it writes down what they have done.
    const { size } = statSync(output)
    await expect.poll(() => statSync(output).size, { timeout: 60_000 }).toBeGreaterThan(size)
    await redis.restart()
    const { code, stdout, stderr } = await second.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('0 failed') })
    steady.child.kill('SIGTERM')
    third.child.kill('SIGTERM')
    const workers = await Promise.all([steady.ended, third.ended])

    gateway.send({ ask: 'tally' } satisfies Question)
    const [seen] = (await once(gateway, 'message')) as [Seen]
    gateway.disconnect()
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
