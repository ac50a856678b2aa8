import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
    // A user is correcting the file.
    const failedFile = `${input.slice(0, -4)}.failed.csv`
    writeFileSync(failedFile, 'put right')
    const again = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(again).toMatchObject({ failed: 1, skipped: 1, failedFile })
    expect(readFileSync(failedFile, 'utf8')).toBe('put right')
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

  it('have a file of their own', async () => {
    const input = file('own.csv', 'openid,code\no1,1\n')
    for (const names of [
      { journal: `${input}.x`, failed: `${input}.x` },
      { failed: `${input}.y`, output: `${input}.y` },
      { output: input },
    ]) {
      await expect(runBulk({ client: rig.wxpay, input, ...names, ...cards })).rejects.toThrow(
        'is named twice',
      )
    }
    expect(rig.emulator.requests).toEqual([])
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
      'openid,out_trade_no,amount.refund,total\n1,TRADE1,1,2\n2,TRADE2,,4\n3,TRADE3,x,9\n4,TRADE4,0.3,9\n',
    )
    const error = await runBulk({
      ...{ client: rig.wxpay, path: REFUNDS, input, validate: true },
      map: { 'amount.total': 'total' },
      set: { 'amount.currency': 'CNY' },
    }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InvalidRowsError)
    expect((error as InvalidRowsError).problems).toMatchObject([
      { row: 2, field: 'json.amount.refund', message: 'is missing (退款金额 · refund amount)' },
      { row: 3, field: 'amount.refund' },
      { row: 4, field: 'amount.refund', message: expect.stringContaining('whole number') },
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
