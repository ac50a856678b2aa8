/** APIv2 with apiclient_cert.p12: a red packet and a refund, both asked for by their number when the outcome is open. */
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError, type MerchantOptions, Wechatpay, WechatpayError } from '../lib/index.js'
import { p12Of, runDemo } from './demo.js'

// #region client
/** A client of APIv2. The passphrase of apiclient_cert.p12 is the merchant id unless it was changed. */
export const withP12 = (account: MerchantOptions, p12: Buffer | URL, passphrase: string): Wechatpay =>
  new Wechatpay({ ...account, merchant: { pfx: p12, passphrase } })
// #endregion client

const appid = 'wxd678efh567hg6787'
const isOpen = (error: unknown): boolean => error instanceof WechatpayError && error.mayHaveHappened

// #region packet
/** Sends a red packet, 1 to 200 yuan; `mch_billno` was stored before. Answers of this endpoint are not signed. */
export async function sendPacket(
  wxpay: Wechatpay,
  mch_billno: string,
  re_openid: string,
  fen: number,
): Promise<string> {
  const { sendredpack, gethbinfo } = wxpay.v2.mmpaymkttransfers
  const xml = {
    ...{ mch_billno, wxappid: appid, re_openid, total_amount: fen, total_num: 1, client_ip: '203.0.113.7' },
    ...{ send_name: '茶行', wishing: '恭喜发财', act_name: '猜灯谜', remark: '每人一次' },
  }
  await sendredpack.post({ xml }).catch((error: unknown) => {
    // SYSTEM_ERROR and the like: it may be on its way. Another number would be another packet.
    if (!isOpen(error)) throw error
  })
  const { data } = await gethbinfo.post({ xml: { mch_billno, appid, bill_type: 'MCHT' } })
  return data.status // SENDING, SENT, RECEIVED, FAILED, REFUND, RFUND_ING
}
// #endregion packet

// #region refund
/** A refund of an order placed with APIv2. */
export interface Refund {
  readonly out_trade_no: string
  readonly out_refund_no: string
  readonly total_fee: number
  readonly refund_fee: number
}

/** Refunds an order; the same number is the same refund, however often it is sent. */
export async function refund(wxpay: Wechatpay, request: Refund): Promise<string | undefined> {
  const { out_trade_no, out_refund_no } = request
  await wxpay.v2.secapi.pay.refund.post({ xml: { appid, ...request } }).catch((error: unknown) => {
    if (!isOpen(error)) throw error
  })
  const { data } = await wxpay.v2.pay.refundquery.post({ xml: { appid, out_trade_no, out_refund_no } })
  return data.refund_status_0
}
// #endregion refund

export async function demo(emulator: Emulator) {
  const { merchant, ...account } = emulator.merchant
  const { mchid } = account
  const wxpay = withP12(account, p12Of(`${merchant?.cert}${merchant?.key}`, mchid), mchid)

  const packet = await sendPacket(wxpay, `${mchid}202611290000000001`, 'oxTWIuGaIt6gTKsQRLau2M0yL16E', 100)
  const order = { out_trade_no: 'v2-order-0001', total_fee: 888 }
  const notify_url = 'https://shop.example/notify'
  await wxpay.v2.pay.unifiedorder.post({
    xml: { appid, body: 'Tea', ...order, spbill_create_ip: '203.0.113.7', notify_url, trade_type: 'NATIVE' },
  })
  await emulator.pay(order.out_trade_no)
  emulator.fail({ path: 'v2/secapi/pay/refund', fault: 'torn', times: 3 })
  const refunded = await refund(wxpay, { ...order, out_refund_no: 'v2-refund-0001', refund_fee: 800 })
  const tooMuch = await refund(wxpay, { ...order, out_refund_no: 'v2-refund-0002', refund_fee: 89 }).catch(
    (error: unknown) => (error instanceof ApiError ? error.code : Promise.reject(error)),
  )
  wxpay.close()
  return { packet, refunded, tooMuch }
}
await runDemo(import.meta.url, demo, { https: true })
