'use strict'
const assert = require('node:assert/strict')
const { rejection } = require('../rig.cjs')

const appid = 'wxd678efh567hg6787'

const place = (wxpay, out_trade_no, more) =>
  wxpay.v2.pay.unifiedorder.post({
    xml: {
      ...{
        appid,
        body: '腾讯充值中心-QQ会员充值',
        out_trade_no,
        total_fee: 888,
        spbill_create_ip: '123.12.12.123',
      },
      ...{ notify_url: 'https://shop.example/paid', trade_type: 'NATIVE', ...more },
    },
  })

const signedBy = (sign_type) => async (rig) => {
  const out_trade_no = rig.next('v2-')
  const { data } = await place(rig.wxpay, out_trade_no, { sign_type })
  assert.match(data.code_url, /^weixin:/)
  await rig.emulator.pay(out_trade_no)
  const query = { appid, transaction_id: '', out_trade_no, sign_type }
  const { data: paid } = await rig.wxpay.v2.pay.orderquery.post({ xml: query })
  assert.deepEqual([paid.trade_state, String(paid.total_fee)], ['SUCCESS', '888'])
  assert.ok(rig.emulator.requests.every(({ verified }) => verified))
}

exports.checks = {
  'XML signed with MD5, both ways': signedBy('MD5'),
  'XML signed with HMAC-SHA256, both ways': signedBy('HMAC-SHA256'),
  'a refusal is an error with its code': async (rig) => {
    const xml = { appid, transaction_id: '', out_trade_no: 'nowhere' }
    const error = await rejection(rig.wxpay.v2.pay.orderquery.post({ xml }))
    assert.ok(error instanceof rig.ApiError)
    assert.deepEqual([error.code, error.verified], ['ORDERNOTEXIST', true])
  },
  'a forged answer is refused': async (rig) => {
    rig.emulator.fail({ path: 'v2/pay/orderquery', fault: 'forged-signature' })
    const xml = { appid, transaction_id: '', out_trade_no: 'nowhere' }
    const error = await rejection(rig.wxpay.v2.pay.orderquery.post({ xml, retry: false }))
    assert.ok(error instanceof rig.VerificationError, `${error}`)
  },
  'a refund shows the client certificate, over HTTPS': async (rig) => {
    const { emulator, wxpay } = rig.secure
    const out_trade_no = rig.next('v2-')
    await place(wxpay, out_trade_no)
    await emulator.pay(out_trade_no)
    for (const [out_refund_no, refund_fee] of [
      ['r1', 100],
      ['r2', 788],
    ]) {
      const { data } = await wxpay.v2.secapi.pay.refund.post({
        xml: { appid, transaction_id: '', out_trade_no, out_refund_no, total_fee: 888, refund_fee },
      })
      assert.equal(String(data.refund_fee), String(refund_fee))
    }
  },
  'a client certificate that is missing is an error': async (rig) => {
    const { merchant, ...without } = rig.secure.emulator.merchant
    const wxpay = new rig.Wechatpay(without)
    try {
      const xml = { mch_billno: '1', bill_type: 'MCHT', appid: 'a' }
      const error = await rejection(wxpay.v2.mmpaymkttransfers.gethbinfo.post({ xml }))
      assert.ok(error instanceof rig.RequestError, `${error}`)
    } finally {
      wxpay.close()
    }
  },
  'a server that is not trusted gets nothing': async (rig) => {
    const wxpay = new rig.Wechatpay({ ...rig.secure.emulator.merchant, ca: undefined })
    try {
      const error = await rejection(wxpay.v3.certificates.get({ retry: false }))
      assert.ok(error instanceof rig.NetworkError, `${error}`)
      assert.deepEqual(rig.secure.emulator.requests, [])
    } finally {
      wxpay.close()
    }
  },
  'a browser’s URL is signed': (rig) => {
    const query = {
      ...{
        appid,
        plan_id: 12535,
        contract_code: '1',
        request_serial: 1,
        version: '1.0',
        timestamp: 1414488825,
      },
      ...{ contract_display_account: '微信代扣', notify_url: 'https://shop.example/contract' },
    }
    assert.match(rig.wxpay.v2.papay.entrustweb.url({ query }), /[?&]sign=[0-9A-F]{32}/)
  },
}
