import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { RequestError, type TradeRow } from '../../lib/index.js'
import { runningTimers, startRig } from '../e2e/client.js'
import { rejection, rowsOf, sha1Of } from './serve.js'

const rig = startRig()
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-bills-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
})
const file = join(folder, 'bill.csv')
const past = '2024-01-01'
/** Beijing time. */
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

async function order(out_trade_no: string, total: number): Promise<void> {
  const order = {
    appid: 'wxd678efh567hg6787',
    mchid: rig.emulator.merchant.mchid,
    notify_url: 'https://a.b/c',
  }
  const description = `商品,"${out_trade_no}"`
  await rig.wxpay.v3.pay.transactions.native.post({
    json: { ...order, description, out_trade_no, amount: { total } },
  })
  await rig.emulator.pay(out_trade_no)
}

describe('the trade bill of a day', () => {
  it('has its orders and refunds, zipped or not', async () => {
    await order('20240101A', 1999)
    await order('20240101B', 5)
    await rig.wxpay.v3.refund.domestic.refunds.post({
      json: {
        out_trade_no: '20240101A',
        out_refund_no: 'R1',
        amount: { refund: 999, total: 1999, currency: 'CNY' },
      },
    })
    for (const tar_type of [undefined, 'GZIP'] as const) {
      const bill = await rig.wxpay.bills.trade({ bill_date: today(), ...(tar_type && { tar_type }) })
      const rows = await rowsOf(bill)
      expect(
        rows.map((row) => [
          row.out_trade_no,
          row.trade_state,
          row.total_amount,
          row.refund_amount_fen,
          row.description,
        ]),
      ).toEqual([
        ['20240101A', 'SUCCESS', '19.99', 0, '商品,"20240101A"'],
        ['20240101B', 'SUCCESS', '0.05', 0, '商品,"20240101B"'],
        ['20240101A', 'REFUND', '0.00', 999, '商品,"20240101A"'],
      ])
      const summary = await bill.summary()
      expect(summary).toMatchObject({ total_count: 3, total_amount_fen: 2004, refund_amount_fen: 999 })
      expect(rows.reduce((fen, row) => fen + row.total_amount_fen, 0)).toBe(summary.total_amount_fen)
    }
  })

  it.each([
    ['SUCCESS', 2, 'refund_id'],
    ['REFUND', 1, undefined],
  ] as const)('has the columns of its type: %s', async (bill_type, count, absent) => {
    const bill = await rig.wxpay.bills.trade({ bill_date: today(), bill_type })
    const rows: TradeRow[] = await rowsOf(bill)
    expect(rows).toHaveLength(count)
    if (absent) expect(rows[0]).not.toHaveProperty(absent)
    else expect(rows[0]?.refund_success_time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    expect((await bill.summary()).total_count).toBe(count)
  })
})

describe('every sort of bill', () => {
  it.each([
    [
      'fundflow',
      (tar_type?: 'GZIP') => rig.wxpay.bills.fundflow({ bill_date: past, ...(tar_type && { tar_type }) }),
    ],
    [
      'subMerchantFundflow',
      (tar_type?: 'GZIP') =>
        rig.wxpay.bills.subMerchantFundflow({
          sub_mchid: '1900000109',
          bill_date: past,
          account_type: 'BASIC',
          ...(tar_type && { tar_type }),
        }),
    ],
    [
      'ecommerceFundflow',
      (tar_type?: 'GZIP') =>
        rig.wxpay.bills.ecommerceFundflow({ bill_date: past, ...(tar_type && { tar_type }) }),
    ],
    [
      'v2.fundflow',
      (tar_type?: 'GZIP') =>
        rig.wxpay.bills.v2.fundflow({
          appid: 'wx8888888888888888',
          bill_date: past,
          account_type: 'Basic',
          ...(tar_type && { tar_type }),
        }),
    ],
  ])('%s', async (_name, ask) => {
    for (const tar_type of [undefined, 'GZIP'] as const) {
      const bill = await ask(tar_type)
      const rows = await rowsOf(bill)
      const summary = await bill.summary()
      expect(rows.length).toBe(summary.total_count)
      const spent = rows
        .filter(({ direction }) => direction === '支出')
        .reduce((fen, row) => fen + row.amount_fen, 0)
      expect(spent).toBe(summary.expense_amount_fen)
    }
  })

  it('profitSharing and v2.trade', async () => {
    const sharing = await rig.wxpay.bills.profitSharing({ bill_date: past, tar_type: 'GZIP' })
    expect(await rowsOf(sharing)).toMatchObject([
      { total_amount_fen: 100, amount_fen: 10, status: '处理成功' },
    ])
    expect(await sharing.summary()).toMatchObject({ total_count: 1, amount_fen: 10 })
    const bill = await rig.wxpay.bills.v2.trade({
      appid: 'wx8888888888888888',
      bill_date: past,
      tar_type: 'GZIP',
    })
    expect(await rowsOf(bill)).toMatchObject([
      { transaction_id: '4200000001202401010000000001', total_amount_fen: 100 },
    ])
    expect(rig.emulator.requests.at(-1)?.body).toContain('<bill_date>20240101</bill_date>')
  })
})

describe('a bill', () => {
  it('is asked for by a signed request, and downloaded by another', async () => {
    const bill = await rig.wxpay.bills.trade({ bill_date: past, bill_type: 'ALL' })
    expect(rig.emulator.requests).toHaveLength(1)
    expect(bill.hash_type).toBe('SHA1')
    expect(bill.download_url).toContain('/v3/billdownload/file?token=')
    await rowsOf(bill)
    expect(rig.emulator.requests.map(({ path, verified }) => [path, verified])).toEqual([
      ['/v3/bill/tradebill', true],
      ['/v3/billdownload/file', true],
    ])
    expect(new URL(bill.download_url ?? '').search).toContain(String(rig.emulator.requests[1]?.query.token))
  })

  it('has its summary without a second download, or by one of its own', async () => {
    const bill = await rig.wxpay.bills.trade({ bill_date: past })
    expect((await bill.summary()).total_count).toBe(1)
    await bill.summary()
    expect(rig.emulator.requests).toHaveLength(2)
    expect(await rowsOf(bill)).toHaveLength(1)
    expect(rig.emulator.requests).toHaveLength(3)
  })

  it('is saved unzipped, as the bytes that its digest is of', async () => {
    writeFileSync(file, 'old')
    const bill = await rig.wxpay.bills.trade({ bill_date: past, tar_type: 'GZIP' })
    await bill.save(file)
    expect(sha1Of(readFileSync(file))).toBe(bill.hash_value)
    expect(execFileSync('sha1sum', [file]).toString().slice(0, 40)).toBe(bill.hash_value)
    expect(readFileSync(file, 'utf8')).toMatch(/^\uFEFF交易时间,/)
    expect(readdirSync(folder)).toEqual(['bill.csv'])
    expect(await rejection(bill.save(join(folder, 'missing', 'bill.csv')))).toMatchObject({
      code: 'SINK_FAILED',
    })
  })

  it('frees the connection when its reader leaves, and leaves no timer behind', async () => {
    await rig.emulator.fillBill('2023-05-05', 100_000)
    for (const tar_type of [undefined, 'GZIP'] as const) {
      const httpAgent = new Agent({ keepAlive: true })
      const open = () =>
        [...Object.values(httpAgent.sockets), ...Object.values(httpAgent.freeSockets)].flat().length
      const wxpay = rig.client({ httpAgent })
      const bill = await wxpay.bills.trade({ bill_date: '2023-05-05', ...(tar_type && { tar_type }) })
      let rows = 0
      const timersBefore = runningTimers()
      for await (const row of bill) {
        expect(row.trade_state).toBe('SUCCESS')
        expect(open()).toBe(1)
        if (++rows === 3) break
      }
      await expect.poll(open).toBe(0)
      expect(runningTimers()).toBeLessThanOrEqual(timersBefore)
    }
  })

  it('is iterated by hand, too', async () => {
    const bill = await rig.wxpay.bills.trade({ bill_date: past })
    const rows = bill[Symbol.asyncIterator]()
    expect((await rows.next()).done).toBe(false)
    expect(await rows.return?.()).toEqual({ done: true, value: undefined })
    expect(await rows.next()).toEqual({ done: true, value: undefined })
  })

  it('shows nothing of itself but its name', async () => {
    const bill = await rig.wxpay.bills.trade({ bill_date: past })
    expect(inspect(bill)).toBe(`Bill <GET v3/bill/tradebill ${past}>`)
    expect(JSON.stringify({ bill })).toBe(`{"bill":"Bill <GET v3/bill/tradebill ${past}>"}`)
  })

  it.each([
    ['20240101'],
    ['2024-01-01'],
    // The day is Beijing's, whatever the time zone of this process.
    [new Date('2023-12-31T16:00:00Z')],
    [new Date('2024-01-01T15:59:59Z')],
  ])('is asked for by its day, in any form: %o', async (bill_date) => {
    await rig.wxpay.bills.trade({ bill_date })
    expect(rig.emulator.requests[0]?.query.bill_date).toBe('2024-01-01')
    const appid = 'wx8888888888888888'
    await rowsOf(await rig.wxpay.bills.v2.trade({ appid, bill_date }))
    await rowsOf(await rig.wxpay.bills.v2.fundflow({ appid, bill_date, account_type: 'Basic' }))
    for (const { body } of rig.emulator.requests.slice(1)) {
      expect(body).toContain('<bill_date>20240101</bill_date>')
    }
  })

  it.each([
    [undefined, 'takes an object'],
    [{}, 'bill_date missing'],
    [{ bill_date: '2024-1-1' }, 'bill_date must be a day such as 2024-01-01 or 20240101'],
    [{ bill_date: '2024-13-01' }, 'bill_date must be a day'],
    [
      { bill_date: '2026-02-30' },
      "bill_date must be a day such as 2024-01-01 or 20240101, or a Date, not '2026-02-30'",
    ],
    [{ bill_date: '20260230' }, "or a Date, not '20260230'"],
    [{ bill_date: '2024-0101' }, 'bill_date must be a day'],
    [{ bill_date: '' }, 'bill_date must be a day'],
    [{ bill_date: 20240101 }, 'or a Date, not 20240101'],
    [{ bill_date: new Date(Number.NaN) }, 'or a Date, not Invalid Date'],
    [{ bill_date: past, tar_type: 1 }, 'tar_type must be a text'],
    [{ bill_date: past, tartype: 'GZIP' }, "unknown parameter 'tartype'; did you mean 'tar_type'?"],
  ])('is not asked for by %j', async (request, why) => {
    const { trade, v2 } = rig.wxpay.bills
    for (const [ask, more] of [
      [trade, {}],
      [v2.trade, { appid: 'wx1' }],
    ] as const) {
      const error = await rejection(ask((request && { ...request, ...more }) as never))
      expect(error).toBeInstanceOf(RequestError)
      expect((error as Error).message).toContain(why)
    }
    expect(rig.emulator.requests).toHaveLength(0)
  })
})
