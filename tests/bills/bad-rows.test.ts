import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BillFormat } from '../../lib/bills/columns.js'
import { FUNDFLOW } from '../../lib/bills/fundflow.js'
import { PROFIT_SHARING } from '../../lib/bills/profit-sharing.js'
import { TRADE } from '../../lib/bills/trade.js'
import type { BadBillRow } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { ALL_HEADINGS, ALL_SUMMARY, readBill, tradeBill, tradeRow } from './lines.js'
import { rejection, rowsOf, serve } from './serve.js'

/** A bill of two columns around a text: rows of profit sharing, whose last column is a description. */
const sharingBill = (...rows: readonly string[]): string =>
  ['分账时间,分账金额,分账描述', ...rows, '总笔数,总金额', '`3,`0.03', ''].join('\r\n')
const sharingRow = (description: string): string => `\`2024-01-01 00:00:00,\`0.01,\`${description}`

const FUNDFLOW_HEADINGS =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号'
const fundflowRow = (remark: string): string =>
  `\`2018-02-01 04:21:23,\`50000305742018020103387128253,\`1900009231201802015884652186,\`退款,\`退款,\`支出,\`0.02,\`0.17,\`system,\`${remark},\`REF4200000068201801293084726067`
const fundflowBill = (...rows: readonly string[]): string =>
  [
    FUNDFLOW_HEADINGS,
    ...rows,
    '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
    '`3.0,`0,`0,`3.0,`0.06',
    '',
  ].join('\n')

/** Every kind of bill, with a row around a text that people write, and the property that the text has. */
const KINDS: readonly (readonly [
  string,
  BillFormat,
  (...rows: readonly string[]) => string,
  (text: string) => string,
  string,
])[] = [
  ['trade', TRADE, tradeBill, tradeRow, 'description'],
  ['fundflow', FUNDFLOW, fundflowBill, fundflowRow, 'remark'],
  ['profit sharing', PROFIT_SHARING, sharingBill, sharingRow, 'description'],
]

describe.each(KINDS)('a text in a %s bill', (_, format, bill, row, name) => {
  it.each([
    'two\nlines',
    'two\r\nlines',
    'a\nb\nc',
    'a,"b\nc',
    'a\nb,c',
    'x,`y',
    ',a,`,b',
    'a,`b,`c',
    'a,`b\nc',
  ])('is read whole, at any chunk boundary: %j', async (text) => {
    const whole = bill(row('before'), row(text), row('after'))
    for (const size of [1, 7, 100, 65_536]) {
      const { rows, summary } = await readBill(whole, format, size)
      expect(rows.map((read) => read[name])).toEqual(['before', text.replace('\r', ''), 'after'])
      expect(summary).toHaveProperty('total_count')
    }
  })

  it('has the columns beside it as they were', async () => {
    const [plain, broken] = (await readBill(bill(row('x'), row('x,`y\nz')), format)).rows
    expect({ ...broken, [name]: 'x' }).toEqual(plain)
  })
})

it('every text without separators comes back, with line breaks or not', async () => {
  const text = fc.stringMatching(/^[a-z电 ,"\n-]{0,12}$/u).filter((each) => !/,"|\n$|^\n/.test(each))
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 6 }),
      fc.integer({ min: 1, max: 300 }),
      async (texts, size) => {
        const { rows } = await readBill(tradeBill(...texts.map((each) => tradeRow(each))), TRADE, size)
        expect(rows.map(({ description }) => description)).toEqual(texts)
      },
    ),
    { numRuns: 200 },
  )
})

describe('a row that cannot be read', () => {
  const short = tradeRow('a').slice(0, tradeRow('a').indexOf(',`CNY'))
  const ambiguous = tradeRow('a,`b').replace('`b,`,', '`b,`c,')
  const cases = [
    ['cut short', short, 'has 11 fields under 27 headings'],
    ['cut short in the middle of lines', `${short}\r\nmore`, 'has 11 fields under 27 headings'],
    ['a field too many', tradeRow('a').replace('`CNY', '`CNY,`CNY'), 'has 28 fields under 27 headings'],
    ['a separator in one of two texts', ambiguous, 'has 28 fields under 27 headings'],
    ['a text that ends with a separator', tradeRow('a,`'), 'has 28 fields under 27 headings'],
    [
      'no amount',
      tradeRow('a').replace('`0.01', '`0.0l'),
      'has no amount in settlement_total (应结订单金额), but "0.0l"',
    ],
    ['a line of its own below', `${tradeRow('a')}\r\nmore`, 'has a line break in rate_remark (费率备注)'],
  ] as const

  it.each(cases)('is an error that names its line: %s', async (_, row, reason) => {
    const reading = readBill(tradeBill(tradeRow('x'), row, tradeRow('y')), TRADE)
    await expect(reading).rejects.toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
    await expect(reading).rejects.toThrow(`line 3 ${reason}; with the option onBadRow`)
  })

  it.each(cases)('leaves the rows around it and the summary to be read: %s', async (_, row, reason) => {
    const bill = tradeBill(tradeRow('x', 'X1'), row, tradeRow('y', 'Y1'), row)
    for (const size of [1, 10, 65_536]) {
      const bad: BadBillRow[] = []
      const { rows, summary } = await readBill(bill, TRADE, size, (each) => bad.push(each))
      expect(rows.map(({ description, out_trade_no }) => [description, out_trade_no])).toEqual([
        ['x', 'X1'],
        ['y', 'Y1'],
      ])
      expect(rows.every((each) => each.rate_remark === '' && each.total_amount_fen === 1)).toBe(true)
      expect(summary.total_count).toBe(4)
      const text = row.replace('\r\n', '\n')
      const lines = [3, 4 + row.split('\n').length]
      expect(bad).toEqual(lines.map((line) => ({ line, text, reason })))
    }
  })

  it('is one by itself where rows have no backticks', async () => {
    const bare = (text: string): string => tradeRow(text).replaceAll('`', '')
    const bad: BadBillRow[] = []
    const bill = tradeBill(bare('x'), 'a,b', bare('y'))
    const { rows } = await readBill(bill, TRADE, 100, (row) => bad.push(row))
    expect(rows.map(({ description }) => description)).toEqual(['x', 'y'])
    expect(bad).toEqual([{ line: 3, text: 'a,b', reason: 'has 2 fields under 27 headings' }])
  })

  it('does not excuse a wrong summary', async () => {
    const bill = tradeBill(tradeRow('x')).replace('`0.06,`0.06', '`0.06,`?')
    await expect(readBill(bill, TRADE, 65_536, () => {})).rejects.toThrow(
      'line 4 has no amount in refund_amount',
    )
    const shortened = bill.slice(0, bill.lastIndexOf(',`'))
    await expect(readBill(shortened, TRADE, 65_536, () => {})).rejects.toThrow('line 4 has 6 fields under 7')
  })
})

