import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { startRig } from './client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })

describe('a verified answer', () => {
  it('comes as parsed JSON with status and headers', async () => {
    const response = await rig.wxpay.v3.certificates.get()
    expect(response.status).toBe(200)
    expect(response.headers['wechatpay-signature']).toBeTruthy()
    expect(response.data.data?.[0]?.serial_no).toMatch(/^[0-9A-F]{40}$/)
  })

  it('comes as text, bytes, a stream or a blob when asked', async () => {
    const certificates = rig.wxpay.v3.certificates
    const { data: text } = await certificates.get({ responseType: 'text' })
    const { data: bytes } = await certificates.get({ responseType: 'arraybuffer' })
    const { data: stream } = await certificates.get({ responseType: 'stream' })
    expect(JSON.parse(text).data).toHaveLength(1)
    expect(Buffer.isBuffer(bytes)).toBe(true)
    expect(stream).toBeInstanceOf(Readable)
    expect(JSON.parse(Buffer.concat(await stream.toArray()).toString()).data).toHaveLength(1)
  })

  it('may be empty', async () => {
    const { mchid } = rig.emulator.merchant
    const order = {
      appid: 'wx1',
      mchid,
      description: 'd',
      notify_url: 'https://example.com',
      amount: { total: 1 },
    }
    await rig.wxpay.v3.pay.transactions.native.post({ json: { ...order, out_trade_no: 'empty-1' } })
    const response = await rig.wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.close.post({
      out_trade_no: 'empty-1',
      json: { mchid },
    })
    expect([response.status, response.data]).toEqual([204, undefined])
  })

  it('keeps nothing of the request that could be replayed', async () => {
    const { config, request } = await rig.wxpay.v3.certificates.get()
    expect(request).toBeUndefined()
    expect(config.headers.has('Authorization')).toBe(false)
    expect(config.httpAgent).toBeUndefined()
    expect(config.url).toBe(`${rig.emulator.url}/v3/certificates`)
  })
})

describe('an order', () => {
  it('lives from its making to its refund', async () => {
    const { mchid } = rig.emulator.merchant
    const { transactions } = rig.wxpay.v3.pay
    const out_trade_no = 'life-1'
    const order = {
      appid: 'wx1',
      mchid,
      description: '商品',
      notify_url: 'https://example.com/n',
      amount: { total: 100 },
    }
    const made = await transactions.jsapi.post({ json: { ...order, out_trade_no, payer: { openid: 'o1' } } })
    expect(made.data.prepay_id).toBeTruthy()

    const query = () => transactions.outTradeNo._out_trade_no_.get({ out_trade_no, query: { mchid } })
    expect((await query()).data.trade_state).toBe('NOTPAY')
    await rig.emulator.pay(out_trade_no)
    const { data: paid } = await query()
    expect(paid).toMatchObject({ trade_state: 'SUCCESS', out_trade_no, amount: { total: 100 } })

    const transaction_id = String(paid.transaction_id)
    const byId = await transactions.id._transaction_id_.get({ transaction_id, query: { mchid } })
    expect(byId.data.out_trade_no).toBe(out_trade_no)

    const refund = await rig.wxpay.v3.refund.domestic.refunds.post({
      json: { transaction_id, out_refund_no: 'r1', amount: { refund: 40, total: 100, currency: 'CNY' } },
    })
    expect(refund.data.status).toMatch(/SUCCESS|PROCESSING/)
    const found = await rig.wxpay.v3.refund.domestic.refunds._out_refund_no_.get({ out_refund_no: 'r1' })
    expect(found.data.amount?.refund).toBe(40)
  })
})
