import { createDecipheriv, createHash, createSecretKey } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encryptOaep } from '../../../lib/crypto/index.js'
import { indexed, type Wechatpay } from '../../../lib/index.js'
import { decryptReqInfo } from '../../../lib/protocols/v2/req-info.js'
import { startRig } from '../../e2e/client.js'
import { rejection } from './gateway.js'
import { fieldsOfXml, signatureOf } from './protocol.js'

const rig = startRig()
let count = 0
const number = () => `order-${++count}`
const notified: string[] = []
let receiver: Server
let notify_url = ''

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      notified.push(body)
      response.end('<xml><return_code>SUCCESS</return_code></xml>')
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
})
afterAll(() => receiver.close())

const place = (out_trade_no: string, more: object = {}) =>
  rig.wxpay.v2.pay.unifiedorder.post({
    xml: {
      appid: 'wxd678efh567hg6787',
      body: '腾讯充值中心-QQ会员充值 <b>&',
      out_trade_no,
      total_fee: 100,
      spbill_create_ip: '123.12.12.123',
      notify_url,
      trade_type: 'NATIVE',
      ...more,
    },
  })
const query = (out_trade_no: string, more: object = {}) =>
  rig.wxpay.v2.pay.orderquery.post({ xml: { appid: 'wx1', transaction_id: '', out_trade_no, ...more } })
const refund = (out_trade_no: string, out_refund_no: string, refund_fee: number, more: object = {}) =>
  rig.wxpay.v2.secapi.pay.refund.post({
    xml: {
      appid: 'wx1',
      transaction_id: '',
      out_trade_no,
      out_refund_no,
      total_fee: 100,
      refund_fee,
      ...more,
    },
  })

describe("an order's life", () => {
  it('is placed, queried, paid, refunded in parts, and known to v3 as well', async () => {
    const out_trade_no = number()
    const { data: placed } = await place(out_trade_no)
    expect(placed.code_url).toMatch(/^weixin:/)
    expect((await query(out_trade_no)).data.trade_state).toBe('NOTPAY')
    const { transaction_id } = await rig.emulator.pay(out_trade_no)
    const { data: paid } = await query(out_trade_no, { sign_type: 'HMAC-SHA256' })
    expect(paid).toMatchObject({ trade_state: 'SUCCESS', total_fee: '100', transaction_id })
    await refund(out_trade_no, `${out_trade_no}-1`, 30, { notify_url })
    await refund(out_trade_no, `${out_trade_no}-2`, 20)
    expect(await rejection(refund(out_trade_no, `${out_trade_no}-3`, 51))).toMatchObject({
      name: 'ApiError',
      verified: true,
    })
    const { data: refunds } = await rig.wxpay.v2.pay.refundquery.post({
      xml: { appid: 'wx1', transaction_id, out_trade_no: '', out_refund_no: '', refund_id: '' },
    })
    expect(refunds.refund_count).toBe('2')
    expect(indexed(refunds, 'refund_fee_$n')).toEqual(['30', '20'])
    const mchid = rig.emulator.merchant.mchid
    const { data: order } = await rig.wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({
      out_trade_no,
      query: { mchid },
    })
    expect(order.trade_state).toBe('REFUND')
  })

  it('answers a repetition as before, and refuses another order under its number', async () => {
    const out_trade_no = number()
    const [first, second] = [await place(out_trade_no), await place(out_trade_no)]
    expect(second.data.prepay_id).toBe(first.data.prepay_id)
    expect(await rejection(place(out_trade_no, { total_fee: 1 }))).toMatchObject({
      code: 'OUT_TRADE_NO_USED',
    })
  })

  it('ends when it is closed', async () => {
    const out_trade_no = number()
    await place(out_trade_no)
    const close = () => rig.wxpay.v2.pay.closeorder.post({ xml: { appid: 'wx1', out_trade_no } })
    expect((await close()).data.result_code).toBe('SUCCESS')
    expect((await query(out_trade_no)).data.trade_state).toBe('CLOSED')
    expect(await rejection(close())).toMatchObject({ code: 'ORDERCLOSED' })
    expect(await rejection(query('nowhere'))).toMatchObject({ code: 'ORDERNOTEXIST', verified: true })
  })

  it('is paid by a code and taken back', async () => {
    const out_trade_no = number()
    const order = { appid: 'a', body: 'b', out_trade_no, total_fee: '100', spbill_create_ip: '::1' }
    const pay = (auth_code: string, more: { time_expire?: string } = {}) =>
      rig.wxpay.v2.pay.micropay.post({ xml: { ...order, auth_code, ...more } })
    expect(await rejection(pay('42'))).toMatchObject({ code: 'AUTH_CODE_INVALID' })
    const late = pay('120061098828009406', { time_expire: '20091227091010' })
    expect(await rejection(late)).toMatchObject({ code: 'PARAM_ERROR' })
    expect((await pay('120061098828009406')).data).toMatchObject({ trade_type: 'MICROPAY', total_fee: '100' })
    expect(await rejection(pay('120061098828009406'))).toMatchObject({ code: 'ORDERPAID' })
    const { data } = await rig.wxpay.v2.secapi.pay.reverse.post({
      xml: { appid: 'a', transaction_id: '', out_trade_no },
    })
    expect(data.recall).toBe('N')
    expect((await query(out_trade_no)).data.trade_state).toBe('REVOKED')
  })

  it.each([
    ['no positive number of fen', { total_fee: '1.5' }],
    ['an unknown kind of trade', { trade_type: 'CASH' }],
    ['JSAPI without openid', { trade_type: 'JSAPI' }],
    ['a field nobody documented', { colour: 'red' }],
  ])('does not begin with %s', async (_, more) => {
    expect(await rejection(place(number(), more))).toMatchObject({
      name: 'ApiError',
      code: 'PARAM_ERROR',
      verified: true,
    })
  })
})

