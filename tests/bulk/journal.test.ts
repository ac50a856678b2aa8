import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { memberCardJob, runBulk } from '../../lib/bulk/index.js'
import { RequestError } from '../../lib/index.js'
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

  it('is refused to another card', async () => {
    const { input } = await finished('other.csv')
    const other = memberCardJob({ cardId: 'pOTHER' })
    await expect(runBulk({ client: rig.wxpay, input, ...other })).rejects.toThrow(
      /its set of constants or defaults of the client differ/,
    )
  })

  it('is refused to another merchant, a brand and another access point, by their names', async () => {
    const { input, journal } = await finished('merchants.csv')
    const { mchid, baseURL } = rig.emulator.merchant
    const { brandId } = rig.emulator.brand
    for (const [client, name] of [
      [rig.client({ mchid: '1900000110' }), `1900000110 at ${baseURL}`],
      [rig.brand(), `${brandId} at ${baseURL}`],
      [rig.client({ baseURL: 'http://127.0.0.1:1' }), `${mchid} at http://127.0.0.1:1`],
    ] as const) {
      const run = runBulk({ client, input, ...cards })
      await expect(run).rejects.toThrow(RequestError)
      await expect(run).rejects.toThrow(
        `The journal ${journal} belongs to ${mchid} at ${baseURL}, and this client is ${name}: name another file with the option 'journal'`,
      )
    }
    expect(rig.emulator.requests).toEqual([])
  })

  it('is refused when it does not say whose it is', async () => {
    const { input, journal } = await finished('nobody.csv')
    const { mchid } = rig.emulator.merchant
    writeFileSync(journal, readFileSync(journal, 'utf8').replace(`"account":"${mchid} `, '"account":"'))
    await expect(runBulk({ client: rig.wxpay, input, ...cards })).rejects.toThrow(
      /does not say which merchant it belongs to, .* with the version that began it/,
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

/** The lines of a journal after its header. */
const linesOf = (journal: string): string[] => readFileSync(journal, 'utf8').trimEnd().split('\n').slice(1)

describe('what a journal holds', () => {
  it('is the job, then each row before it is sent and after its answer', async () => {
    const input = file('lines.csv', 'openid\no1\no2\no3\n')
    const { journal } = await runBulk({ client: rig.wxpay, input, concurrency: 1, ...cards })
    expect(JSON.parse(readFileSync(journal, 'utf8').split('\n')[0] ?? '')).toEqual({
      ...{ format: 'wechatpay-fluent bulk', version: 1 },
      endpoint: 'POST v3/marketing/membercard-open/cards/{card_id}/users/import',
      account: `${rig.emulator.merchant.mchid} ${rig.emulator.merchant.baseURL}`,
      ...{ columns: expect.any(String), constants: expect.any(String) },
      input: expect.any(String),
    })
    const lines = linesOf(journal)
    for (const row of [1, 2, 3]) {
      const begun = lines.findIndex((line) => {
        const [, first, last = first] = /^>(\d+)(?:-(\d+))?$/.exec(line) ?? []
        return Number(first) <= row && row <= Number(last)
      })
      expect(begun).toBeGreaterThanOrEqual(0)
      expect(lines.indexOf(`+${row}`)).toBeGreaterThan(begun)
    }
    for (const line of lines) expect(line).toMatch(/^(>\d+(-\d+)?|\+\d)$/)
  })

  it('names rows that follow one another once', async () => {
    const input = file('ranges.csv', `openid\n${'o\n'.repeat(40)}`)
    const { journal } = await runBulk({ client: rig.wxpay, input, concurrency: 40, ...cards })
    expect(linesOf(journal).filter((line) => line.startsWith('>')).length).toBeLessThan(40)
    expect(linesOf(journal)[0]).toMatch(/^>1-\d+$/)
  })

  it('is why a row failed, with its columns, and whether that is certain', async () => {
    const input = file('why.csv', `openid,code\no1,${'x'.repeat(65)}\no2,2\n`)
    rig.emulator.fail({ path: '*', fault: 'forged-signature', times: 1 })
    const [unknown, failed] = [
      /^\?1 (\{"code":"PARAM_ERROR",.*"columns":\{"openid":"o1",.*\})$/,
      /^-1 (\{"code":"PARAM_ERROR",.*"columns":\{"openid":"o1",.*\})$/,
    ]
    const { journal } = await runBulk({ client: rig.wxpay, input, concurrency: 1, ...cards })
    expect(linesOf(journal)).toContainEqual(expect.stringMatching(unknown))
    await runBulk({ client: rig.wxpay, input, retryFailed: true, ...cards })
    expect(linesOf(journal)).toContainEqual(expect.stringMatching(failed))
    expect(linesOf(journal)).toContain('+2')
  })

  it('is read back: rows done, given back, under way and failed', async () => {
    const { input, journal, before } = await finished('read-back.csv')
    const [header] = readFileSync(journal, 'utf8').split('\n')
    const failure = { code: 'PARAM_ERROR', message: 'no', columns: { openid: 'o3' } }
    const lines = ['>1-3', '<2-3', '+1', `-3 ${JSON.stringify(failure)}`]
    writeFileSync(journal, [header, ...lines, ''].join('\n'))
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary).toMatchObject({ acknowledged: 1, skipped: 2, resent: 0, failures: { PARAM_ERROR: 1 } })
    expect(numbers()).toEqual([before[1]])
  })
})

describe('the file of results', () => {
  /** A job of three rows whose results go to a file. */
  async function withResults(name: string) {
    const input = file(name, 'openid,code\no1,一\no2,二\no3,三\n')
    const output = file(`${name}.jsonl`)
    const options = { client: rig.wxpay, input, output, concurrency: 1, ...cards }
    const { journal } = await runBulk(options)
    rig.emulator.requests.length = 0
    return { options, output, journal }
  }
  const rowsIn = (output: string): unknown[] =>
    readFileSync(output, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).row)

  it('is known to the journal by its length in bytes after each row', async () => {
    const { output, journal } = await withResults('lengths.csv')
    const lengths = linesOf(journal).flatMap((line) => /^\+\d (\d+)$/.exec(line)?.[1] ?? [])
    const results = readFileSync(output, 'utf8').split('\n')
    const ends = [1, 2, 3].map((rows) => Buffer.byteLength(`${results.slice(0, rows).join('\n')}\n`))
    expect(lengths.map(Number)).toEqual(ends)
    expect(statSync(output).mode & 0o777).toBe(0o600)
  })

  it('loses the result of a row that the journal does not know, which comes again', async () => {
    const { options, output, journal } = await withResults('cut.csv')
    const text = readFileSync(journal, 'utf8')
    writeFileSync(journal, text.slice(0, text.lastIndexOf('+3')))
    expect(await runBulk(options)).toMatchObject({ acknowledged: 1, skipped: 2, resent: 1 })
    expect(rowsIn(output)).toEqual([1, 2, 3])
  })

  it('keeps what it has when there is nothing more to do', async () => {
    const { options, output } = await withResults('kept.csv')
    const before = readFileSync(output, 'utf8')
    expect(await runBulk(options)).toMatchObject({ acknowledged: 0, skipped: 3 })
    expect(readFileSync(output, 'utf8')).toBe(before)
  })

  it('of something else is refused and stays as it is', async () => {
    const input = file('foreign-results.csv', 'openid\no1\n')
    const output = file('diary.jsonl', 'dear diary\n')
    const run = runBulk({ client: rig.wxpay, input, output, ...cards })
    await expect(run).rejects.toThrow('is there already: name another file for the results')
    expect(readFileSync(output, 'utf8')).toBe('dear diary\n')
    expect(existsSync(`${input}.journal.lock`)).toBe(false)
    expect(rig.emulator.requests).toEqual([])
  })

  it('may be there already when it is empty', async () => {
    const input = file('empty-results.csv', 'openid\no1\n')
    const output = file('empty.jsonl', '')
    expect(await runBulk({ client: rig.wxpay, input, output, ...cards })).toMatchObject({ acknowledged: 1 })
    expect(rowsIn(output)).toEqual([1])
  })
})
