/** Payment from a browser outside of WeChat: the page leads to WeChat, and WeChat leads back to it. */
import type { Emulator } from '../lib/emulator/index.js'
import { runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

// #region order
/** An order of a page. `ip` is the address that the user has, not that of a proxy of yours. */
export interface PageOrder {
  readonly out_trade_no: string
  readonly total: number
  readonly ip: string
}

/** The URL that the page leads to, within five minutes. Its domain is the one that the merchant platform knows. */
export async function startPayment(shop: Shop, { out_trade_no, total, ip }: PageOrder): Promise<string> {
  const { wxpay, appid, notify_url } = shop
  const scene_info = { payer_client_ip: ip, h5_info: { type: 'Wap' } }
  const { data } = await wxpay.v3.pay.transactions.h5.post({
    json: {
      appid,
      description: 'Tea, 100 g',
      out_trade_no,
      notify_url,
      amount: { total },
      scene_info,
    },
  })
  const redirectUrl = `https://shop.example/orders/${out_trade_no}`
  return wxpay.paySign.h5({ h5Url: data.h5_url, redirectUrl })
}
// #endregion order

// #region return
/** What the page shows that WeChat leads back to: users come back without having paid, too, or before it is known. */
export async function messageFor({ wxpay }: Shop, out_trade_no: string): Promise<string> {
  const { data } = await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({ out_trade_no })
  switch (data.trade_state) {
    case 'SUCCESS':
      return 'Thank you!'
    case 'NOTPAY':
    case 'USERPAYING':
      return 'Have you paid? [Yes, look again] [No, pay now]'
    default:
      return 'This order is not open any more.'
  }
}
// #endregion return

export async function demo(emulator: Emulator) {
  const shop = shopOf(emulator)
  const url = await startPayment(shop, { out_trade_no: 'h5-0001', total: 100, ip: '203.0.113.7' })
  const before = await messageFor(shop, 'h5-0001')
  await emulator.pay('h5-0001')
  return { url, before, after: await messageFor(shop, 'h5-0001') }
}
await runDemo(import.meta.url, demo)
