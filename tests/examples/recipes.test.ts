import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'node-sqlite3-wasm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as app from '../../examples/app-payment.js'
import * as bill from '../../examples/bill-into-sqlite.js'
import * as combined from '../../examples/combined-orders.js'
import * as complaints from '../../examples/complaints.js'
import { shopOf } from '../../examples/demo.js'
import * as h5 from '../../examples/h5-payment.js'
import * as jsapi from '../../examples/jsapi-shop.js'
import * as members from '../../examples/million-members.js'
import * as native from '../../examples/native-qr.js'
import * as opentelemetry from '../../examples/opentelemetry.js'
import * as onboarding from '../../examples/partner-onboarding.js'
import * as payscore from '../../examples/payscore.js'
import * as sharing from '../../examples/profit-sharing.js'
import * as redPacket from '../../examples/red-packet.js'
import { shopFromEnv } from '../../examples/shop.js'
import * as logs from '../../examples/structured-logs.js'
import * as transfer from '../../examples/transfer-to-balance.js'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterAll(() => emulator.close())

/** The bodies of the requests to a path that the emulator could verify. */
const sent = ({ requests }: Emulator, path: string): Record<string, unknown>[] =>
  requests.flatMap((one) => (one.path === path && one.verified ? [JSON.parse(one.body)] : []))

it('a shop is made of what the environment has, and its keys are files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-shop-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const { merchant } = emulator
  const certs = Object.entries(merchant.certs).map(([id, pem]) => `${id}=${file(id, pem)}`)
  const env = {
    WXPAY_MCHID: merchant.mchid,
    WXPAY_SERIAL: merchant.serial,
    WXPAY_PRIVATE_KEY: file('apiclient_key.pem', merchant.privateKey),
    WXPAY_CERTS: certs.join(','),
    WXPAY_APIV3_KEY: merchant.apiv3Key,
    WXPAY_BASE_URL: merchant.baseURL,
    WXPAY_APPID: 'wxd678efh567hg6787',
    WXPAY_NOTIFY_URL: 'https://shop.example/notify',
  }
  const svg = await native.showCode(shopFromEnv(env), 'environment-1', 100)
  expect(svg).toMatch(/^<svg/)
  expect(() => shopFromEnv({ ...env, WXPAY_NOTIFY_URL: undefined })).toThrow('no WXPAY_NOTIFY_URL')
  expect(() => shopFromEnv({ ...env, WXPAY_PRIVATE_KEY: undefined })).toThrow('WXPAY_PRIVATE_KEY')
  rmSync(folder, { recursive: true })
})

it('a JSAPI order is paid, recorded by its notification, and refunded once though the answers are lost', async () => {
  const result = await jsapi.demo(emulator)
  expect(result).toMatchObject({
    parameters: { signType: 'RSA', package: expect.stringMatching(/^prepay_id=/) },
    before: 'NOTPAY',
    told: { transaction_id: expect.stringMatching(/^42/) },
    after: 'SUCCESS',
    refunded: 'SUCCESS',
  })
  const refunds = sent(emulator, '/v3/refund/domestic/refunds')
  expect(refunds).toHaveLength(3)
  expect(new Set(refunds.map(({ out_refund_no }) => out_refund_no))).toEqual(new Set(['jsapi-1-refund-1']))
})

