'use strict'
const assert = require('node:assert/strict')
const { orderOf } = require('../rig.cjs')

const phoneOf = async (rig, wxpay) => {
  const out_trade_no = rig.next('complaint-')
  await wxpay.v3.pay.transactions.native.post({ json: orderOf(rig, out_trade_no) })
  await rig.emulator.pay(out_trade_no)
  const complaint_id = rig.emulator.complain({ out_trade_no })
  const complaint = wxpay.v3.merchantService['complaints-v2']._complaint_id_
  const { data } = await complaint.get({ complaint_id })
  const { data: clear } = await complaint.get({ complaint_id, decrypt: true })
  return [data.payer_phone, clear.payer_phone]
}

exports.checks = {
  'a field goes out encrypted, and Wechatpay-Serial names the key': async (rig) => {
    const transfers = rig.wxpay.v3.fundApp.mchTransfer.transferBills
    const out_bill_no = rig.next('transfer')
    await transfers.post({
      json: {
        ...{ appid: 'wxd678efh567hg6787', out_bill_no, transfer_scene_id: '1000', openid: 'o-user' },
        ...{ transfer_amount: 30, transfer_remark: '新会员开通有礼', user_name: rig.sensitive('张三') },
        transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
      },
    })
    const [{ body, headers }] = rig.emulator.requests
    assert.ok(!body.includes('张三'))
    assert.equal(headers['wechatpay-serial'], Object.keys(rig.emulator.merchant.certs)[0])
    const clear = await transfers.outBillNo._out_bill_no_.get({ out_bill_no, decrypt: true })
    assert.equal(clear.data.user_name, '张三')
  },
  'a field of an answer is decrypted': async (rig) => {
    const [secret, clear] = await phoneOf(rig, rig.wxpay)
    assert.equal(clear, '13800000000')
    assert.equal(rig.wxpay.decrypt(secret), clear)
  },
  'encrypt() makes a ciphertext that shows nothing': async (rig) => {
    const ciphertext = await rig.wxpay.encrypt('张三')
    assert.ok(ciphertext instanceof rig.Ciphertext)
    assert.ok(rig.sensitive('张三') instanceof rig.Sensitive)
  },
}
