import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'
import { call, nativeOrder } from '../client.js'
import { OPENAPI } from './openapi-schema.js'

const PAY = '/v3/pay/transactions/native'

let emulator: Emulator
// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
let document: any
let receiver: string
beforeAll(async () => {
  emulator = await createEmulator({ platform: { mode: 'switching', probes: 0 } })
  document = (await ask('GET', 'openapi.json')).json
  const server = createServer((_, response) => void response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  receiver = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`
  return async () => {
    server.closeAllConnections()
    server.close()
    await emulator.close()
  }
})
beforeEach(() => emulator.reset())

async function ask(method: string, path: string, input?: object | string) {
  const body = typeof input === 'string' ? input : JSON.stringify(input)
  const response = await fetch(`${emulator.control.url}/${path}`, {
    ...{ method, headers: { authorization: `Bearer ${emulator.control.token}` } },
    ...(body !== undefined && { body }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  return { status: response.status, json: (await response.json()) as any }
}

const place = (out_trade_no: string, more: object = {}) =>
  call(emulator, 'POST', PAY, nativeOrder(emulator, out_trade_no, { notify_url: receiver, ...more }))

/** Throws unless a value is what the document says of an operation's result. */
function assertDocumented(method: string, path: string, value: unknown): void {
  const { schema } =
    document.paths[`/${path}`][method.toLowerCase()].responses[200].content['application/json']
  const ajv = new Ajv2020({ strict: false })
  const { schemas } = document.components
  const validate = ajv.compile({ $id: 'document', ...schema, components: { schemas } })
  expect({ path, valid: validate(value), errors: validate.errors }).toEqual({
    path,
    valid: true,
    errors: null,
  })
}

/** An input of each operation that needs one, or that is worth more with it. */
const INPUTS: Readonly<Record<string, object>> = {
  'GET call': { id: 1 },
  'GET delivery': { id: 'DELIVERY' },
  'POST resend': { id: 'DELIVERY' },
  'GET sample': { event_type: 'REFUND.SUCCESS' },
  'GET requests': { limit: 10 },
  'POST pay': { number: 'API-0001' },
  'POST confirm': { number: 'APITRANSFER' },
  'POST refund': { number: '*', status: 'ABNORMAL', after: 1_000 },
  'POST transfer': { number: 'APITRANSFER', status: 'FAIL', reason: 'NAME_NOT_CORRECT' },
  'POST complain': { out_trade_no: 'API-PAID' },
  'POST notify': { event_type: 'REFUND.SUCCESS', url: 'RECEIVER' },
  'POST sign': { event_type: 'REFUND.SUCCESS', resource: { out_refund_no: 'R1' } },
  'POST bill': { bill_date: '2024-01-01', rows: 3 },
  'POST clock': { to: '2025-01-01T00:00:00+08:00' },
  'POST fail': { path: 'v3/certificates', status: 500, fault: { delay: 1 } },
  'POST limit': { rate: 5 },
}

async function placeAll(): Promise<void> {
  await place('API-0001')
  await place('API-PAID')
  await emulator.pay('API-PAID')
  const placed = await call(emulator, 'POST', '/v3/fund-app/mch-transfer/transfer-bills', {
    ...{ appid: 'wxd678efh567hg6787', out_bill_no: 'APITRANSFER', transfer_scene_id: '1000' },
    ...{ openid: 'o-MYE42l80oelYMDE34nYD456Xoy', transfer_amount: 100, transfer_remark: '活动' },
    transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员' }],
  })
  expect(placed.status).toBe(200)
}

describe('the OpenAPI document', () => {
  it('is an OpenAPI document, and its schemas are schemas', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    const validate = ajv.compile(OPENAPI)
    expect({ valid: validate(document), errors: validate.errors }).toEqual({ valid: true, errors: null })
    const strict = new Ajv2020({ strict: true, strictTypes: false })
    const $defs = JSON.parse(
      JSON.stringify(document.components.schemas).replaceAll('/components/schemas/', '/$defs/'),
    )
    const anyOf = Object.keys($defs).map((name) => ({ $ref: `#/$defs/${name}` }))
    expect(strict.compile({ $defs, anyOf })).toBeTypeOf('function')
  })
  it('refers to nothing that is not there, and names each operation once', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
    expect(refs.length).toBeGreaterThan(10)
    for (const path of refs) {
      const found = path.split('/').reduce((value, key) => value?.[key], document)
      expect([path, typeof found]).toEqual([path, 'object'])
    }
    const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })
  it('tells where the API is, and what lets one in', () => {
    expect(document.servers).toEqual([{ url: emulator.control.url }])
    expect(document.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' })
  })
  it('is right about every operation: input taken, result as it says', async () => {
    for (const [path, item] of Object.entries<Record<string, { requestBody?: { required: boolean } }>>(
      document.paths,
    )) {
      for (const method of Object.keys(item).map((one) => one.toUpperCase())) {
        emulator.reset()
        await placeAll()
        const name = path.slice(1)
        const input = INPUTS[`${method} ${name}`]
        const text = JSON.stringify(input ?? {})
          .replace('RECEIVER', receiver)
          .replace('DELIVERY', emulator.deliveries[0]?.id ?? '')
        const query = method === 'GET' && input ? `?${new URLSearchParams(JSON.parse(text))}` : ''
        const { status, json } = await ask(method, name + query, method === 'GET' ? undefined : text)
        expect([method, name, status, json?.message]).toEqual([method, name, 200, undefined])
        assertDocumented(method, name, json)
      }
    }
  })
  it('is right about what is refused: fields that are not there, missing ones, wrong types', async () => {
    expect(await ask('POST', 'pay', { out_trade_no: 'A' })).toMatchObject({ status: 400 })
    expect((await ask('POST', 'pay', { number: 'A', amount: 1 })).json.message).toBe(
      "POST pay: there is no 'amount'; it takes number, payer, bank, discount, fail, mchid",
    )
    expect((await ask('POST', 'pay', { fail: true })).json.message).toBe(
      "POST pay: 'number' is missing; it takes number, payer, bank, discount, fail, mchid",
    )
    expect((await ask('POST', 'limit', { rate: 'fast' })).json.message).toBe(
      'POST limit: /rate must be number',
    )
    expect((await ask('GET', 'requests?newest=1')).json.message).toContain("there is no 'newest'")
    expect(await ask('POST', 'pay', '{')).toMatchObject({
      status: 400,
      json: { message: 'the body is no JSON' },
    })
    expect(await ask('POST', 'pay', '[1]')).toMatchObject({ status: 400 })
    expect(await ask('PUT', 'pay', {})).toMatchObject({ status: 405, json: { message: 'it takes POST' } })
    expect(await ask('GET', 'none')).toMatchObject({ status: 404 })
    expect(await ask('GET', 'constructor')).toMatchObject({ status: 404 })
  })
})

