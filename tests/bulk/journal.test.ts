import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { memberCardJob, runBulk } from '../../lib/bulk/index.js'
import { startRig } from '../e2e/client.js'
import { startFolder } from './folder.js'

const rig = startRig()
const file = startFolder()
const cards = memberCardJob({ cardId: 'pCARD' })
const numbers = () => rig.emulator.requests.map(({ body }) => JSON.parse(body).out_request_no)

async function finished(name: string) {
  const input = file(name, 'openid\no1\no2\no3\n')
  const { journal } = await runBulk({ client: rig.wxpay, input, concurrency: 1, ...cards })
  const before = numbers()
  rig.emulator.requests.length = 0
  return { input, journal, before }
}

describe('a journal', () => {
  it('is gone on with when its last line is torn', async () => {
    const { input, journal, before } = await finished('torn.csv')
    truncateSync(journal, readFileSync(journal).length - 1)
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary).toMatchObject({ acknowledged: 1, skipped: 2, resent: 1 })
    expect(numbers()).toEqual(before.slice(2))
  })

  it('is gone on with when a loss of power has left zeros at its end', async () => {
    const { input, journal } = await finished('zeros.csv')
    appendFileSync(journal, Buffer.alloc(4096))
    expect(await runBulk({ client: rig.wxpay, input, ...cards })).toMatchObject({ skipped: 3 })
    expect(readFileSync(journal).includes(0)).toBe(false)
  })

  it('is refused when it is damaged in its middle', async () => {
    const { input, journal } = await finished('damaged.csv')
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('+1\n', '#!\n'))
    await expect(runBulk({ client: rig.wxpay, input, ...cards })).rejects.toThrow(/is damaged at byte \d+/)
  })

  it('is refused when the input has changed meanwhile', async () => {
    const { input } = await finished('changed.csv')
    appendFileSync(input, 'o4\n')
    await expect(runBulk({ client: rig.wxpay, input, ...cards })).rejects.toThrow(
      /belongs to another job: its content of the input differ/,
    )
    expect(rig.emulator.requests).toEqual([])
  })

  it('is refused to another card and another account', async () => {
    const { input } = await finished('other.csv')
    const other = memberCardJob({ cardId: 'pOTHER' })
    await expect(runBulk({ client: rig.wxpay, input, account: '2', ...other })).rejects.toThrow(
      /its merchant or address, set of constants differ/,
    )
  })

  it('is never taken for one when it is something else', async () => {
    const { input } = await finished('foreign.csv')
    const journal = file('notes.txt', 'dear diary\n')
    await expect(runBulk({ client: rig.wxpay, input, journal, ...cards })).rejects.toThrow(/is no journal/)
    expect(readFileSync(journal, 'utf8')).toBe('dear diary\n')
  })

  it('is of one run at a time', async () => {
    const input = file('locked.csv', 'openid\no1\no2\n')
    const runs = [1, 2].map(() => runBulk({ client: rig.wxpay, input, ...cards }))
    const [one, two] = await Promise.allSettled(runs)
    expect([one?.status, two?.status].sort()).toEqual(['fulfilled', 'rejected'])
    const { reason } = [one, two].find((run) => run?.status === 'rejected') as PromiseRejectedResult
    expect(reason.message).toContain(`in use by process ${process.pid}`)
    expect(existsSync(`${input}.journal.lock`)).toBe(false)
  })

  it('takes over the lock of a process that was killed', async () => {
    const { input, journal } = await finished('stale.csv')
    writeFileSync(
      `${journal}.lock`,
      JSON.stringify({ pid: process.pid, host: hostname(), began: 'long ago' }),
    )
    expect(await runBulk({ client: rig.wxpay, input, ...cards })).toMatchObject({ skipped: 3 })
  })
})

describe('a row of unknown fate', () => {
  it('is not sent again where the endpoint has no number by which it would know the row', async () => {
    const path = 'v3/marketing/membercard-open/cards/{card_id}/codes/{code}/unavailable'
    const input = file('unnumbered.csv', 'card_id,code\np1,1\np1,2\n')
    const options = {
      client: rig.wxpay,
      path,
      input,
      concurrency: 1,
    }
    const { journal } = await runBulk(options)
    rig.emulator.requests.length = 0
    const lines = readFileSync(journal, 'utf8').split('\n')
    writeFileSync(journal, `${lines[0]}\n>1\n`)
    const summary = await runBulk(options)
    expect(summary.failures.FATE_UNKNOWN).toBe(1)
    expect(rig.emulator.requests.map(({ path: sent }) => sent.split('/').at(-2))).toEqual(['2'])
  })
})

it('a line of the input that cannot be read is found before anything is sent', async () => {
  const lines = Array.from({ length: 300 }, (_, index) => JSON.stringify({ openid: `o${index}` }))
  const input = file('broken.jsonl', [...lines, '{"openid":'].join('\n'))
  const journal = `${input}.journal`
  await expect(runBulk({ client: rig.wxpay, input, ...cards })).rejects.toThrow(
    /Line 301 of the input is no JSON/,
  )
  expect(existsSync(journal)).toBe(false)
  expect(rig.emulator.requests).toEqual([])
})
