import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitRecord } from '../../lib/bills/fields.js'
import { TRADE } from '../../lib/bills/trade.js'
import { readBill, tradeBill, tradeRow } from './lines.js'

describe('a line of a bill', () => {
  it.each([
    ['`a,`b,`', ['a', 'b', '']],
    ['a,b,', ['a', 'b', '']],
    ['`a,b,`c,`d', ['a,b', 'c', 'd']],
    ['`a,"b,`c,`d', ['a,"b', 'c', 'd']],
    ['`a,"`b,c",`d', ['a', 'b,c', 'd']],
    ['"`a","`b ""x""","`c"', ['a', 'b "x"', 'c']],
    ['"","""",b', ['', '"', 'b']],
    ['`a`,``b,`c', ['a`', '`b', 'c']],
    ['"a"b,c"d,"e" f', ['"a"b', 'c"d', '"e" f']],
    ['"a\nb",c,d', ['a\nb', 'c', 'd']],
  ])('is split into its fields: %j', (line, fields) => {
    expect(splitRecord(line, 3)).toEqual(fields)
  })

  it.each(['"a', 'a,"b', 'a,"b""', 'a,"b""\nc'])('goes on where a quote is open: %j', (line) => {
    expect(splitRecord(line, 3)).toBeUndefined()
  })
})

const description = fc.stringMatching(/^[a-z ,"`\n电é🎉]{0,10}$/u)
const inQuotes = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** A row of a bill saved again by a program that quotes what has to be quoted, or everything. */
function quotedRow(text: string, form: 'one' | 'all' | 'no backticks'): string {
  const fields = tradeRow('@').split(',')
  return fields
    .map((field) => {
      const value = field.replace('@', text)
      if (form === 'all') return inQuotes(value)
      if (field === '`@') return inQuotes(form === 'one' ? value : value.slice(1))
      return form === 'one' ? value : value.slice(1)
    })
    .join(',')
}

describe('a bill whose fields are in quotes', () => {
  it('has the same rows, whatever stands in them, at every line break and chunk boundary', async () => {
    const row = fc.record({ text: description, form: fc.constantFrom('plain', 'one', 'all', 'no backticks') })
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 300 }),
        async (given, lineBreak, size) => {
          const expected = given.map(({ text, form }) =>
            form === 'plain' ? 'plain' : form === 'no backticks' ? text.replace(/^`/, '') : text,
          )
          const lines = given.map(({ text, form }) =>
            form === 'plain' ? tradeRow('plain') : quotedRow(text, form),
          )
          const bill = tradeBill(...lines).replaceAll(/\r?\n/g, lineBreak)
          const { rows, summary } = await readBill(bill, TRADE, size)
          expect(rows.map((read) => read.description)).toEqual(expected)
          expect(rows.every((read) => read.total_amount_fen === 1 && read.rate_remark === '')).toBe(true)
          expect(summary.total_count).toBe(given.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is the same at every chunk boundary', async () => {
    const bill = tradeBill(tradeRow('a'), quotedRow('b\n"电", c', 'all'), tradeRow('é🎉'), tradeRow('é🎉'))
    const whole = await readBill(bill, TRADE)
    expect(whole.rows.map((row) => row.description)).toEqual(['a', 'b\n"电", c', 'é🎉', 'é🎉'])
    for (let size = 1; size < 700; size++) expect(await readBill(bill, TRADE, size)).toEqual(whole)
  })

  it('is read without its byte order mark, and without one', async () => {
    for (const bill of [tradeBill(quotedRow('a', 'one')), tradeBill(quotedRow('a', 'one')).slice(1)]) {
      expect((await readBill(bill, TRADE)).rows[0]).toMatchObject({ trade_time: '2022-03-21 13:51:31' })
    }
  })

  it('is refused when quotes do not end, without reading on for ever', async () => {
    const begun = quotedRow('a', 'one').replace('"`a"', '"`a')
    const endless = `${tradeBill(begun).split('\r\n').slice(0, 2).join('\n')}\n${'x\n'.repeat(700_000)}`
    await expect(readBill(endless, TRADE)).rejects.toThrow('is of a row that does not end')
  })
})

describe('a row that is like the one above', () => {
  it('has its own fields, whatever changes', async () => {
    const field = fc.constantFrom('', '0', '0.00', '1.00', 'a', 'ab', 'a,b', '电', 'é', 'x`y')
    const change = fc.record({ description: field, outTradeNo: fc.constantFrom('A', 'AB', 'B', '') })
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 12 }),
        fc.integer({ min: 50, max: 900 }),
        async (given, size) => {
          const bill = tradeBill(...given.map((row) => tradeRow(row.description, row.outTradeNo)))
          const { rows } = await readBill(bill, TRADE, size)
          expect(rows.map((row) => ({ description: row.description, outTradeNo: row.out_trade_no }))).toEqual(
            given,
          )
          expect(rows.every((row) => row.total_amount === '0.01' && row.total_amount_fen === 1)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})
