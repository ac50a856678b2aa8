import { describe, expect, it } from 'vitest'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()
const MERCHANTS = { mchid: '1900000100', sub_mchid: '1900000101' }
const WHO_COMBINES = { combine_appid: 'wxd678efh567hg6787' }

describe('a combined order', () => {
  const place = (combine_out_trade_no: string, parts: readonly string[]) =>
    rig.wxpay.v3.combineTransactions.native.post({
      json: {
        combine_appid: 'wxd678efh567hg6787',
        combine_mchid: rig.emulator.merchant.mchid,
        combine_out_trade_no,
        notify_url: rig.notify_url,
        sub_orders: parts.map((out_trade_no) => ({
          ...{ mchid: '1900000100', sub_mchid: '1900000101', attach: 'a', description: 'b', out_trade_no },
          amount: { total_amount: 10, currency: 'CNY' },
        })),
      },
    })

  it('is paid as one, and its parts with it', async () => {
    const [whole, one, two] = [rig.next(), rig.next(), rig.next()]
    await place(whole, [one, two])
    await expect(rig.emulator.pay(one)).rejects.toThrow(`pay that`)
    await rig.emulator.pay(whole)
    const { resource } = await rig.arrival('TRANSACTION.SUCCESS')
    expect(resource).toMatchObject({ combine_out_trade_no: whole })
    const { data } = await rig.wxpay.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({
      combine_out_trade_no: whole,
    })
    expect(data).toEqual(resource)
    expect(data.sub_orders?.map(({ out_trade_no, trade_state }) => [out_trade_no, trade_state])).toEqual([
      [one, 'SUCCESS'],
      [two, 'SUCCESS'],
    ])
  })

  it('may have parts of plain merchants, which name no sub-merchant', async () => {
    const [whole, part] = [rig.next(), rig.next()]
    await rig.wxpay.v3.combineTransactions.native.post({
      json: {
        ...{ ...WHO_COMBINES, combine_mchid: rig.emulator.merchant.mchid, combine_out_trade_no: whole },
        notify_url: rig.notify_url,
        sub_orders: [
          {
            ...{ mchid: '1900000100', attach: 'a', description: 'b', out_trade_no: part },
            amount: { total_amount: 10, currency: 'CNY' },
          },
        ],
      },
    })
    await rig.emulator.pay(whole)
    const { resource } = await rig.arrival('TRANSACTION.SUCCESS')
    expect(resource.sub_orders).toMatchObject([{ mchid: '1900000100', out_trade_no: part }])
    expect(resource.sub_orders[0]).not.toHaveProperty('sub_mchid')
  })

  it('is answered alike when repeated, refused when changed, closed by its parts', async () => {
    const [whole, one] = [rig.next(), rig.next()]
    const first = await place(whole, [one])
    expect((await place(whole, [one])).data).toEqual(first.data)
    expect((await failure(place(whole, [rig.next()]))).code).toBe('OUT_TRADE_NO_USED')
    await rig.wxpay.v3.combineTransactions.outTradeNo._combine_out_trade_no_.close.post({
      combine_out_trade_no: whole,
      json: {
        combine_appid: 'wxd678efh567hg6787',
        sub_orders: [{ mchid: '1900000100', sub_mchid: '1900000101', out_trade_no: one }],
      },
    })
    await expect(rig.emulator.pay(whole)).rejects.toThrow(/CLOSED/)
  })

  it.each([
    ['app', 'prepay_id', {}],
    ['jsapi', 'prepay_id', { combine_payer_info: { openid: 'o-payer' } }],
    [
      'h5',
      'h5_url',
      { scene_info: { device_id: '1', payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } } },
    ],
  ] as const)('is placed by %s, too', async (way, field, more) => {
    const out_trade_no = rig.next()
    const { data } = await rig.wxpay.chain(`v3/combine-transactions/${way}` as string).post({
      json: {
        ...{ ...WHO_COMBINES, combine_mchid: rig.emulator.merchant.mchid, ...more },
        ...{ combine_out_trade_no: rig.next(), notify_url: rig.notify_url },
        sub_orders: [
          {
            ...MERCHANTS,
            attach: 'a',
            description: 'b',
            out_trade_no,
            amount: { total_amount: 1, currency: 'CNY' },
          },
        ],
      },
    })
    expect(Object.keys(data as object)).toEqual([field])
  })

  it('is paid, placed and closed as a whole or not at all', async () => {
    const { combineTransactions } = rig.wxpay.v3
    const [whole, one, two] = [rig.next(), rig.next(), rig.next()]
    await place(whole, [one, two])
    const close = (combine_out_trade_no: string, parts: readonly string[]) =>
      combineTransactions.outTradeNo._combine_out_trade_no_.close.post({
        combine_out_trade_no,
        json: {
          ...WHO_COMBINES,
          sub_orders: parts.map((out_trade_no) => ({ ...MERCHANTS, out_trade_no })),
        },
      })
    const { out_trade_no: stranger } = await rig.paidOrder()
    expect((await failure(close(whole, [one, stranger]))).code).toBe('ORDER_PAID')
    const other = rig.next()
    const third = rig.next()
    await place(other, [third])
    expect((await failure(close(whole, [third]))).code).toBe('ORDER_NOT_EXIST')
    expect((await failure(place(rig.next(), [rig.next(), one]))).code).toBe('OUT_TRADE_NO_USED')

    await close(whole, [two])
    await expect(rig.emulator.pay(whole)).rejects.toThrow(/CLOSED/)
    const { data } = await combineTransactions.outTradeNo._combine_out_trade_no_.get({
      combine_out_trade_no: whole,
    })
    expect(data.sub_orders?.map(({ trade_state }) => trade_state)).toEqual(['NOTPAY', 'CLOSED'])
  })

  it('has parts that are refunded one by one', async () => {
    const [whole, one, two] = [rig.next(), rig.next(), rig.next()]
    await place(whole, [one, two])
    await rig.emulator.pay(whole)
    await rig.wxpay.v3.refund.domestic.refunds.post({
      json: {
        ...{ sub_mchid: MERCHANTS.sub_mchid, out_trade_no: one, out_refund_no: rig.next() },
        amount: { refund: 10, total: 10, currency: 'CNY' },
      },
    })
    const { data } = await rig.wxpay.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({
      combine_out_trade_no: whole,
    })
    expect(data.sub_orders?.map(({ trade_state }) => trade_state)).toEqual(['REFUND', 'SUCCESS'])
  })
})
