import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { call, isSignedBy, nativeOrder, openAesGcm, publicKeyPem } from '../client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterAll(() => emulator.close())

let count = 0
const number = () => `ORDER_${String(++count).padStart(6, '0')}`
const query = (out_trade_no: string) =>
  call(emulator, 'GET', `/v3/pay/transactions/out-trade-no/${out_trade_no}?mchid=${emulator.merchant.mchid}`)
const close = (out_trade_no: string) =>
  call(emulator, 'POST', `/v3/pay/transactions/out-trade-no/${out_trade_no}/close`, {
    mchid: emulator.merchant.mchid,
  })
const place = (order: object, type = 'native') =>
  call(emulator, 'POST', `/v3/pay/transactions/${type}`, order)
async function paid(total = 100) {
  const out_trade_no = number()
  await place(nativeOrder(emulator, out_trade_no, { amount: { total } }))
  const { transaction_id } = await emulator.pay(out_trade_no)
  return { out_trade_no, transaction_id }
}
const refund = (order: object, out_refund_no: string, amount: number, total = 100, more: object = {}) =>
  call(emulator, 'POST', '/v3/refund/domestic/refunds', {
    ...order,
    out_refund_no,
    amount: { refund: amount, total, currency: 'CNY' },
    ...more,
  })

describe('placing an order', () => {
  test.each([
    ['native', {}, 'code_url', /^weixin:\/\/wxpay\/bizpayurl\?pr=\w+$/],
    ['jsapi', { payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } }, 'prepay_id', /^wx\d{14}\w{20}$/],
    ['app', {}, 'prepay_id', /^wx/],
    [
      'h5',
      { scene_info: { payer_client_ip: '127.0.0.1' } },
      'h5_url',
      /^https:\/\/wx\.tenpay\.com\/.*prepay_id=wx/,
    ],
  ])('as %s answers what the front end needs', async (type, more, field, pattern) => {
    const answer = await place(nativeOrder(emulator, number(), more), type)
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.json)).toEqual([field])
    expect(answer.json[field]).toMatch(pattern)
    expect(isSignedBy(answer, publicKeyPem(emulator))).toBe(true)
  })

  test('again with the same body gives the same answer, with another body 403 OUT_TRADE_NO_USED', async () => {
    const order = nativeOrder(emulator, number())
    const first = await place(order)
    expect((await place(order)).json).toEqual(first.json)
    const { status, json } = await place({ ...order, amount: { total: 101 } })
    expect([status, json.code, json.detail.field]).toEqual([403, 'OUT_TRADE_NO_USED', '/out_trade_no'])
  })

  test.each([
    ['/out_trade_no', { out_trade_no: undefined }],
    ['/out_trade_no', { out_trade_no: 'x' }],
    ['/amount', { amount: undefined }],
    ['/amount/total', { amount: {} }],
    ['/amount/total', { amount: { total: '100' } }],
    ['/amount/total', { amount: { total: 0 } }],
    ['/notify_url', { notify_url: 'ftp://a' }],
    ['/mchid', { mchid: '1900000110' }],
  ])('with a wrong %s is 400 PARAM_ERROR naming the field: %o', async (field, more) => {
    const { status, json } = await place(nativeOrder(emulator, number(), more))
    expect([status, json.code, json.detail.field, json.detail.location]).toEqual([
      400,
      'PARAM_ERROR',
      field,
      'body',
    ])
  })

  test('needs the payer for jsapi', async () => {
    const { json } = await place(nativeOrder(emulator, number()), 'jsapi')
    expect(json.detail.field).toBe('/payer')
  })

  test.each(['{"a":', '[]', '"text"', 'null'])('with the body %s is 400 PARAM_ERROR', async (body) => {
    const { status, json } = await call(emulator, 'POST', '/v3/pay/transactions/native', body)
    expect([status, json.code]).toEqual([400, 'PARAM_ERROR'])
  })

  test('without a body names the first field that is missing', async () => {
    const { json } = await call(emulator, 'POST', '/v3/pay/transactions/native')
    expect(json).toMatchObject({ code: 'PARAM_ERROR', detail: { field: '/appid', issue: 'is required' } })
  })
})

