import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FUNDFLOW } from '../../lib/bills/fundflow.js'
import { TRADE } from '../../lib/bills/trade.js'
import { ALL_HEADINGS, ALL_SUMMARY, readBill, tradeBill, tradeRow } from './lines.js'

describe('a trade bill', () => {
  it('has rows with the names of the API, amounts exact and in fen', async () => {
    const { rows, summary } = await readBill(tradeBill(tradeRow('微信云托管支付测试')), TRADE)
    expect(rows).toEqual([
      {
        trade_time: '2022-03-21 13:51:31',
        appid: 'wxfdc955f7104ad557',
        mchid: '180023671',
        sub_mchid: '176531292',
        device_info: '',
        transaction_id: '420000612032130748613220688',
        out_trade_no: '2021WERUN1647840687637',
        openid: 'oZWaCKXip5njeEiloC4oeOV1TTsk',
        trade_type: 'JSAPI',
        trade_state: 'SUCCESS',
        bank_type: 'OTHERS',
        currency: 'CNY',
        settlement_total: '0.01',
        settlement_total_fen: 1,
        coupon_amount: '0.00',
        coupon_amount_fen: 0,
        refund_id: '0',
        out_refund_no: '0',
        refund_amount: '0.00',
        refund_amount_fen: 0,
        coupon_refund_amount: '0.00',
        coupon_refund_amount_fen: 0,
        refund_type: '',
        refund_status: '',
        description: '微信云托管支付测试',
        attach: '',
        service_fee: '0.00000',
        service_fee_fen: 0,
        rate: '0.90%',
        total_amount: '0.01',
        total_amount_fen: 1,
        requested_refund_amount: '0.00',
        requested_refund_amount_fen: 0,
        rate_remark: '',
      },
    ])
    expect(summary).toEqual({
      total_count: 1,
      settlement_total: '0.06',
      settlement_total_fen: 6,
      refund_amount: '0.06',
      refund_amount_fen: 6,
      coupon_refund_amount: '0.00',
      coupon_refund_amount_fen: 0,
      service_fee: '0.00000',
      service_fee_fen: 0,
      total_amount: '0.06',
      total_amount_fen: 6,
      requested_refund_amount: '0.06',
      requested_refund_amount_fen: 6,
    })
  })

  it.each(['a,b', 'a,"b",c', '"quoted"', '12" 电视', ',', '"', 'a`b', '🎉', 'x,\\ny'])(
    'leaves a description alone: %j',
    async (description) => {
      const { rows } = await readBill(
        tradeBill(tradeRow('before'), tradeRow(description), tradeRow('after')),
        TRADE,
      )
      expect(rows.map((row) => row.description)).toEqual(['before', description, 'after'])
      expect(rows.map((row) => row.total_amount_fen)).toEqual([1, 1, 1])
    },
  )

  it('reads fields that are quoted as CSV quotes them', async () => {
    const quoted = tradeRow('x').replace('`x', '"`Image,`""A"""')
    const bare = tradeRow('y').replaceAll('`', '').replace(',y,', ',"two\r\nlines, and a ""quote""",')
    const { rows } = await readBill(tradeBill(tradeRow('a'), quoted, bare, tradeRow('b')), TRADE)
    expect(rows.map((row) => row.description)).toEqual(['a', 'Image,`"A"', 'two\nlines, and a "quote"', 'b'])
  })

  it('is the same however it arrives, and whatever stands in it', async () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9,`"_ 电视é🎉-]{0,12}$/u).filter((text) => !text.includes(',`'))
    const row = fc.record({ description: word, outTradeNo: fc.stringMatching(/^[A-Z0-9]{0,9}$/) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        async (given, size) => {
          const lines = given.map(({ description, outTradeNo }) => tradeRow(description, outTradeNo))
          const { rows, summary } = await readBill(tradeBill(...lines), TRADE, size)
          expect(rows.map(({ description, out_trade_no }) => [description, out_trade_no])).toEqual(
            given.map(({ description, outTradeNo }) => [description, outTradeNo]),
          )
          expect(rows.every((cells) => cells.openid === 'oZWaCKXip5njeEiloC4oeOV1TTsk')).toBe(true)
          expect(summary.total_count).toBe(given.length)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('gives every row an object of its own', async () => {
    const { rows } = await readBill(tradeBill(tradeRow('a'), tradeRow('a')), TRADE)
    const [first, second] = rows as [Record<string, unknown>, Record<string, unknown>]
    first.description = 'changed'
    expect(second.description).toBe('a')
  })

  it('keeps headings that nobody knows, and knows old ones', async () => {
    const headings = ALL_HEADINGS.replace('费率备注', '新字段').replace('代金券金额', '企业红包金额')
    const text = tradeBill(tradeRow('a')).replace(ALL_HEADINGS, headings)
    const { rows } = await readBill(text, TRADE)
    expect(rows[0]).toMatchObject({ 新字段: '', coupon_amount: '0.00', coupon_amount_fen: 0 })
    expect(rows[0]).not.toHaveProperty('rate_remark')
    const renamed = tradeBill(tradeRow('a')).replace('总交易单数', '新字段')
    expect((await readBill(renamed, TRADE)).summary).toMatchObject({ 新字段: '1', refund_amount_fen: 6 })
  })

  it('does without rows, without a final line break, with empty lines', async () => {
    expect((await readBill(tradeBill(), TRADE)).rows).toEqual([])
    expect((await readBill(tradeBill(tradeRow('a')).trimEnd(), TRADE)).rows).toHaveLength(1)
    const spaced = tradeBill(tradeRow('a'), tradeRow('b')).replaceAll('\r\n', '\n\n')
    expect((await readBill(spaced, TRADE)).rows).toHaveLength(2)
  })
})

describe('a fund flow bill', () => {
  it('has the names of its documentation, brackets of either width', async () => {
    for (const [open, close] of ['（）', '()']) {
      const text = [
        `记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额${open}元${close},账户结余${open}元${close},资金变更提交申请人,备注,业务凭证号`,
        '`2018-02-01 04:21:23,`50000305742018020103387128253,`1900009231201802015884652186,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`REF4200000068201801293084726067',
        '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
        '`20.0,`17.0,`0.35,`3.0,`0.18',
      ].join('\n')
      const { rows, summary } = await readBill(text, FUNDFLOW)
      expect(rows).toEqual([
        {
          accounting_time: '2018-02-01 04:21:23',
          transaction_id: '50000305742018020103387128253',
          fund_flow_id: '1900009231201802015884652186',
          business_name: '退款',
          business_type: '退款',
          direction: '支出',
          amount: '0.02',
          amount_fen: 2,
          balance: '0.17',
          balance_fen: 17,
          applicant: 'system',
          remark: '缺货',
          voucher_no: 'REF4200000068201801293084726067',
        },
      ])
      expect(summary).toEqual({
        total_count: 20,
        income_count: 17,
        income_amount: '0.35',
        income_amount_fen: 35,
        expense_count: 3,
        expense_amount: '0.18',
        expense_amount_fen: 18,
      })
    }
  })
})

describe('what is no bill', () => {
  const cut = (text: string, at: string): string => text.slice(0, text.indexOf(at))
  const bill = tradeBill(tradeRow('a'), tradeRow('b'))
  it.each([
    ['a page', '<html>\n</html>', 'line 1 has none of the headings of a bill'],
    ['an archive', 'PK\u0003\u0004\u0014', 'line 1 is that of a ZIP archive: give the file in it'],
    ['a sentence', 'try again later', 'line 1 has none of the headings of a bill'],
    ['nothing', '', 'it is empty'],
    ['headings only', `${ALL_HEADINGS}\r\n`, 'it ends with line 1, before its summary'],
    ['rows without summary', cut(bill, ALL_SUMMARY), 'it ends with line 3, before its summary'],
    ['a summary without its values', `${cut(bill, '`2,')}`, 'before its summary'],
    ['a row cut short', cut(bill, ',`CNY'), 'line 2 has 11 fields under 27 headings'],
    ['a field too many', bill.replace('`CNY,', '`CNY,`CNY,'), 'line 2 has 28 fields under 27 headings'],
    ['something after the summary', `${bill}${tradeRow('c')}\r\n`, 'line 6'],
    ['a heading that is no name', bill.replace('设备号', '__proto__'), 'line 1 has none of the headings'],
    ['a quote without end', bill.replace('`2022', '"2022'), 'line 2 has quotes that do not end'],
  ])('is refused, saying what is wrong: %s', async (_what, text, why) => {
    const reading = readBill(text, TRADE)
    await expect(reading).rejects.toThrow(why)
    await expect(reading).rejects.toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
  })
})
