import { existsSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { InvalidRowsError, memberCardJob, runBulk } from '../../lib/bulk/index.js'
import { RequestError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { startFolder } from './folder.js'

const rig = startRig()
const file = startFolder()
const cards = memberCardJob({ cardId: 'pCARD' })
const bodies = (): Record<string, unknown>[] => rig.emulator.requests.map(({ body }) => JSON.parse(body))
const REFUNDS = 'v3/refund/domestic/refunds'

describe('a job', () => {
  it('makes one signed call for each row, with numbers of its own', async () => {
    const input = file('one.csv', 'openid,会员卡号,备注\no1,1001,"with, comma"\no2,1002,\n')
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary).toMatchObject({
      acknowledged: 2,
      failed: 0,
      skipped: 0,
      stopped: false,
      failedFile: undefined,
    })
    expect(rig.emulator.requests.every(({ verified }) => verified)).toBe(true)
    expect(rig.emulator.requests[0]?.path).toBe('/v3/marketing/membercard-open/cards/pCARD/users/import')
    const sent = bodies().sort((a, b) => String(a.openid).localeCompare(String(b.openid)))
    const number = expect.stringMatching(/^[0-9a-z]{28}$/)
    expect(sent).toEqual([
      { openid: 'o1', code: '1001', out_request_no: number },
      { openid: 'o2', code: '1002', out_request_no: number },
    ])
    expect(new Set(sent.map((body) => body.out_request_no)).size).toBe(2)
  })

  it('keeps the numbers that rows bring', async () => {
    const input = file('numbers.csv', 'openid,out_request_no\no1,import-1\n')
    await runBulk({ client: rig.wxpay, input, ...cards })
    expect(bodies()).toEqual([{ openid: 'o1', out_request_no: 'import-1' }])
  })

  it('sends nothing when it is run again', async () => {
    const input = file('again.csv', 'openid\no1\no2\no3\n')
    await runBulk({ client: rig.wxpay, input, ...cards })
    rig.emulator.requests.length = 0
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary).toMatchObject({ acknowledged: 0, skipped: 3 })
    expect(rig.emulator.requests).toEqual([])
  })

  it('makes nested fields of columns, in the types the endpoint asks for', async () => {
    const input = file('refunds.csv', '订单号,amount.refund,合计,reason\nT1,100,250,late\n')
    await runBulk({
      ...{ client: rig.wxpay, path: REFUNDS, input },
      map: { 'json.out_trade_no': '订单号', 'amount.total': '合计' },
      set: { 'json.amount.currency': 'CNY' },
    })
    expect(bodies()[0]).toEqual({
      out_refund_no: expect.stringMatching(/^[0-9a-z]{28}$/),
      out_trade_no: 'T1',
      amount: { currency: 'CNY', refund: 100, total: 250 },
      reason: 'late',
    })
  })

  it('encrypts what the catalogue wants encrypted', async () => {
    const input = file(
      'phones.jsonl',
      `${JSON.stringify({ encrypted_phone_number: '13800138000', card: 'pCARD' })}\n`,
    )
    const summary = await runBulk({
      ...{ client: rig.wxpay, path: 'v3/marketing/membercard-open/phonenumber-member/import', input },
      map: { 'member_information.card_id': 'card' },
      set: { 'member_information.registration_time': '2025-01-01T00:00:00+08:00' },
    })
    expect(summary.failures).toEqual({})
    const [request] = rig.emulator.requests
    expect(request?.body).not.toContain('13800138000')
    expect(Object.values(request?.decrypted ?? {})).toEqual(['13800138000'])
  })

  it('writes the answers down', async () => {
    const output = file('answers.jsonl')
    const input = file('answers.csv', 'openid,code\no1,1\no2,2\n')
    await runBulk({ client: rig.wxpay, input, output, concurrency: 1, ...cards })
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { row: 1, ok: true, status: 200, data: { code: '1' } },
      { row: 2, ok: true, status: 200, data: { code: '2' } },
    ])
  })

  it('lets nobody but its owner read what it writes', async () => {
    const { journal } = await runBulk({
      client: rig.wxpay,
      input: file('mode.csv', 'openid\no1\n'),
      ...cards,
    })
    expect(statSync(journal).mode & 0o777).toBe(0o600)
  })
})

