/** One payment for the orders of several shops: placed together, told of together, refunded one by one. */
import type { Emulator } from '../lib/emulator/index.js'
import type { JsapiParameters, NodeReceiver, NotificationOf } from '../lib/index.js'
import { listen, runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

// #region order
/** An order of the combined one. Its number is unique among all orders of its merchant, as if it were placed alone. */
export interface Part {
  readonly mchid: string
  readonly out_trade_no: string
  readonly total: number
  readonly description: string
}

export async function startPayment(
  { wxpay, appid, notify_url }: Shop,
  combine_out_trade_no: string,
  parts: readonly Part[],
  openid: string,
): Promise<JsapiParameters> {
  const { data } = await wxpay.v3.combineTransactions.jsapi.post({
    json: {
      combine_appid: appid,
      combine_out_trade_no,
      sub_orders: parts.map(({ total, ...part }) => {
        return { ...part, attach: combine_out_trade_no, amount: { total_amount: total, currency: 'CNY' } }
      }),
      combine_payer_info: { openid },
      notify_url,
    },
  })
  return wxpay.paySign.jsapi({ appId: appid, prepayId: data.prepay_id })
}
// #endregion order

// #region paid
type Combined = NotificationOf<'TRANSACTION.SUCCESS', 'combined'>['resource']
const isCombined = (resource: object): resource is Combined => 'sub_orders' in resource

/** Hands out each paid order. The event is the same as that of a single order; `sub_orders` tells them apart. */
export function receiver(
  { wxpay }: Pick<Shop, 'wxpay'>,
  paid: (out_trade_no: string, fen: number) => unknown,
): NodeReceiver {
  return wxpay.notifications.node({
    'TRANSACTION.SUCCESS': ({ resource }) => {
      if (!isCombined(resource)) return void paid(resource.out_trade_no, resource.amount.total)
      for (const { out_trade_no, amount } of resource.sub_orders) paid(out_trade_no, amount.total_amount)
    },
  })
}
// #endregion paid

// #region query
/** The state of each part, asked for by the number of the whole. */
export async function statesOf({ wxpay }: Shop, combine_out_trade_no: string) {
  const { data } = await wxpay.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({
    combine_out_trade_no,
  })
  return Object.fromEntries(data.sub_orders?.map((part) => [part.out_trade_no, part.trade_state]) ?? [])
}
// #endregion query

export async function demo(emulator: Emulator) {
  const paid: Record<string, number> = {}
  const served = await listen(
    receiver(shopOf(emulator), (number, fen) => Object.assign(paid, { [number]: fen })),
  )
  const shop = shopOf(emulator, served.url)
  const parts = [
    { mchid: shop.mchid, out_trade_no: 'combined-1-tea', total: 100, description: 'Tea' },
    { mchid: shop.mchid, out_trade_no: 'combined-1-cup', total: 250, description: 'A cup' },
  ]
  const parameters = await startPayment(shop, 'combined-1', parts, 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o')
  const before = await statesOf(shop, 'combined-1')
  await emulator.pay('combined-1')
  served.close()
  return { parameters, before, paid, after: await statesOf(shop, 'combined-1') }
}
await runDemo(import.meta.url, demo)
