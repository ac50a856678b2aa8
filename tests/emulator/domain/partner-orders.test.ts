import { describe, expect, it } from 'vitest'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()

describe('a partner’s order', () => {
  const order = (out_trade_no: string) => ({
    sp_appid: 'wx8888888888888888',
    sp_mchid: rig.emulator.merchant.mchid,
    sub_mchid: '1900000100',
    description: 'QQ公仔',
    out_trade_no,
    notify_url: rig.notify_url,
    amount: { total: 100 },
  })
  const query = () => ({ sp_mchid: rig.emulator.merchant.mchid, sub_mchid: '1900000100' })
  const orders = () => rig.wxpay.v3.pay.partner.transactions

  it.each([{ sp_openid: 'oPARTNER' }, { sub_openid: 'oMERCHANT' }])(
    'by JSAPI is paid by %o',
    async (payer) => {
      const out_trade_no = rig.next()
      await orders().jsapi.post({ json: { ...order(out_trade_no), sub_appid: 'wx8888888888888889', payer } })
      await rig.emulator.pay(out_trade_no)
      const { resource } = await rig.arrival('TRANSACTION.SUCCESS')
      expect(resource.payer).toMatchObject(payer)
    },
  )

  it('by JSAPI is of nobody without an openid: 400', async () => {
    const json = { ...order(rig.next()), payer: {} }
    const error = await failure(orders().jsapi.post({ json: json as never }))
    expect(error).toMatchObject({ status: 400, code: 'PARAM_ERROR' })
    expect(error.detail).toMatchObject({ field: '/payer', issue: expect.stringContaining('sub_openid') })
  })

  it('may name its store by the id alone', async () => {
    const scene_info = { payer_client_ip: '14.23.150.211', store_info: { id: '0001' } }
    const { data } = await orders().native.post({ json: { ...order(rig.next()), scene_info } })
    expect(data.code_url).toMatch(/^weixin:/)
  })

  it('is placed, paid, found by either number, refunded, and not another merchant’s', async () => {
    const out_trade_no = rig.next()
    const { data: placed } = await orders().native.post({ json: order(out_trade_no) })
    expect(placed.code_url).toMatch(/^weixin:/)
    await rig.emulator.pay(out_trade_no)
    const { resource } = await rig.arrival('TRANSACTION.SUCCESS')
    expect(resource).toMatchObject({ out_trade_no, sub_mchid: '1900000100', trade_state: 'SUCCESS' })

    const { transaction_id } = resource
    const { data: byId } = await orders().id._transaction_id_.get({ transaction_id, query: query() })
    const { data: byNumber } = await orders().outTradeNo._out_trade_no_.get({ out_trade_no, query: query() })
    expect(byId).toEqual(byNumber)
    expect(byId).toMatchObject({ sp_mchid: query().sp_mchid, payer: { sp_openid: expect.any(String) } })
    const stranger = { ...query(), sub_mchid: '1900000101' }
    const error = await failure(orders().outTradeNo._out_trade_no_.get({ out_trade_no, query: stranger }))
    expect(error.code).toBe('ORDER_NOT_EXIST')

    await rig.wxpay.v3.refund.domestic.refunds.post({
      json: {
        ...{ sub_mchid: '1900000100', out_trade_no, out_refund_no: rig.next(), notify_url: rig.notify_url },
        amount: { refund: 40, total: 100, currency: 'CNY' },
      },
    })
    const refund = await rig.arrival('REFUND.SUCCESS')
    expect(refund.resource).toMatchObject({ sub_mchid: '1900000100', amount: { refund: 40 } })
  })

  it.each([
    ['app', 'prepay_id', {}],
    ['jsapi', 'prepay_id', { payer: { sp_openid: 'o-payer' } }],
    ['h5', 'h5_url', { scene_info: { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } } }],
  ] as const)('is placed by %s, too, once', async (way, field, more) => {
    const path = rig.wxpay.chain(`v3/pay/partner/transactions/${way}` as string)
    const json = { ...order(rig.next()), ...more }
    const { data } = await path.post({ json })
    expect(Object.keys(data as object)).toEqual([field])
    expect((await path.post({ json })).data).toEqual(data)
    expect((await failure(path.post({ json: { ...json, description: 'b' } }))).code).toBe('OUT_TRADE_NO_USED')
  })

  it('is closed', async () => {
    const out_trade_no = rig.next()
    await orders().jsapi.post({ json: { ...order(out_trade_no), payer: { sp_openid: 'o1' } } })
    await orders().outTradeNo._out_trade_no_.close.post({ out_trade_no, json: query() })
    await expect(rig.emulator.pay(out_trade_no)).rejects.toThrow(/CLOSED/)
  })

  it('by v2 is the sub-merchant’s in every answer and notification, and not another’s', async () => {
    const out_trade_no = rig.next()
    const { pay, secapi } = rig.wxpay.v2
    const whose = { appid: 'wx8888888888888888', sub_mch_id: '1900000100' }
    const xml = {
      ...{ ...whose, body: 'QQ公仔', out_trade_no, total_fee: 100, spbill_create_ip: '127.0.0.1' },
      ...{ notify_url: rig.notify_url, trade_type: 'NATIVE' },
    }
    const { data: placed } = await pay.unifiedorder.post({ xml })
    expect(placed).toMatchObject({ sub_mch_id: '1900000100', code_url: expect.any(String) })
    await rig.emulator.pay(out_trade_no)
    await expect.poll(() => rig.events).toHaveLength(1)
    // The rig holds what is left there against the catalogue of v3.
    const [paid] = rig.events.splice(0)
    expect(paid?.resource).toMatchObject({ out_trade_no, sub_mch_id: '1900000100' })

    const stranger = { appid: whose.appid, sub_mch_id: '1900000101', out_trade_no }
    const refund = { out_refund_no: rig.next(), total_fee: 100, refund_fee: 40 }
    for (const refused of [
      () => pay.orderquery.post({ xml: stranger }),
      () => pay.closeorder.post({ xml: stranger }),
      () => secapi.pay.refund.post({ xml: { ...stranger, ...refund } }),
    ]) {
      expect((await failure(refused())).code).toBe('ORDERNOTEXIST')
    }
    await secapi.pay.refund.post({ xml: { ...whose, out_trade_no, ...refund } })
    const { out_refund_no } = refund
    const { data: refunded } = await pay.refundquery.post({ xml: { ...whose, out_refund_no } })
    expect(refunded).toMatchObject({ sub_mch_id: '1900000100', refund_fee_0: '40' })
    const { data } = await orders().outTradeNo._out_trade_no_.get({ out_trade_no, query: query() })
    expect(data).toMatchObject({ sub_mchid: '1900000100', trade_state: 'REFUND' })
  })
})