it('a refund that never arrived is the first error, so that it can be sent again', async () => {
  const shop = shopOf(emulator)
  const order = { out_trade_no: 'jsapi-2', description: 'Tea', total: 100 }
  await jsapi.startPayment(shop, order, 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o')
  await emulator.pay('jsapi-2')
  emulator.fail({ path: 'v3/refund/domestic/refunds', method: 'POST', fault: 'drop', times: 3 })
  await expect(jsapi.refund(shop, order, 'jsapi-2-refund-1', 30)).rejects.toMatchObject({
    name: 'NetworkError',
    mayHaveHappened: true,
  })
  expect(await jsapi.refund(shop, order, 'jsapi-2-refund-1', 30)).toBe('PROCESSING')
})

it('a Native order has a QR code, and is paid or closed in the end', async () => {
  expect(await native.demo(emulator)).toEqual({ svg: '<svg', paid: 'SUCCESS', abandoned: 'CLOSED' })
})

it('an order that is paid at the last moment is paid, and not closed', async () => {
  const shop = shopOf(emulator)
  await native.showCode(shop, 'native-3', 100)
  await emulator.pay('native-3')
  expect(await native.waitForPayment(shop, 'native-3', { seconds: 0 })).toBe('SUCCESS')
})

it('an app is paid when the query says so', async () => {
  const parameters = { package: 'Sign=WXPay', partnerid: emulator.merchant.mchid }
  expect(await app.demo(emulator)).toMatchObject({ parameters, before: false, after: true })
})

it('an H5 payment leads to WeChat and back', async () => {
  const { url, before, after } = await h5.demo(emulator)
  expect(new URL(url).searchParams.get('redirect_url')).toBe('https://shop.example/orders/h5-0001')
  expect([before, after]).toEqual(['Have you paid? [Yes, look again] [No, pay now]', 'Thank you!'])
})

it('combined orders are paid together and told one by one', async () => {
  expect(await combined.demo(emulator)).toMatchObject({
    before: { 'combined-1-tea': 'NOTPAY', 'combined-1-cup': 'NOTPAY' },
    paid: { 'combined-1-tea': 100, 'combined-1-cup': 250 },
    after: { 'combined-1-tea': 'SUCCESS', 'combined-1-cup': 'SUCCESS' },
  })
})

it('a shop is signed up with its pictures, and what is personal is encrypted', async () => {
  const { pictures, progress } = await onboarding.demo(emulator)
  expect(new Set(Object.values(pictures))).toHaveProperty('size', 5)
  expect(progress.state).toMatch(/^APPLYMENT_STATE_/)
  const application = emulator.requests.find(({ path }) => path.startsWith('/v3/applyment4sub/applyment'))
  expect(application).toMatchObject({ verified: true })
  expect(application?.body).toContain(pictures.license)
  expect(application?.body).not.toContain('13800000000')
})

it('an application whose answer is lost is found by its number', async () => {
  const { wxpay } = shopOf(emulator)
  const pictures = { license: '1', idFront: '2', idBack: '3', entrance: '4', indoor: '5' }
  const application = onboarding.applicationOf('PARTNER_SHOP_0002', pictures)
  const path = 'v3/applyment4sub/applyment/'
  emulator.fail({ path, method: 'POST', fault: 'torn', times: 3 })
  await onboarding.apply(wxpay, application)
  emulator.fail({ path, method: 'POST', fault: 'torn', times: 3 })
  const query = 'v3/applyment4sub/applyment/business_code/{business_code}'
  emulator.fail({ path: query, status: 404, code: 'RESOURCE_NOT_EXISTS', times: 1 })
  await expect(onboarding.apply(wxpay, application)).rejects.toMatchObject({ mayHaveHappened: true })
  emulator.recover()
})

it('a transfer waits for its user, ends by a notification, and is made once though the answer is lost', async () => {
  expect(await transfer.demo(emulator)).toEqual({
    started: { state: 'WAIT_USER_CONFIRM', package_info: expect.any(String) },
    ended: 'SUCCESS',
    lost: { state: 'WAIT_USER_CONFIRM', package_info: undefined },
    cancelled: 'CANCELLED',
    unknown: undefined,
  })
  const numbers = sent(emulator, '/v3/fund-app/mch-transfer/transfer-bills').map((one) => one.out_bill_no)
  expect(new Set(numbers)).toEqual(new Set(['payout0001', 'payout0002']))
})

it('a payment is shared within its limit, a share taken back, and the rest set free', async () => {
  expect(await sharing.demo(emulator)).toEqual({
    shared: { state: 'FINISHED', results: ['1900000110 200 SUCCESS'] },
    tooMuch: 'RULE_LIMIT',
    returned: 'SUCCESS',
    unsplit: 0,
  })
  const orders = sent(emulator, '/v3/profitsharing/orders')
  expect(orders.map(({ out_order_no }) => out_order_no)).toEqual(['share0001', 'share0002'])
})

it('a service is agreed to, completed once, and paid', async () => {
  expect(await payscore.demo(emulator)).toMatchObject({
    parameters: { sign_type: 'HMAC-SHA256' },
    before: { state: 'DOING', total: undefined },
    first: { state: 'DONE', total: 400, collection: 'USER_PAID' },
    again: { state: 'DONE', total: 400, collection: 'USER_PAID' },
  })
  await expect(
    payscore.completeService(shopOf(emulator), 'rental0001', '20261129120000', 500),
  ).rejects.toMatchObject({ code: 'INVALID_ORDER_STATE' })
})

it('complaints are read to the last page, and one is completed', async () => {
  const numbers = Array.from({ length: 7 }, (_, at) => 100 * (at + 1))
  expect(await complaints.demo(emulator)).toEqual({
    count: 7,
    phone: '13800000000',
    disputed: numbers.reduce((sum, fen) => sum + fen),
    state: 'PROCESSED',
  })
})

it("yesterday's bill is in the table once, however often it is saved", async () => {
  expect(await bill.demo(emulator)).toEqual({
    rows: 1_000,
    books: { rows: 1_000, fen: expect.any(Number) },
    tomorrow: undefined,
  })
})

it('a bill that is cut off leaves the table as it was', async () => {
  const { wxpay } = shopOf(emulator)
  const db = new sqlite.Database(':memory:')
  await emulator.fillBill('2024-02-01', 50)
  emulator.fail({ path: 'v3/billdownload/file', fault: 'torn' })
  await expect(bill.saveBill(wxpay, db, '2024-02-01')).rejects.toThrow()
  emulator.recover()
  expect(db.get('SELECT count(*) AS rows FROM trades')).toEqual({ rows: 0 })
  expect(await bill.saveBill(wxpay, db, '2024-02-01')).toBe(50)
  db.close()
})

it('yesterday is that of Beijing', () => {
  expect(bill.yesterday(Date.parse('2026-11-28T15:59:59Z'))).toBe('2026-11-27')
  expect(bill.yesterday(Date.parse('2026-11-28T16:00:00Z'))).toBe('2026-11-28')
})

it('members are imported once, however often the import is run', async () => {
  expect(await members.demo(emulator, 150)).toEqual({
    first: { acknowledged: 150, failures: {} },
    again: { acknowledged: 0, skipped: 150 },
    members: 150,
  })
})

it('with a p12, a red packet is sent and a refund of APIv2 made once though the answers are lost', async () => {
  const secure = await createEmulator({ https: true })
  try {
    const result = await redPacket.demo(secure)
    expect(result).toEqual({
      packet: expect.any(String),
      refunded: 'SUCCESS',
      tooMuch: 'INVALID_REQUEST',
    })
    expect(secure.requests.every(({ verified }) => verified)).toBe(true)
  } finally {
    await secure.close()
  }
})

it('each attempt of calls at once has a span of its own', async () => {
  const template = 'GET v3/pay/transactions/out-trade-no/{out_trade_no}'
  const provinces = 'GET v3/capital/capitallhh/areas/provinces'
  const spans = await opentelemetry.demo(emulator)
  expect(spans.sort((a, b) => Number(a.http) - Number(b.http))).toEqual([
    { name: provinces, ended: true, failed: false, http: 200, resent: 1 },
    { name: template, ended: true, failed: true, http: 404, resent: 0 },
    { name: provinces, ended: true, failed: true, http: 500, resent: 0 },
  ])
})

it('what goes wrong is a line of JSON, without a secret', async () => {
  const lines = await logs.demo(emulator, () => {})
  expect(lines).toMatchObject([
    { level: 'warn', event: 'wechatpay.retry', code: 'SYSTEM_ERROR', mayHaveHappened: true },
    { level: 'info', event: 'wechatpay.response', status: 200, attempt: 2 },
    { level: 'error', event: 'wechatpay.failure', code: 'PARAM_ERROR', mayHaveHappened: false },
    { level: 'error', event: 'wechatpay.notification.failed', error: 'The database is away' },
  ])
  expect(JSON.stringify(lines)).not.toMatch(/WECHATPAY2|PRIVATE KEY/)
})
