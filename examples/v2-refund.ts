/**
 * APIv2 from order to refund, over HTTPS and with the merchant's client certificate: XML signed with MD5 and
 * HMAC-SHA256, every answer verified, a refusal as an error, a browser's URL.
 */
import { createEmulator } from '../lib/emulator/index.js'
import { ApiError, indexed, Wechatpay } from '../lib/index.js'

const emulator = await createEmulator({ https: true })
// For your own account: mchid, serial, privateKey, certs, secret, and merchant: { cert, key } or { pfx }.
const wxpay = new Wechatpay(emulator.merchant)

const appid = 'wxd678efh567hg6787'
const out_trade_no = '1217752501201407033233368018'

const { data: order } = await wxpay.v2.pay.unifiedorder.post({
  xml: {
    appid,
    body: '腾讯充值中心-QQ会员充值',
    out_trade_no,
    total_fee: 888,
    spbill_create_ip: '123.12.12.123',
    notify_url: 'https://www.weixin.qq.com/wxpay/pay.php',
    trade_type: 'NATIVE',
  },
})
console.log('placed   ', order.code_url)

await emulator.pay(out_trade_no)
const { data: paid } = await wxpay.v2.pay.orderquery.post({
  xml: { appid, transaction_id: '', out_trade_no, sign_type: 'HMAC-SHA256' },
})
console.log('paid     ', paid.transaction_id, paid.total_fee)

for (const [out_refund_no, refund_fee] of [
  ['refund-1', 100],
  ['refund-2', 788],
  ['refund-3', 1],
] as const) {
  try {
    const { data: refund } = await wxpay.v2.secapi.pay.refund.post({
      xml: { appid, transaction_id: '', out_trade_no, out_refund_no, total_fee: 888, refund_fee },
    })
    console.log('refunded ', refund.refund_id, refund.refund_fee)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    console.log('refused  ', error.code, error.message)
  }
}

const { data: refunds } = await wxpay.v2.pay.refundquery.post({
  xml: { appid, transaction_id: '', out_trade_no, out_refund_no: '', refund_id: '' },
})
console.log('refunds  ', indexed(refunds, 'refund_fee_$n').join(' + '))

const url = wxpay.v2.papay.entrustweb.url({
  query: {
    appid,
    plan_id: 12535,
    contract_code: '100000',
    request_serial: 1000,
    contract_display_account: '微信代扣',
    notify_url: 'https://www.qq.com/test/papay',
    version: '1.0',
    timestamp: 1414488825,
  },
})
console.log('browser  ', url)

for (const { method, path, verified } of emulator.requests) console.log(verified ? '✓' : '✗', method, path)

wxpay.close()
await emulator.close()