describe('the life of an order', () => {
  test('goes from NOTPAY through SUCCESS to REFUND', async () => {
    const out_trade_no = number()
    await place(nativeOrder(emulator, out_trade_no, { attach: 'mine' }))
    const before = await query(out_trade_no)
    expect(before.json).toMatchObject({ trade_state: 'NOTPAY', out_trade_no, attach: 'mine' })
    expect(before.json).not.toHaveProperty('transaction_id')

    const { transaction_id, trade_state } = await emulator.pay(out_trade_no)
    expect(trade_state).toBe('SUCCESS')
    expect(transaction_id).toMatch(/^\d{28}$/)
    const after = await query(out_trade_no)
    expect(after.json).toMatchObject({
      trade_state: 'SUCCESS',
      transaction_id,
      trade_type: 'NATIVE',
      success_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      amount: { total: 100, payer_total: 100, currency: 'CNY' },
    })
    const mchid = emulator.merchant.mchid
    const byId = await call(emulator, 'GET', `/v3/pay/transactions/id/${transaction_id}?mchid=${mchid}`)
    expect(byId.json).toEqual(after.json)

    await refund({ out_trade_no }, `R${out_trade_no}`, 1)
    expect((await query(out_trade_no)).json.trade_state).toBe('REFUND')
  })

  test('ends with a close, answered by a signed 204', async () => {
    const out_trade_no = number()
    await place(nativeOrder(emulator, out_trade_no))
    const closed = await close(out_trade_no)
    expect([closed.status, closed.text]).toEqual([204, ''])
    expect(isSignedBy(closed, publicKeyPem(emulator))).toBe(true)
    expect((await query(out_trade_no)).json.trade_state).toBe('CLOSED')
    expect((await close(out_trade_no)).json.code).toBe('ORDER_CLOSED')
    expect((await place(nativeOrder(emulator, out_trade_no))).json.code).toBe('ORDER_CLOSED')
    await expect(emulator.pay(out_trade_no)).rejects.toThrow(/CLOSED/)
  })

  test('cannot be closed, paid or placed again once it is paid', async () => {
    const { out_trade_no } = await paid()
    expect(await close(out_trade_no)).toMatchObject({ status: 400, json: { code: 'ORDER_PAID' } })
    const again = await place(nativeOrder(emulator, out_trade_no))
    expect(again).toMatchObject({ status: 400, json: { code: 'ORDERPAID' } })
    await expect(emulator.pay(out_trade_no)).rejects.toThrow(/only NOTPAY can be paid/)
  })

  test('is unknown before it is placed: 404 ORDER_NOT_EXIST', async () => {
    const mchid = emulator.merchant.mchid
    expect(await query('NOBODY_1')).toMatchObject({ status: 404, json: { code: 'ORDER_NOT_EXIST' } })
    expect(await close('NOBODY_1')).toMatchObject({ status: 404, json: { code: 'ORDER_NOT_EXIST' } })
    const byId = await call(emulator, 'GET', `/v3/pay/transactions/id/4200?mchid=${mchid}`)
    expect(byId).toMatchObject({ status: 404, json: { code: 'ORDER_NOT_EXIST' } })
    await expect(emulator.pay('NOBODY_1')).rejects.toThrow(/no order NOBODY_1/)
  })

  test('is only told to its merchant', async () => {
    const { json } = await call(emulator, 'GET', '/v3/pay/transactions/out-trade-no/any')
    expect(json.detail).toMatchObject({ field: 'mchid', location: 'query' })
  })
})