describe('what the merchant is told', () => {
  it('of a payment is signed', async () => {
    const out_trade_no = number()
    await place(out_trade_no, { attach: '中文&' })
    notified.length = 0
    const { notified: receipt } = await rig.emulator.pay(out_trade_no)
    expect(receipt).toMatchObject({ status: 200 })
    const fields = fieldsOfXml(notified[0] ?? '')
    expect(fields).toMatchObject({ out_trade_no, attach: '中文&', result_code: 'SUCCESS', cash_fee: '100' })
    expect(fields.sign).toBe(signatureOf(fields, rig.emulator.merchant.secret, 'MD5'))
  })

  it('of a refund is encrypted under the APIv2 key', async () => {
    const out_trade_no = number()
    await place(out_trade_no)
    await rig.emulator.pay(out_trade_no)
    notified.length = 0
    await refund(out_trade_no, `${out_trade_no}-r`, 40, { notify_url })
    await expect.poll(() => notified.length).toBe(1)
    const { req_info = '' } = fieldsOfXml(notified[0] ?? '')
    const { secret } = rig.emulator.merchant
    const info = decryptReqInfo(req_info, createSecretKey(Buffer.from(secret)))
    expect(info).toMatchObject({ out_trade_no, refund_fee: '40', refund_status: 'SUCCESS' })
    const decipher = createDecipheriv('aes-256-ecb', createHash('md5').update(secret).digest('hex'), null)
    const plain = decipher.update(req_info, 'base64', 'utf8') + decipher.final('utf8')
    expect(plain).toContain('<root>')
    expect(() => decryptReqInfo(req_info, createSecretKey(Buffer.alloc(32)))).toThrow(/decrypt/)
  })
})

describe('a payment to a bank card', () => {
  const pay = (enc_bank_no: string, enc_true_name: string) =>
    rig.wxpay.v2.mmpaysptrans.pay_bank.post({
      xml: { partner_trade_no: number(), enc_bank_no, enc_true_name, bank_code: '1002', amount: 100 },
    })

  it('is encrypted with the key that the API gives', async () => {
    const { data } = await rig.wxpay.v2.risk.getpublickey.post({ xml: {} })
    const key = data.pub_key ?? ''
    expect(key).toContain('BEGIN RSA PUBLIC KEY')
    const { data: paid } = await pay(encryptOaep('6228480402564890018', key), encryptOaep('张三', key))
    expect(paid.result_code).toBe('SUCCESS')
    expect(await rejection(pay('6228480402564890018', '张三'))).toMatchObject({ code: 'PARAM_ERROR' })
  })
})

describe('the sandbox', () => {
  it('is signed with a key of its own, which the API gives', async () => {
    const { data } = await rig.wxpay.v2.xdc.apiv2getsignkey.sign.getsignkey.post({ xml: {} })
    const sandbox: Wechatpay = rig.client({ secret: data.sandbox_signkey ?? '' })
    const xml = { appid: 'wx1', transaction_id: '', out_trade_no: 'n' }
    const { data: order } = await sandbox.v2.sandboxnew.pay.orderquery.post({ xml })
    expect(order.result_code).toBe('SUCCESS')
    expect(await rejection(rig.wxpay.v2.sandboxnew.pay.orderquery.post({ xml }))).toMatchObject({
      code: 'SIGNERROR',
    })
  })
})
