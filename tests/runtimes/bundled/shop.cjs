'use strict'
const assert = require('node:assert/strict')

/** A shop that has the core alone, and a gateway in another process. */
exports.runShop = async ({ Wechatpay, sensitive, ApiError }, crypto) => {
  const { merchant, notification } = JSON.parse(process.env.GATEWAY)
  const wxpay = new Wechatpay(merchant)
  const json = {
    ...{ appid: 'wxd678efh567hg6787', mchid: merchant.mchid, description: '茶叶 100 g' },
    ...{ out_trade_no: 'bundled-1', notify_url: 'https://shop.example/paid' },
    amount: { total: 100, currency: 'CNY' },
  }
  const { data } = await wxpay.v3.pay.transactions.native.post({ json, validate: true })
  assert.match(data.code_url, /^weixin:/)

  const { resource } = await wxpay.notifications.parse(notification)
  assert.equal(resource.out_trade_no, 'bundled-1')

  let rows = 0
  for await (const row of await wxpay.bills.trade({ bill_date: '2024-01-01', tar_type: 'GZIP' })) {
    rows += Number.isInteger(row.total_amount_fen) ? 1 : 0
  }
  assert.ok(rows > 0)

  const xml = { appid: 'wx8888888888888888', transaction_id: '', out_trade_no: 'nowhere' }
  const error = await wxpay.v2.pay.orderquery.post({ xml }).catch((reason) => reason)
  assert.ok(error instanceof ApiError)
  // Names as they were before anything was made small.
  assert.deepEqual([error.name, error.code], ['ApiError', 'ORDERNOTEXIST'])

  const { verify, sign, loadPublicKey, loadPrivateKey, encodeXml, decodeXml } = crypto
  const signature = sign('message', loadPrivateKey(merchant.privateKey))
  assert.equal(verify('message', signature, loadPublicKey(Object.values(merchant.certs)[0])), false)
  assert.deepEqual({ ...decodeXml(encodeXml({ a: '1' })) }, { a: '1' })
  assert.match(`${(await wxpay.encrypt('张三')).toString()}${sensitive('张三')}`, /./)
  wxpay.close()
}
