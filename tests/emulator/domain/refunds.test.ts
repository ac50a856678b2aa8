import { describe, expect, it } from 'vitest'
import { sensitive } from '../../../lib/index.js'
import { nativeOrder } from '../client.js'
import { DAY, HOUR, startClockedRig } from './clocked.js'
import { failure, startFlowRig, WHO } from './rig.js'

describe('what becomes of a refund', () => {
  const rig = startFlowRig()
  const refunds = () => rig.wxpay.v3.refund.domestic.refunds
  const query = async (out_refund_no: string) => (await refunds()._out_refund_no_.get({ out_refund_no })).data
  async function refund(out_refund_no = rig.next(), amount = 400) {
    const { transaction_id } = await rig.paidOrder()
    const json = { transaction_id, out_refund_no, notify_url: rig.notify_url }
    const { data } = await refunds().post({
      json: { ...json, amount: { refund: amount, total: 1_000, currency: 'CNY' } },
    })
    return data
  }

  it('is told by the test, also while it waits', async () => {
    const number = rig.next()
    rig.emulator.refund(number, 'PROCESSING')
    expect((await refund(number)).status).toBe('PROCESSING')
    const waiting = await query(number)
    expect(waiting.status).toBe('PROCESSING')
    expect(waiting).not.toHaveProperty('success_time')
    rig.emulator.refund(number, 'SUCCESS')
    expect((await rig.arrival('REFUND.SUCCESS')).resource).toMatchObject({ out_refund_no: number })
    expect(await query(number)).toMatchObject({ status: 'SUCCESS', success_time: expect.any(String) })
    expect(() => rig.emulator.refund(number, 'CLOSED')).toThrow(/is SUCCESS already/)
  })

  it('may be told of all that are still to come', async () => {
    rig.emulator.refund('*', 'PROCESSING')
    const { out_refund_no } = await refund()
    expect((await query(out_refund_no)).status).toBe('PROCESSING')
    rig.emulator.refund('*', 'SUCCESS')
    expect((await query((await refund()).out_refund_no)).status).toBe('SUCCESS')
    expect((await query(out_refund_no)).status).toBe('PROCESSING')
  })

  it('is closed, and its amount can be refunded again', async () => {
    const number = rig.next()
    rig.emulator.refund(number, 'CLOSED')
    const { transaction_id } = await refund(number, 1_000)
    expect((await rig.arrival('REFUND.CLOSED')).resource).toMatchObject({ refund_status: 'CLOSED' })
    expect((await query(number)).status).toBe('CLOSED')
    const amount = { refund: 1_000, total: 1_000, currency: 'CNY' }
    const again = await refunds().post({ json: { transaction_id, out_refund_no: rig.next(), amount } })
    expect(again.data.status).toBe('PROCESSING')
  })

  it('is abnormal, and then sent to another bank card', async () => {
    const number = rig.next()
    rig.emulator.refund(number, 'ABNORMAL')
    const { refund_id } = await refund(number)
    expect((await rig.arrival('REFUND.ABNORMAL')).resource).toMatchObject({ refund_status: 'ABNORMAL' })
    const apply = (json: object) =>
      refunds()._refund_id_.applyAbnormalRefund.post({ refund_id, json: json as never })
    const card = {
      ...{ out_refund_no: number, type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT' },
      ...{ bank_account: sensitive('6222020200112230'), real_name: sensitive('张三') },
    }
    const { real_name: _, ...nameless } = card
    expect((await failure(apply(nameless))).detail).toMatchObject({ field: '/real_name' })
    expect((await apply(card)).data).toMatchObject({ status: 'PROCESSING', channel: 'OTHER_BANKCARD' })
    await rig.arrival('REFUND.SUCCESS')
    expect(await query(number)).toMatchObject({ status: 'SUCCESS', user_received_account: '银行卡2230' })
    expect((await apply(card)).data.status).toBe('SUCCESS')
  })

  it('is not sent elsewhere unless it is abnormal', async () => {
    const { refund_id, out_refund_no } = await refund()
    const json = { out_refund_no, type: 'MERCHANT_BANK_CARD' } as const
    const { applyAbnormalRefund } = refunds()._refund_id_
    expect((await failure(applyAbnormalRefund.post({ refund_id, json }))).code).toBe('INVALID_REQUEST')
    const other = failure(applyAbnormalRefund.post({ refund_id: '50300', json }))
    expect((await other).code).toBe('RESOURCE_NOT_EXISTS')
  })

  it('gives a discount back in proportion, to the last fen', async () => {
    const out_trade_no = rig.next()
    const { mchid } = rig.emulator.merchant
    const order = { ...WHO, mchid, description: 'a', out_trade_no, notify_url: rig.notify_url }
    await rig.wxpay.v3.pay.transactions.native.post({ json: { ...order, amount: { total: 1_000 } } })
    await rig.emulator.pay(out_trade_no, { discount: 333 })
    const parts: Awaited<ReturnType<typeof refund>>[] = []
    for (const part of [333, 333, 334]) {
      const amount = { refund: part, total: 1_000, currency: 'CNY' }
      const { data } = await refunds().post({ json: { out_trade_no, out_refund_no: rig.next(), amount } })
      parts.push(data)
    }
    const sum = (of: (data: (typeof parts)[number]) => number) => parts.reduce((fen, one) => fen + of(one), 0)
    expect(sum(({ amount }) => amount.payer_refund)).toBe(667)
    expect(sum(({ amount }) => amount.discount_refund)).toBe(333)
    expect(sum(({ promotion_detail = [] }) => promotion_detail[0]?.refund_amount ?? 0)).toBe(333)
    expect(parts[0]).toMatchObject({ amount: { payer_total: 667, settlement_total: 667 } })
  })

  it('is for the merchant whose order it was', async () => {
    const out_trade_no = rig.next()
    const partner = { sp_appid: WHO.appid, sp_mchid: rig.emulator.merchant.mchid, sub_mchid: '1900000100' }
    await rig.wxpay.v3.pay.partner.transactions.native.post({
      json: {
        ...partner,
        description: 'a',
        out_trade_no,
        notify_url: rig.notify_url,
        amount: { total: 100 },
      },
    })
    await rig.emulator.pay(out_trade_no)
    const out_refund_no = rig.next()
    const amount = { refund: 1, total: 100, currency: 'CNY' }
    const apply = (who: object) => refunds().post({ json: { out_trade_no, out_refund_no, amount, ...who } })
    expect((await failure(apply({}))).detail).toMatchObject({ field: '/sub_mchid' })
    expect((await failure(apply({ sub_mchid: '1900000101' }))).code).toBe('RESOURCE_NOT_EXISTS')
    expect((await apply({ sub_mchid: '1900000100' })).data.status).toBe('PROCESSING')
    const find = (query: { sub_mchid?: string }) => refunds()._out_refund_no_.get({ out_refund_no, query })
    expect((await failure(find({}))).detail).toMatchObject({ field: 'sub_mchid', location: 'query' })
    expect((await find({ sub_mchid: '1900000100' })).data.status).toBe('SUCCESS')
    const own = await rig.paidOrder()
    const json = { ...own, out_refund_no: rig.next(), sub_mchid: '1900000100' }
    const mine = refunds().post({ json: { ...json, amount: { ...amount, total: 1_000 } } })
    expect((await failure(mine)).code).toBe('RESOURCE_NOT_EXISTS')
  })

  it('of v2 is told in the words of v2', async () => {
    const [out_trade_no, out_refund_no] = [rig.next(), rig.next()]
    const place = { ...{ appid: 'wx1', body: 'b', out_trade_no, total_fee: 100 }, spbill_create_ip: '::1' }
    const xml = { ...place, notify_url: 'https://example.com/', trade_type: 'NATIVE' }
    await rig.wxpay.v2.pay.unifiedorder.post({ xml })
    await rig.emulator.pay(out_trade_no)
    rig.emulator.refund(out_refund_no, 'PROCESSING')
    const fees = { out_refund_no, total_fee: 100, refund_fee: 40, transaction_id: '', out_trade_no }
    await rig.wxpay.v2.secapi.pay.refund.post({ xml: { appid: 'wx1', ...fees } })
    const ask = async () => {
      const numbers = { transaction_id: '', out_trade_no: '', refund_id: '', out_refund_no }
      return (await rig.wxpay.v2.pay.refundquery.post({ xml: { appid: 'wx1', ...numbers } })).data
    }
    expect(await ask()).toMatchObject({ refund_status_0: 'PROCESSING' })
    rig.emulator.refund(out_refund_no, 'ABNORMAL')
    expect(await ask()).toMatchObject({ refund_status_0: 'CHANGE' })
  })
})

describe('the time of a refund', () => {
  const rig = startClockedRig()
  const paid = async () => {
    const out_trade_no = rig.next()
    await rig.call('POST', '/v3/pay/transactions/native', nativeOrder(rig.emulator, out_trade_no))
    await rig.emulator.pay(out_trade_no)
    return out_trade_no
  }
  const refund = (out_trade_no: string, out_refund_no = rig.next(), amount = 1) =>
    rig.call('POST', '/v3/refund/domestic/refunds', {
      ...{ out_trade_no, out_refund_no, amount: { refund: amount, total: 100, currency: 'CNY' } },
    })
  const statusOf = async (number: string) =>
    (await rig.call('GET', `/v3/refund/domestic/refunds/${number}`)).json.status

  it('is what the test says, by the clock', async () => {
    const number = rig.next()
    rig.emulator.refund(number, 'SUCCESS', { after: HOUR })
    await refund(await paid(), number)
    rig.advance(HOUR - 1)
    expect(await statusOf(number)).toBe('PROCESSING')
    rig.advance(1)
    expect(await statusOf(number)).toBe('SUCCESS')
  })

  it('and its end have to be some that there are', () => {
    expect(() => rig.emulator.refund('R', 'DONE' as never)).toThrow(/DONE is none of PROCESSING, SUCCESS/)
    expect(() => rig.emulator.refund('R', 'SUCCESS', { after: Number.NaN })).toThrow(/milliseconds/)
    expect(() => rig.emulator.refund('R', 'PROCESSING', { after: 1 })).toThrow(/takes no after/)
  })

  it('is a year after the payment at the latest', async () => {
    const [first, second] = [await paid(), await paid()]
    rig.advance(365 * DAY)
    expect((await refund(first)).status).toBe(200)
    rig.advance(1_000)
    expect(await refund(second)).toMatchObject({ status: 400, json: { code: 'INVALID_REQUEST' } })
  })

  it('comes fifty times for an order, not counting what was closed', async () => {
    const order = await paid()
    const closed = rig.next()
    rig.emulator.refund(closed, 'CLOSED')
    await refund(order, closed)
    for (let count = 0; count < 50; count++) expect((await refund(order)).status).toBe(200)
    expect(await refund(order)).toMatchObject({ status: 400, json: { code: 'INVALID_REQUEST' } })
  })
})

describe('a refund that ends later', () => {
  const rig = startFlowRig()

  it('is told of as soon as its time has come, though nobody asks', async () => {
    const { transaction_id } = await rig.paidOrder()
    const out_refund_no = rig.next()
    rig.emulator.refund(out_refund_no, 'SUCCESS', { after: 20 })
    const json = { transaction_id, out_refund_no, notify_url: rig.notify_url }
    const amount = { refund: 1, total: 1_000, currency: 'CNY' }
    await rig.wxpay.v3.refund.domestic.refunds.post({ json: { ...json, amount } })
    expect((await rig.arrival('REFUND.SUCCESS')).resource).toMatchObject({ out_refund_no })
  })
})