describe('an amount', () => {
  it.each([
    ['0.79 ', '0.79', 79],
    [' 0.79', '0.79', 79],
    ['\u00a00.79\u00a0', '0.79', 79],
    ['\t0.79\t', '0.79', 79],
    ['\u30000.79', '0.79', 79],
    ['¥0.79', '0.79', 79],
    ['-￥ 0.79', '-0.79', -79],
  ])('may have blanks and the sign of its currency around it: %j', async (written, text, fen) => {
    const [trade] = (await readBill(tradeBill(tradeRow('a').replace('`0.01', `\`${written}`)), TRADE)).rows
    expect(trade).toMatchObject({ settlement_total: text, settlement_total_fen: fen })
    const [flow] = (await readBill(fundflowBill(fundflowRow('a').replace('0.17', written)), FUNDFLOW)).rows
    expect(flow).toMatchObject({ balance: text, balance_fen: fen })
    const sharing = sharingBill(sharingRow('a')).replaceAll('0.01', written).replace('0.03', written)
    const { rows, summary } = await readBill(sharing, PROFIT_SHARING)
    expect(rows[0]).toMatchObject({ amount: text, amount_fen: fen })
    expect(summary).toMatchObject({ amount: text, amount_fen: fen })
  })

  it.each(['', ' ', '-', '1.005', '1.0.0', 'x', '1e3', '¥', '90071992547409.92'])(
    'that is none is an error, in every column: %j',
    async (written) => {
      const headings = ALL_HEADINGS.split(',')
      const fields = tradeRow('a').split(',')
      const amounts = headings.flatMap((heading, column) => (/金额$|^手续费$/.test(heading) ? [column] : []))
      expect(amounts).toHaveLength(7)
      for (const column of amounts) {
        const row = fields.with(column, `\`${written}`).join(',')
        await expect(readBill(tradeBill(row), TRADE)).rejects.toThrow(
          `(${headings[column]}), but ${JSON.stringify(written)}`,
        )
      }
    },
  )

  it.each(['', 'x', '-1', '1.5', '1e3', '0x1'])(
    'has beside it no number that is none: %j',
    async (written) => {
      const bill = tradeBill(tradeRow('a')).replace(`${ALL_SUMMARY}\r\n\`1`, `${ALL_SUMMARY}\r\n\`${written}`)
      await expect(readBill(bill, TRADE)).rejects.toThrow(
        `line 4 has no number in total_count (总交易单数), but ${JSON.stringify(written)}`,
      )
    },
  )
})

describe('the option onBadRow', () => {
  const rig = startRig()
  const body = tradeBill(tradeRow('x'), tradeRow('a').replace('`CNY', '`CNY,`CNY'), tradeRow('y'))

  it.each(['rows', 'summary'] as const)('is told of bad rows whenever %s are read', async (what) => {
    const wxpay = rig.client()
    serve(wxpay, { body })
    const bad: BadBillRow[] = []
    const options = { onBadRow: (row: BadBillRow) => bad.push(row) }
    const bill = await wxpay.bills.trade({ bill_date: '2024-01-01' }, options)
    if (what === 'rows') expect((await rowsOf(bill)).map((row) => row.description)).toEqual(['x', 'y'])
    expect(await bill.summary()).toMatchObject({ total_count: 3 })
    expect(bad).toMatchObject([{ line: 3, reason: 'has 28 fields under 27 headings' }])
    expect(rig.emulator.requests.every(({ verified }) => verified)).toBe(true)
  })

  it('leaves the digest to be checked', async () => {
    const wxpay = rig.client()
    serve(wxpay, { body, sha1: '0'.repeat(40) })
    const bill = await wxpay.bills.trade({ bill_date: '2024-01-01' }, { onBadRow: () => {} })
    expect(await rejection(rowsOf(bill))).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  it('is there for the bills of APIv2', async () => {
    const options = { onBadRow: () => {} }
    const request = { appid: 'wx8888888888888888', bill_date: '2024-01-01' }
    expect(await rowsOf(await rig.wxpay.bills.v2.trade(request, options))).toHaveLength(1)
  })
})