describe('over HTTP, the emulator', () => {
  it('pays, tells of requests one has not seen, and forgets them', async () => {
    await place('API-0002')
    const { json: first } = await ask('GET', 'requests')
    expect(first).toMatchObject([
      { method: 'POST', path: PAY, verified: true, body: expect.stringContaining('API-0002') },
    ])
    expect((await ask('POST', 'pay', { number: 'API-0002' })).json).toMatchObject({
      ...{ trade_state: 'SUCCESS', notified: { status: 200, body: '{}' } },
    })
    await call(emulator, 'GET', '/v3/certificates')
    const { json: next } = await ask('GET', `requests?after=${first[0].id}`)
    expect(next).toMatchObject([{ path: '/v3/certificates' }])
    expect((await ask('GET', 'requests?path=native')).json).toHaveLength(1)
    expect((await ask('GET', 'requests?limit=1')).json).toMatchObject([{ path: '/v3/certificates' }])
    expect((await ask('GET', 'requests?limit=0')).json).toEqual([])
    await ask('DELETE', 'requests')
    expect(emulator.requests).toEqual([])
  })

  it('pays as a user would, with a bank, a discount and a payer', async () => {
    await place('API-0005', { amount: { total: 100 } })
    await ask('POST', 'pay', { number: 'API-0005', bank: 'CMB_DEBIT', discount: 30, payer: 'oUser' })
    const { mchid } = emulator.merchant
    const { json } = await call(emulator, 'GET', `/v3/pay/transactions/out-trade-no/API-0005?mchid=${mchid}`)
    expect(json).toMatchObject({
      ...{ bank_type: 'CMB_DEBIT', payer: { openid: 'oUser' }, amount: { total: 100, payer_total: 70 } },
    })
  })

  it('says what becomes of a refund, by its clock', async () => {
    await place('API-0006')
    await emulator.pay('API-0006')
    await ask('POST', 'refund', { number: 'REFUND-0001', status: 'ABNORMAL', after: 86_400_000 })
    await call(emulator, 'POST', '/v3/refund/domestic/refunds', {
      ...{ out_trade_no: 'API-0006', out_refund_no: 'REFUND-0001', notify_url: receiver },
      amount: { refund: 100, total: 100, currency: 'CNY' },
    })
    const told = async () =>
      (await ask('GET', 'deliveries')).json.map(({ event_type }: { event_type: string }) => event_type)
    expect(await told()).toEqual(['TRANSACTION.SUCCESS'])
    await ask('POST', 'clock', { advance: 86_400_000 })
    await expect.poll(told).toEqual(['REFUND.ABNORMAL', 'TRANSACTION.SUCCESS'])
    expect((await ask('POST', 'refund', { number: 'REFUND-0001', status: 'LOST' })).json.message).toContain(
      '/status must be one of PROCESSING, SUCCESS, ABNORMAL, CLOSED',
    )
  })

  it('says why it cannot pay', async () => {
    const { status, json } = await ask('POST', 'pay', { number: 'NONE' })
    expect({ status, json }).toEqual({
      status: 400,
      json: { message: 'pay(): there is no order NONE; place it first' },
    })
  })

  it('ends one failure or limit by its id, or all of them', async () => {
    const { json: fault } = await ask('POST', 'fail', { path: '*', status: 500 })
    const { json: limit } = await ask('POST', 'limit', { rate: 5 })
    await ask('POST', 'fail', { path: 'v3/certificates', code: 'PARAM_ERROR' })
    await ask('POST', 'recover', { id: fault.id })
    expect((await ask('GET', 'faults')).json).toEqual({
      faults: [{ id: expect.any(String), hits: 0, path: 'v3/certificates', code: 'PARAM_ERROR' }],
      limits: [{ id: limit.id, hits: 0, rate: 5 }],
    })
    const { json: lost } = await ask('POST', 'fail', { notification: '*', fault: 'lost', times: 1 })
    expect((await ask('GET', 'faults')).json.faults.at(-1)).toEqual({
      ...{ id: lost.id, hits: 0, notification: '*', fault: 'lost', times: 1 },
    })
    await ask('POST', 'recover', { id: lost.id })
    await ask('POST', 'recover', { id: limit.id })
    expect((await ask('GET', 'faults')).json.limits).toEqual([])
    await ask('POST', 'recover')
    expect((await ask('GET', 'faults')).json.faults).toEqual([])
  })

  it('lists refunds and complaints with their amounts and times', async () => {
    await place('API-0005', { amount: { total: 100 } })
    await emulator.pay('API-0005')
    emulator.refund('API-R5', 'PROCESSING')
    await call(emulator, 'POST', '/v3/refund/domestic/refunds', {
      ...{ out_trade_no: 'API-0005', out_refund_no: 'API-R5' },
      amount: { refund: 1, total: 100, currency: 'CNY' },
    })
    await ask('POST', 'complain', { out_trade_no: 'API-0005', detail: '未收到货' })
    const { json: refunds } = await ask('GET', 'refunds')
    assertDocumented('GET', 'refunds', refunds)
    expect(refunds).toMatchObject([
      { number: 'API-R5', out_trade_no: 'API-0005', amount: 1, state: 'PROCESSING' },
    ])
    expect(refunds[0]).not.toHaveProperty('ended')
    await ask('POST', 'refund', { number: 'API-R5', status: 'SUCCESS' })
    expect((await ask('GET', 'refunds')).json).toMatchObject([
      { state: 'SUCCESS', ended: expect.any(Number), time: expect.any(Number) },
    ])
    const { json: complaints } = await ask('GET', 'complaints')
    assertDocumented('GET', 'complaints', complaints)
    expect(complaints).toMatchObject([{ out_trade_no: 'API-0005', detail: '未收到货', state: 'PENDING' }])
  })

  it('tells of a delivery what it said and was answered, and sends it again', async () => {
    await place('API-0006')
    await emulator.pay('API-0006')
    const { json: deliveries } = await ask('GET', 'deliveries')
    expect(deliveries).toMatchObject([{ event_type: 'TRANSACTION.SUCCESS', attempts: [{ status: 200 }] }])
    expect(deliveries[0]).not.toHaveProperty('body')
    const { id } = deliveries[0]
    const { json: delivery } = await ask('GET', `delivery?id=${id}`)
    expect(delivery.attempts[0].answer).toBe('{}')
    expect(JSON.parse(delivery.body).resource.ciphertext).toEqual(expect.any(String))
    expect(JSON.parse(delivery.resource)).toMatchObject({ out_trade_no: 'API-0006' })
    expect((await ask('POST', 'resend', { id })).json).toEqual({ status: 200, body: '{}' })
    expect((await ask('GET', 'deliveries')).json[0].attempts).toHaveLength(2)
    expect((await ask('POST', 'resend', { id: 'none' })).json.message).toContain('no notification none')
  })

  it('moves and stops its clock', async () => {
    const to = Date.parse('2025-01-01T00:00:00+08:00')
    expect((await ask('POST', 'clock', { to, stopped: true })).json).toEqual({
      ...{ time: to, text: '2025-01-01T00:00:00+08:00' },
    })
    expect((await ask('POST', 'clock', { advance: 60_000 })).json.time).toBe(to + 60_000)
    expect((await ask('GET', 'clock')).json.time).toBe(to + 60_000)
    for (const wrong of [{ to: 'tomorrow' }, { to: 1e20 }, { advance: -1e15 }, { advance: 1e15 }]) {
      expect((await ask('POST', 'clock', wrong)).status).toBe(400)
    }
    expect((await ask('GET', 'clock')).json.time).toBe(to + 60_000)
    await ask('POST', 'clock', { stopped: false })
    await expect.poll(() => emulator.clock()).toBeGreaterThan(to + 60_000)
  })

  it('leaves clients, whose clocks do not move, out of that', async () => {
    const wxpay = new Wechatpay(emulator.merchant)
    await place('API-CLOCK-1')
    await place('API-CLOCK-2')
    await emulator.pay('API-CLOCK-2')
    await ask('POST', 'clock', { advance: 8 * 86_400_000 })
    const { mchid } = emulator.merchant
    const query = { out_trade_no: 'API-CLOCK-1', query: { mchid } }
    const { data } = await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get(query)
    expect(data.trade_state).toBe('CLOSED')
    const { event_type } = await wxpay.notifications.parse(emulator.signNotification('TRANSACTION.SUCCESS'))
    expect(event_type).toBe('TRANSACTION.SUCCESS')
    wxpay.close()
  })

  it('goes back to the time it was started with', async () => {
    const to = Date.parse('2025-01-01T00:00:00+08:00')
    const late = await createEmulator({ clock: { to, stopped: true } })
    expect(late.clock({ advance: 1_000 })).toBe(to + 1_000)
    late.reset()
    expect(late.clock()).toBe(to)
    expect((await call(late, 'POST', PAY, nativeOrder(late, 'API-CLOCK-3'))).status).toBe(200)
    expect(late.requests[0]?.time).toBe(to)
    await late.close()
  })

  it('closes an order that has expired by its clock', async () => {
    const time_expire = new Date(emulator.clock() + 3_600_000).toISOString().replace(/\.\d+Z/, '+00:00')
    await place('API-0003', { time_expire })
    await ask('POST', 'clock', { advance: 3_600_001 })
    expect((await ask('POST', 'pay', { number: 'API-0003' })).json.message).toContain('expired')
  })

  it('starts afresh: what happened is forgotten, keys are not', async () => {
    const { merchant } = emulator
    await place('API-0004')
    await emulator.pay('API-0004')
    emulator.fail({ path: '*', status: 500 })
    emulator.clock({ advance: 86_400_000 })
    await ask('POST', 'reset')
    expect((await ask('GET', 'orders')).json).toEqual([])
    expect(emulator.deliveries).toEqual([])
    expect(emulator.requests).toEqual([])
    expect(Math.abs(emulator.clock() - Date.now())).toBeLessThan(60_000)
    expect(emulator.merchant).toEqual(merchant)
    expect((await place('API-0004')).status).toBe(200)
  })

  it('rotates its certificates', async () => {
    const { json } = await ask('POST', 'rotate')
    expect(Object.keys((await ask('GET', 'certificates')).json)).toContain(json.serial)
    await ask('POST', 'retire')
    expect(Object.keys((await ask('GET', 'certificates')).json)).toEqual([json.serial])
  })
})
