import { describe, expect, it } from 'vitest'

import { startFlowRig, WHO } from './rig.js'

const rig = startFlowRig()

const place = async (more: object = {}) => {
  const out_trade_no = rig.next()
  const { mchid } = rig.emulator.merchant
  const order = { ...WHO, mchid, description: 'QQ公仔', out_trade_no, notify_url: rig.notify_url }
  await rig.wxpay.v3.pay.transactions.native.post({ json: { ...order, amount: { total: 1_000 }, ...more } })
  return out_trade_no
}
const query = async (out_trade_no: string) => {
  const { mchid } = rig.emulator.merchant
  const { outTradeNo } = rig.wxpay.v3.pay.transactions
  return (await outTradeNo._out_trade_no_.get({ out_trade_no, query: { mchid } })).data
}

describe('a payment', () => {
  it('is by the payer and from the bank that the test names', async () => {
    const number = await place()
    await rig.emulator.pay(number, { payer: 'o-somebody', bank: 'CMB_DEBIT' })
    const { resource } = await rig.arrival('TRANSACTION.SUCCESS')
    expect(resource).toMatchObject({ payer: { openid: 'o-somebody' }, bank_type: 'CMB_DEBIT' })
    expect(await query(number)).toEqual(resource)
  })

  it('is less for its payer by a discount, which promotion_detail tells of', async () => {
    const number = await place()
    await rig.emulator.pay(number, { discount: 300 })
    expect(await query(number)).toMatchObject({
      amount: { total: 1_000, payer_total: 700 },
      promotion_detail: [{ type: 'NOCASH', scope: 'GLOBAL', amount: 300, merchant_contribute: 300 }],
    })
    expect((await rig.arrival('TRANSACTION.SUCCESS')).resource.amount.payer_total).toBe(700)
  })

  it('has the promotions that the test describes', async () => {
    const number = await place()
    const coupon = {
      coupon_id: '109519',
      name: '单品惠-6',
      scope: 'SINGLE',
      type: 'CASH',
      amount: 100,
    } as const
    await rig.emulator.pay(number, { discount: [coupon, { amount: 50 }] })
    expect(await query(number)).toMatchObject({
      amount: { payer_total: 850 },
      promotion_detail: [
        { ...coupon, other_contribute: 100 },
        { type: 'NOCASH', amount: 50 },
      ],
    })
  })

  it('may be free for its payer, but no discount is more than the order', async () => {
    const number = await place()
    for (const discount of [1_001, -1, 1.5, [{ amount: 600 }, { amount: 401 }]] as const) {
      await expect(rig.emulator.pay(number, { discount })).rejects.toThrow(
        /whole fen, from 1 up to its total of 1000/,
      )
    }
    await rig.emulator.pay(number, { discount: 1_000 })
    expect((await query(number)).amount.payer_total).toBe(0)
  })

  it('that fails is no payment: nobody is told, and the user may try again', async () => {
    const number = await place()
    expect(await rig.emulator.pay(number, { fail: true })).toEqual({
      transaction_id: '',
      trade_state: 'NOTPAY',
    })
    expect((await query(number)).trade_state).toBe('NOTPAY')
    expect((await rig.emulator.pay(number)).trade_state).toBe('SUCCESS')
    expect(rig.events).toHaveLength(1)
  })

  it('of a v2 order tells its coupons', async () => {
    const out_trade_no = rig.next()
    const order = { ...{ appid: 'wx1', body: 'b', out_trade_no, total_fee: 100 }, spbill_create_ip: '::1' }
    const xml = { ...order, notify_url: 'https://example.com/', trade_type: 'NATIVE' }
    await rig.wxpay.v2.pay.unifiedorder.post({ xml })
    await rig.emulator.pay(out_trade_no, {
      discount: [{ amount: 30 }, { amount: 20, type: 'CASH' }],
      bank: 'ICBC_DEBIT',
    })
    const { data } = await rig.wxpay.v2.pay.orderquery.post({
      xml: { appid: 'wx1', transaction_id: '', out_trade_no },
    })
    expect(data).toMatchObject({
      ...{ bank_type: 'ICBC_DEBIT', total_fee: '100', cash_fee: '50', settlement_total_fee: '70' },
      ...{ coupon_fee: '50', coupon_count: '2', coupon_fee_0: '30', coupon_type_1: 'CASH' },
    })
  })

  it('with a discount is settled without what the merchant grants', async () => {
    await rig.emulator.pay(await place(), { discount: [{ amount: 300 }, { amount: 200, type: 'CASH' }] })
    const bill_date = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    const rows = []
    for await (const row of await rig.wxpay.bills.trade({ bill_date })) rows.push(row)
    expect(rows.at(-1)).toMatchObject({
      ...{ settlement_total: '7.00', coupon_amount: '2.00', total_amount: '10.00' },
    })
  })
})

describe('what has several parts', () => {
  const combine = async () => {
    const { mchid } = rig.emulator.merchant
    const sub = { mchid, attach: 'a', description: 'b', amount: { total_amount: 1, currency: 'CNY' } }
    const combine_out_trade_no = rig.next()
    await rig.wxpay.v3.combineTransactions.native.post({
      json: {
        ...{
          combine_appid: WHO.appid,
          combine_mchid: mchid,
          combine_out_trade_no,
          notify_url: rig.notify_url,
        },
        sub_orders: [{ ...sub, out_trade_no: rig.next() }],
      },
    })
    return combine_out_trade_no
  }

  it('is paid by whom and how the test says, or not', async () => {
    const number = await combine()
    expect((await rig.emulator.pay(number, { fail: true })).trade_state).toBe('NOTPAY')
    await expect(rig.emulator.pay(number, { discount: 1 })).rejects.toThrow(/takes no discount/)
    await rig.emulator.pay(number, { payer: 'o-somebody', bank: 'CMB_DEBIT' })
    expect((await rig.arrival('TRANSACTION.SUCCESS')).resource).toMatchObject({
      combine_payer_info: { openid: 'o-somebody' },
      sub_orders: [{ trade_state: 'SUCCESS', bank_type: 'CMB_DEBIT' }],
    })
  })
})
