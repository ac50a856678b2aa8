import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { migrateText } from './migrated.js'

const HEAD = `import WxPay from 'wechatpay-node-v3'
const wx = new WxPay({ appid: 'wx1', mchid: '19', serial_no: '37', publicKey: cert, privateKey: pem, key: apiKey, wxPayPublicId: id, wxPayPublicKey: pub })
`

/** A call of each method, and the call that it becomes; `undefined` where it is marked. */
const METHODS: Readonly<Record<string, readonly (readonly [before: string, after: string | undefined])[]>> = {
  transactions_h5: [['(order)', 'wx.v3.pay.transactions.h5.post({ json: order })']],
  transactions_native: [
    [
      "({ out_trade_no: 'A1' })",
      "wx.v3.pay.transactions.native.post({ json: { appid: 'wx1', out_trade_no: 'A1' } })",
    ],
    [
      "({ appid, out_trade_no: 'A1' })",
      "wx.v3.pay.transactions.native.post({ json: { appid, out_trade_no: 'A1' } })",
    ],
  ],
  transactions_app: [
    [
      "({ out_trade_no: 'A1' })",
      "wx.v3.pay.transactions.app.post({ json: { appid: 'wx1', out_trade_no: 'A1' } }).then((response) => ({ ...response, data: wx.paySign.app({ appId: 'wx1', prepayId: response.data.prepay_id }) }))",
    ],
  ],
  transactions_jsapi: [
    [
      '({ appid, payer })',
      'wx.v3.pay.transactions.jsapi.post({ json: { appid, payer } }).then((response) => ({ ...response, data: wx.paySign.jsapi({ appId: appid, prepayId: response.data.prepay_id }) }))',
    ],
  ],
  combine_transactions_h5: [
    ['({ sub_orders })', "wx.v3.combineTransactions.h5.post({ json: { combine_appid: 'wx1', sub_orders } })"],
  ],
  combine_transactions_native: [
    [
      '({ sub_orders })',
      "wx.v3.combineTransactions.native.post({ json: { combine_appid: 'wx1', sub_orders } })",
    ],
  ],
  combine_transactions_app: [
    [
      '({ sub_orders })',
      "wx.v3.combineTransactions.app.post({ json: { combine_appid: 'wx1', sub_orders } }).then((response) => ({ ...response, data: wx.paySign.app({ appId: 'wx1', prepayId: response.data.prepay_id }) }))",
    ],
  ],
  combine_transactions_jsapi: [
    [
      '({ sub_orders })',
      "wx.v3.combineTransactions.jsapi.post({ json: { combine_appid: 'wx1', sub_orders } }).then((response) => ({ ...response, data: wx.paySign.jsapi({ appId: 'wx1', prepayId: response.data.prepay_id }) }))",
    ],
  ],
  query: [
    [
      "({ out_trade_no: 'A1' })",
      "wx.v3.pay.transactions.outTradeNo._out_trade_no_.get({ out_trade_no: 'A1' })",
    ],
    ['({ transaction_id })', 'wx.v3.pay.transactions.id._transaction_id_.get({ transaction_id })'],
    ['(either)', undefined],
  ],
  combine_query: [
    ['(no)', 'wx.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({ combine_out_trade_no: no })'],
  ],
  close: [
    [
      '(out_trade_no)',
      "wx.v3.pay.transactions.outTradeNo._out_trade_no_.close.post({ out_trade_no, json: { mchid: '19' } })",
    ],
  ],
  combine_close: [
    [
      '(no, sub_orders)',
      "wx.v3.combineTransactions.outTradeNo._combine_out_trade_no_.close.post({ combine_out_trade_no: no, json: { combine_appid: 'wx1', sub_orders } })",
    ],
  ],
  tradebill: [
    [
      "({ bill_date, bill_type: 'ALL' })",
      "wx.v3.bill.tradebill.get({ query: { bill_date, bill_type: 'ALL' } })",
    ],
  ],
  fundflowbill: [['(query)', 'wx.v3.bill.fundflowbill.get({ query })']],
  downloadBill: [['(url)', "wx.download(url, { responseType: 'arraybuffer' })"]],
  refunds: [['(refund)', 'wx.v3.refund.domestic.refunds.post({ json: refund })']],
  find_refunds: [['(no)', 'wx.v3.refund.domestic.refunds._out_refund_no_.get({ out_refund_no: no })']],
  batches_transfer: [
    [
      "({ out_batch_no, transfer_detail_list: [{ user_name: wx.publicEncrypt('张三', key) }], wx_serial_no })",
      "wx.v3.transfer.batches.post({ json: { appid: 'wx1', out_batch_no, transfer_detail_list: [{ user_name: sensitive('张三') }] } })",
    ],
  ],
  query_batches_transfer_list_wx: [
    [
      '({ batch_id, need_query_detail: true })',
      'wx.v3.transfer.batches.batchId._batch_id_.get({ batch_id, query: { need_query_detail: true } })',
    ],
  ],
  query_batches_transfer_detail_wx: [
    [
      "({ batch_id: 'b', detail_id: 'd' })",
      "wx.v3.transfer.batches.batchId._batch_id_.details.detailId._detail_id_.get({ batch_id: 'b', detail_id: 'd' })",
    ],
  ],
  query_batches_transfer_list: [
    [
      '(params)',
      'wx.v3.transfer.batches.outBatchNo._out_batch_no_.get((({ out_batch_no, ...query }) => ({ out_batch_no, query }))(params))',
    ],
  ],
  query_batches_transfer_detail: [
    [
      '({ out_batch_no, out_detail_no })',
      'wx.v3.transfer.batches.outBatchNo._out_batch_no_.details.outDetailNo._out_detail_no_.get({ out_batch_no, out_detail_no })',
    ],
  ],
  create_profitsharing_orders: [
    ['({ out_order_no })', "wx.v3.profitsharing.orders.post({ json: { appid: 'wx1', out_order_no } })"],
  ],
  query_profitsharing_orders: [
    [
      '(transaction_id, out_order_no)',
      'wx.v3.profitsharing.orders._out_order_no_.get({ out_order_no, query: { transaction_id } })',
    ],
  ],
  profitsharing_return_orders: [['(order)', 'wx.v3.profitsharing.returnOrders.post({ json: order })']],
  query_profitsharing_return_orders: [
    [
      '(out_return_no, out_order_no)',
      'wx.v3.profitsharing.returnOrders._out_return_no_.get({ out_return_no, query: { out_order_no } })',
    ],
  ],
  profitsharing_orders_unfreeze: [['(order)', 'wx.v3.profitsharing.orders.unfreeze.post({ json: order })']],
  query_profitsharing_amounts: [
    ['(transaction_id)', 'wx.v3.profitsharing.transactions._transaction_id_.amounts.get({ transaction_id })'],
  ],
  profitsharing_receivers_add: [
    [
      '({ account, name: wx.publicEncrypt(name, key), wx_serial_no })',
      "wx.v3.profitsharing.receivers.add.post({ json: { appid: 'wx1', account, name: sensitive(name) } })",
    ],
  ],
  profitsharing_receivers_delete: [
    ['({ account })', "wx.v3.profitsharing.receivers.delete.post({ json: { appid: 'wx1', account } })"],
  ],
  profitsharing_bills: [
    ["(bill_date, 'GZIP')", "wx.v3.profitsharing.bills.get({ query: { bill_date, tar_type: 'GZIP' } })"],
  ],
  upload_images: [
    [
      "(bytes, 'a.png')",
      "wx.v3.merchant.media.upload.post({ multipart: { file: new File([bytes], 'a.png') } })",
    ],
  ],
  decipher_gcm: [
    ['(resource.ciphertext, aad, iv, key)', 'JSON.parse(decryptAesGcm(resource.ciphertext, key, iv, aad))'],
    ['(resource.ciphertext, aad, iv)', 'JSON.parse(decryptAesGcm(resource.ciphertext, apiKey, iv, aad))'],
    ['(certificate.ciphertext, aad, iv)', 'decryptAesGcm(certificate.ciphertext, apiKey, iv, aad)'],
    ['(resource)', undefined],
  ],
  publicEncrypt: [
    ['(text, key)', 'encryptOaep(text, key)'],
    ['(text, key, padding)', undefined],
  ],
  privateDecrypt: [['(text)', 'wx.decrypt(text)']],
  sha256WithRsa: [['(text)', 'sign(text, pem)']],
  getSignature: [
    [
      "('GET', iv, timestamp, url)",
      "sign(canonicalRequest({ method: 'GET', url, timestamp, nonce: iv, body: '' }), pem)",
    ],
    ["('POST', iv, timestamp, url, unknown)", undefined],
  ],
  getAuthorization: [
    [
      '(iv, timestamp, signature)',
      "authorization({ mchid: '19', serial: '37', nonce: iv, timestamp, signature })",
    ],
  ],
  getSN: [['(file)', 'new X509Certificate(file).serialNumber']],
  verifySign: [['(params)', undefined]],
  get_certificates: [['(key)', undefined]],
  createHttp: [['(service)', undefined]],
}

/** The methods that the package declares, as far as its users may call them. */
const declared = [
  ...readFileSync('node_modules/wechatpay-node-v3/dist/index.d.ts', 'utf8').matchAll(
    /^ {4}(\w+)(?:<.*>)?\(/gm,
  ),
].flatMap(([, name = '']) => (name === 'constructor' ? [] : [name]))

it('knows every method that wechatpay-node-v3 declares', () => {
  expect(Object.keys(METHODS).sort()).toEqual([...new Set(declared)].sort())
})

describe.each(Object.entries(METHODS))('method %s', (name, cases) => {
  it.each(cases)('%s', (before, after) => {
    const text = migrateText(`${HEAD}await wx.${name}${before}\n`)
    if (after !== undefined) {
      expect(text).toContain(`\nawait ${after}\n`)
      expect(text).not.toContain('TODO')
      return
    }
    expect(text).toMatch(/^\/\/ TODO\(wechatpay-fluent\): .*\nawait /m)
    expect(text).toContain(`\nawait wx.${name}${before}\n`)
  })
})