describe('a refund', () => {
  test('is accepted as PROCESSING and found as SUCCESS', async () => {
    const { out_trade_no, transaction_id } = await paid()
    const accepted = await refund({ transaction_id }, `R${out_trade_no}`, 40)
    expect(accepted).toMatchObject({
      status: 200,
      json: { status: 'PROCESSING', out_trade_no, transaction_id, channel: 'ORIGINAL' },
    })
    const found = await call(emulator, 'GET', `/v3/refund/domestic/refunds/R${out_trade_no}`)
    expect(found.json).toMatchObject({
      status: 'SUCCESS',
      refund_id: accepted.json.refund_id,
      amount: { total: 100, refund: 40, payer_refund: 40 },
    })
    const again = await refund({ transaction_id }, `R${out_trade_no}`, 40)
    expect(again.json.refund_id).toBe(accepted.json.refund_id)
  })

  test('never goes beyond what was paid', async () => {
    const order = await paid()
    expect((await refund(order, `A${order.out_trade_no}`, 60)).status).toBe(200)
    expect(await refund(order, `B${order.out_trade_no}`, 41)).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REQUEST' },
    })
    expect((await refund(order, `B${order.out_trade_no}`, 40)).status).toBe(200)
  })

  test('is refused for another total, another body, an unpaid or unknown order', async () => {
    const order = await paid()
    expect((await refund(order, 'T1', 1, 99)).json.code).toBe('INVALID_REQUEST')
    expect((await refund({}, 'T2', 1)).json.code).toBe('PARAM_ERROR')
    expect(await refund({ out_trade_no: 'NOBODY_1' }, 'T3', 1)).toMatchObject({
      status: 404,
      json: { code: 'RESOURCE_NOT_EXISTS' },
    })
    const unpaid = number()
    await place(nativeOrder(emulator, unpaid))
    expect((await refund({ out_trade_no: unpaid }, 'T4', 1)).json.code).toBe('INVALID_REQUEST')
    await refund(order, 'T5', 1)
    expect((await refund(order, 'T5', 2)).json.code).toBe('INVALID_REQUEST')
    expect((await call(emulator, 'GET', '/v3/refund/domestic/refunds/T6')).status).toBe(404)
  })
})

describe('a payment and a refund', () => {
  test('notify their notify_url when it is on this machine', async () => {
    const received: { headers: Headers; text: string }[] = []
    let told = () => {}
    const twice = new Promise<void>((resolve) => {
      told = () => received.length === 2 && resolve()
    })
    const receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const headers = new Headers(request.headers as Record<string, string>)
      received.push({ headers, text: Buffer.concat(chunks).toString() })
      response.writeHead(200).end('{"code":"SUCCESS"}')
      told()
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
    const out_trade_no = number()
    await place(nativeOrder(emulator, out_trade_no, { notify_url }))
    const { notified } = await emulator.pay(out_trade_no)
    expect(notified).toEqual({ status: 200, body: '{"code":"SUCCESS"}' })
    await refund({ out_trade_no }, `R${out_trade_no}`, 100, 100, { notify_url })
    await twice
    await new Promise((resolve) => receiver.close(resolve))

    const contents = received.map((notification) => {
      expect(isSignedBy(notification, publicKeyPem(emulator))).toBe(true)
      const { event_type, resource } = JSON.parse(notification.text)
      return [event_type, JSON.parse(openAesGcm(resource, emulator.merchant.apiv3Key))]
    })
    expect(contents).toMatchObject([
      ['TRANSACTION.SUCCESS', { out_trade_no, trade_state: 'SUCCESS', amount: { total: 100 } }],
      ['REFUND.SUCCESS', { out_trade_no, refund_status: 'SUCCESS', amount: { refund: 100 } }],
    ])
  })

  test('succeed although nobody listens there', async () => {
    const out_trade_no = number()
    await place(nativeOrder(emulator, out_trade_no, { notify_url: 'http://127.0.0.1:9/notify' }))
    const payment = await emulator.pay(out_trade_no)
    expect(payment.trade_state).toBe('SUCCESS')
    expect(payment).not.toHaveProperty('notified')
  })
})
