/** Payment in an app of yours: its back end places the order, signs for the app, and does not believe what the app says. */
import type { Emulator } from '../lib/emulator/index.js'
import type { AppParameters } from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

// #region order
/** What the app puts into PayReq, on iOS, Android and HarmonyOS alike. `appid` is that of the app. */
export async function startPayment(shop: Shop, out_trade_no: string, total: number): Promise<AppParameters> {
  const { wxpay, appid, notify_url } = shop
  const { data } = await wxpay.v3.pay.transactions.app.post({
    json: { appid, description: 'Tea, 100 g', out_trade_no, notify_url, amount: { total } },
  })
  return wxpay.paySign.app({ appId: appid, prepayId: data.prepay_id })
}
// #endregion order

// #region answer
/** The answer to the app that asks after its return from WeChat: `errCode` 0 is no proof, the query is. */
export async function isPaid({ wxpay }: Shop, out_trade_no: string, total: number): Promise<boolean> {
  const { data } = await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({ out_trade_no })
  return data.trade_state === 'SUCCESS' && data.amount?.total === total
}
// #endregion answer

export async function demo(emulator: Emulator) {
  const shop = shopOf(emulator)
  const parameters = await startPayment(shop, 'app-0001', 100)
  const before = await isPaid(shop, 'app-0001', 100)
  await emulator.pay('app-0001')
  return { parameters, before, after: await isPaid(shop, 'app-0001', 100) }
}
await runDemo(import.meta.url, demo)
