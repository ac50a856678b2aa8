import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { install } from '../../package/install.js'
import { migrateText } from './migrated.js'

// Each program is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** A program for wechatpay-axios-plugin that needs nothing but the options of its client. */
const PLUGIN = `
const { gunzipSync } = require('zlib')
const { Wechatpay, Aes: { AesGcm }, Formatter, Hash, Multipart, Rsa, Transformer } = require('wechatpay-axios-plugin')

const options = JSON.parse(process.env.OPTIONS)
const wxpay = new Wechatpay(options)
const { mchid, secret } = options
const appid = 'wxd678efh567hg6787'
const [[keyId, platformKey]] = Object.entries(options.certs)

async function main() {
  const results = {}
  const order = { appid, mchid, description: 'Tea', out_trade_no: process.env.NUMBER, notify_url: 'https://shop.example/paid', amount: { total: 100 } }
  const { data } = await wxpay.v3.pay.transactions.native.post(order)
  results.native = typeof data.code_url
  const found = await wxpay.v3.pay.transactions.outTradeNo[order.out_trade_no].get({ params: { mchid } })
  results.state = found.data.trade_state
  const closed = await wxpay.v3.pay.transactions.outTradeNo.$out_trade_no$.close.post({ mchid }, { out_trade_no: order.out_trade_no })
  results.closed = closed.status
  const refused = await wxpay.v3.pay.transactions.native.post({ ...order, amount: { total: 'a' } }).catch(({ response }) => response)
  results.refused = [refused.status, refused.data.code]
  results.handled = await wxpay.v3.refund.domestic.refunds._out_refund_no_
    .get({ out_refund_no: 'none' })
    .catch(({ response: { status, data: { code } } }) => [status, code])
  const held = wxpay.v3.pay.transactions.outTradeNo[order.out_trade_no]
  results.held = (await held.get({ params: { mchid } })).data.trade_state
  const at = (path) => wxpay.chain(path)
  results.at = (await at('v3/pay/transactions/out-trade-no/' + order.out_trade_no).get({ params: { mchid } })).data.trade_state
  const { data: { download_url } } = await wxpay.v3.bill.tradebill.get({ params: { bill_date: '2024-01-01', tar_type: 'GZIP' } })
  const { data: bill } = await wxpay.v3.billdownload.file.get({
    params: new URL(download_url).searchParams,
    responseType: 'arraybuffer',
    transformResponse: [(bytes) => gunzipSync(bytes), (bytes) => bytes.toString()],
  })
  results.bill = bill.split(',').length > 10
  const { data: receiver } = await wxpay.v3.profitsharing.receivers.add.post({
    appid,
    type: 'PERSONAL_OPENID',
    account: 'oLTPCuN5a-nBD4rAL_fa',
    name: Rsa.encrypt('Zhang San', platformKey),
    relation_type: 'STAFF',
  }, {
    headers: { 'Wechatpay-Serial': keyId },
  })
  results.receiver = receiver.account
  results.media = await upload()
  const { data: unified } = await wxpay.v2.pay.unifiedorder.post({
    appid,
    mch_id: mchid,
    nonce_str: Formatter.nonce(),
    body: 'Tea',
    out_trade_no: 'V2' + process.env.NUMBER,
    total_fee: 1,
    spbill_create_ip: '127.0.0.1',
    notify_url: 'https://shop.example/paid',
    trade_type: 'NATIVE',
    sign_type: Hash.ALGO_MD5,
  }, { security: false })
  results.unified = unified.result_code
  results.md5 = Hash.sign(Hash.ALGO_MD5, { b: '2', a: '1', empty: '' }, secret)
  results.hmac = Hash.sign('HMAC-SHA256', { b: '2', a: '1' }, secret)
  results.sorted = Object.keys(Formatter.ksort({ b: 1, a: 2 }))
  results.joined = Formatter.joinedByLineFeed('a', 'b')
  results.message = Formatter.request('GET', '/v3/certificates', 1, 'n') + Formatter.response(1, 'n', '{}')
  results.xml = Transformer.toObject(Transformer.toXml({ return_code: 'SUCCESS' }))
  const key = '0123456789abcdef0123456789abcdef'
  results.clear = AesGcm.decrypt(AesGcm.encrypt('clear', key, '0123456789ab', 'x'), key, '0123456789ab', 'x')
  const signature = Rsa.sign('text', Rsa.from(options.privateKey, Rsa.KEY_TYPE_PRIVATE))
  results.signature = signature
  results.nonce = [Formatter.nonce().length, Formatter.nonce(16).length]
  console.log(JSON.stringify(results))
}

async function upload() {
  const bytes = Buffer.from('a picture')
  const meta = { filename: 'a.png', sha256: Hash.sha256(bytes) }
  const form = new Multipart()
  form.append('meta', JSON.stringify(meta))
  form.append('file', bytes, meta.filename)
  // Of a form as such axios writes the parts anew, without the names of their files.
  const { data } = await wxpay.v3.merchant.media.upload.post(form.getBuffer(), { meta, headers: form.getHeaders() })
  return typeof data.media_id
}
main().catch((error) => { console.error(error); process.exit(1) })
`

