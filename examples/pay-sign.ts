/** What a shop's back end hands to its front ends once an order is placed. */
import { createEmulator } from '../lib/emulator/index.js'
import { Wechatpay } from '../lib/index.js'

const emulator = await createEmulator()
const wxpay = new Wechatpay(emulator.merchant)
const appId = 'wxd678efh567hg6787'

const order = {
  appid: appId,
  mchid: emulator.merchant.mchid,
  description: 'Image形象店-深圳腾大-QQ公仔',
  notify_url: 'https://example.com/notify',
  amount: { total: 100 },
}
const { data } = await wxpay.v3.pay.transactions.jsapi.post({
  json: { ...order, out_trade_no: '20240101A', payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } },
})
console.log('WeixinJSBridge, wx.requestPayment:', wxpay.paySign.jsapi({ appId, prepayId: data.prepay_id }))
console.log('PayReq of an app:', wxpay.paySign.app({ appId, prepayId: data.prepay_id }))

const h5 = await wxpay.v3.pay.transactions.h5.post({
  json: {
    ...order,
    out_trade_no: '20240101B',
    scene_info: { payer_client_ip: '203.0.113.7', h5_info: { type: 'Wap' } },
  },
})
console.log(
  'H5:',
  wxpay.paySign.h5({ h5Url: h5.data.h5_url, redirectUrl: 'https://example.com/thanks?id=1' }),
)

const score = wxpay.paySign.score({ package: 'DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we' })
console.log('wxpayScoreUse in a web page:', wxpay.paySign.queryString(score))
console.log(
  'coupons in a mini-program:',
  wxpay.paySign.coupons({ coupons: [{ stockId: '98065001', outRequestNo: '89560002019101000121' }] }),
)

wxpay.close()
await emulator.close()