describe('rows that fail', () => {
  it('are listed with their columns and the reason of the API, ready to be run again', async () => {
    const input = file('bad.csv', `openid,code,备注\no1,${'x'.repeat(65)},"a ""b"""\no2,2,\n`)
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary).toMatchObject({ acknowledged: 1, failed: 1, failures: { PARAM_ERROR: 1 } })
    const text = readFileSync(summary.failedFile ?? '', 'utf8')
    expect(text).toMatch(
      /^\uFEFFopenid,code,备注,json.out_request_no,error.code,error.message,error.field,error.requestId\r\n/,
    )
    expect(text).toContain('PARAM_ERROR')
    expect(text).toContain('/code')

    const [first] = bodies().filter(({ openid }) => openid === 'o1')
    rig.emulator.requests.length = 0
    const repaired = file('repaired.csv', text.replace('x'.repeat(65), '3'))
    const second = await runBulk({ client: rig.wxpay, input: repaired, ...cards })
    expect(second).toMatchObject({ acknowledged: 1, failed: 0 })
    expect(bodies()).toEqual([{ ...first, code: '3' }])
  })

  it('are not sent again by another run, unless it is asked for', async () => {
    const input = file('refused.csv', `openid,code\no1,${'x'.repeat(65)}\n`)
    await runBulk({ client: rig.wxpay, input, ...cards })
    expect(await runBulk({ client: rig.wxpay, input, ...cards })).toMatchObject({ failed: 1, skipped: 1 })
    expect(rig.emulator.requests).toHaveLength(1)
    await runBulk({ client: rig.wxpay, input, retryFailed: true, ...cards })
    expect(rig.emulator.requests).toHaveLength(2)
  })

  it('are sent again with the same number when nobody knows what became of them', async () => {
    const input = file('unknown.csv', 'openid\no1\n')
    rig.emulator.fail({ path: '*', fault: 'forged-signature', times: 1 })
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary.failures).toEqual({ SIGNATURE_INVALID: 1 })
    const again = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(again).toMatchObject({ acknowledged: 1, failed: 0, resent: 1, failedFile: undefined })
    expect(existsSync(summary.failedFile ?? '')).toBe(false)
    const numbers = new Set(bodies().map(({ out_request_no }) => out_request_no))
    expect(numbers.size).toBe(1)
  })

  it('are not sent at all when a cell cannot be what its field takes', async () => {
    const input = file('cells.csv', 'out_trade_no,amount.refund,amount.total\nT1,12.50,20\n')
    const options = { client: rig.wxpay, path: REFUNDS, input, set: { 'amount.currency': 'CNY' } }
    const summary = await runBulk(options)
    expect(summary.failures).toEqual({ ROW_INVALID: 1 })
    expect(readFileSync(summary.failedFile ?? '', 'utf8')).toContain('amount.refund must be a whole number')
    expect(rig.emulator.requests).toEqual([])
  })
})

describe('validation', () => {
  it('names every wrong row and its field, and sends none', async () => {
    const input = file(
      'invalid.csv',
      'openid,out_trade_no,amount.refund,total\n1,T1,1,2\n2,T2,,4\n3,T3,x,9\n',
    )
    const error = await runBulk({
      ...{ client: rig.wxpay, path: REFUNDS, input, validate: true },
      map: { 'amount.total': 'total' },
      set: { 'amount.currency': 'CNY' },
    }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InvalidRowsError)
    expect((error as InvalidRowsError).problems).toMatchObject([
      { row: 2, field: 'json.amount.refund', message: 'is missing' },
      { row: 3, field: 'amount.refund' },
    ])
    expect(rig.emulator.requests).toEqual([])
  })

  it.each([
    [
      'a column that is not there',
      { map: { 'json.openid': 'nobody' } },
      /no column 'nobody'; the columns are/,
    ],
    ['a field that is not there', { set: { 'json.opnid': 'x' } }, /has no field 'json.opnid'/],
    ['a required field without a column', {}, /no column gives json.openid/],
  ])('refuses %s before anything is sent', async (_, options, message) => {
    const input = file('headings.csv', 'who\no1\n')
    const run = runBulk({ client: rig.wxpay, input, ...cards, ...options })
    await expect(run).rejects.toThrow(RequestError)
    await expect(run).rejects.toThrow(message)
    expect(rig.emulator.requests).toEqual([])
  })
})

describe('the pace', () => {
  it('falls when the API complains, and no row fails for it', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => ({ openid: `o${index}` }))
    const limit = rig.emulator.limit({ path: '*', rate: 60 })
    const options = {
      client: rig.wxpay,
      input: rows,
      journal: file('pace.journal'),
      failed: file('pace.failed.csv'),
    }
    const summary = await runBulk({ ...options, concurrency: 32, ...cards })
    expect(summary).toMatchObject({ acknowledged: 150, failed: 0 })
    expect(limit.hits).toBeGreaterThan(0)
  }, 60_000)
})

describe('stopping', () => {
  it('waits for the rows under way, and another run goes on from there', async () => {
    const input = file(
      'stop.csv',
      `openid\n${Array.from({ length: 300 }, (_, index) => `s${index}\n`).join('')}`,
    )
    const controller = new AbortController()
    const onProgress = (): void => controller.abort()
    const first = await runBulk({
      client: rig.wxpay,
      input,
      rate: 200,
      signal: controller.signal,
      onProgress,
      ...cards,
    })
    expect(first.stopped).toBe(true)
    expect(first.acknowledged).toBeLessThan(300)
    expect(rig.emulator.requests).toHaveLength(first.acknowledged)
    const second = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(second).toMatchObject({ skipped: first.acknowledged, resent: 0, stopped: false })
    expect(first.acknowledged + second.acknowledged).toBe(300)
    expect(rig.emulator.requests).toHaveLength(300)
  })
})