/** A program for wechatpay-node-v3, which always asks production: only its migrated form can meet an emulator. */
const NODE_V3 = `
const WxPay = require('wechatpay-node-v3')
const options = JSON.parse(process.env.OPTIONS)

const pay = new WxPay({
  appid: 'wxd678efh567hg6787',
  mchid: options.mchid,
  serial_no: options.serial,
  publicKey: options.certificate,
  privateKey: options.privateKey,
  key: options.apiv3Key,
  wxPayPublicId: options.keyId,
  wxPayPublicKey: options.platformKey,
})

async function main() {
  const out_trade_no = process.env.NUMBER
  const { data: parameters } = await pay.transactions_jsapi({
    description: 'Tea',
    out_trade_no,
    notify_url: 'https://shop.example/paid',
    amount: { total: 100 },
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  })
  const { data: order } = await pay.query({ out_trade_no })
  await pay.close(out_trade_no)
  const { data: bill } = await pay.tradebill({ bill_date: '2024-01-01', bill_type: 'ALL' })
  const { data: media } = await pay.upload_images(Buffer.from('a picture'), 'a.png')
  console.log(JSON.stringify([Object.keys(parameters).sort(), order.trade_state, typeof bill.download_url, typeof media.media_id]))
}
main().catch((error) => { console.error(error); process.exit(1) })
`

let emulator: Emulator
let folder: string
beforeAll(async () => {
  emulator = await createEmulator()
  folder = (await install()).folder
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.requests.length = 0
})

async function run(program: string, options: object, number: string): Promise<object> {
  const file = join(folder, `${number}.cjs`)
  writeFileSync(file, program)
  const env = { ...process.env, OPTIONS: JSON.stringify(options), NUMBER: number }
  const child = spawn(process.execPath, [file], { env })
  const [out, problems] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(problems).toBe('')
  return JSON.parse(out) as object
}

it('writes a program that does what it did with wechatpay-axios-plugin', async () => {
  const { mchid, serial, privateKey, certs, secret, baseURL } = emulator.merchant
  const options = { mchid, serial, privateKey, certs, secret, baseURL }
  const migrated = migrateText(PLUGIN, 'program.cjs')
  expect(migrated).not.toMatch(/TODO|wechatpay-axios-plugin/)
  // The old package makes other letters of capitals that stand in the path.
  const before = await run(PLUGIN, options, 'plugin-1')
  const after = await run(migrated, options, 'fluent-1')
  expect(after).toEqual(before)
  expect(emulator.requests.every(({ verified }) => verified)).toBe(true)
})

it('writes a program that does with wechatpay-fluent what it was written to do with wechatpay-node-v3', async () => {
  const { mchid, serial, privateKey, certs, apiv3Key, baseURL } = emulator.merchant
  const migrated = migrateText(NODE_V3, 'program.cjs')
  expect(migrated).not.toMatch(/TODO|wechatpay-node-v3/)
  // Where the emulator is, is all that the program lacks.
  const placed = migrated.replace('new WxPay({', 'new WxPay({ baseURL: options.baseURL,')
  const [[keyId, platformKey] = []] = Object.entries(certs)
  const options = { mchid, serial, privateKey, keyId, platformKey, apiv3Key, baseURL }
  expect(await run(placed, options, 'NODE-1')).toEqual([
    ['appId', 'nonceStr', 'package', 'paySign', 'signType', 'timeStamp', 'timestamp'],
    'NOTPAY',
    'string',
    'string',
  ])
  expect(emulator.requests.every(({ verified }) => verified)).toBe(true)
})
