/** A service that is paid when it is over (WeChat Pay Score): the user agrees, the merchant completes, the money comes. */
import { EventEmitter, once } from 'node:events'
import type { Emulator } from '../lib/emulator/index.js'
import { type NodeReceiver, type ScoreParameters, WechatpayError } from '../lib/index.js'
import { listen, runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

const service_id = '2002000000000558128851361561536'

// #region create
/** Begins a service; the page has its user agree to it with these parameters, by wxpayScoreUse. */
export async function startService(shop: Shop, out_order_no: string): Promise<ScoreParameters> {
  const { wxpay, appid, notify_url } = shop
  const { data } = await wxpay.v3.payscore.serviceorder.post({
    json: {
      ...{ out_order_no, appid, service_id, notify_url, service_introduction: '充电宝租借' },
      time_range: { start_time: 'OnAccept' },
      // The most that the service may cost: a total above it is refused.
      risk_fund: { name: 'DEPOSIT', amount: 9_900 },
      need_user_confirm: true,
    },
  })
  return wxpay.paySign.score({ package: data.package })
}
// #endregion create

// #region complete
/** The state of a service, and of its money: a service may be over for long before it is paid. */
export async function stateOf({ wxpay, appid }: Shop, out_order_no: string) {
  const { data } = await wxpay.v3.payscore.serviceorder.get({ query: { out_order_no, service_id, appid } })
  return { state: data.state, total: data.total_amount, collection: data.collection?.state }
}

/** Ends a service with what it costs, in fen; WeChat Pay collects that by itself. */
export async function completeService(shop: Shop, out_order_no: string, end_time: string, fen: number) {
  const { wxpay, appid } = shop
  const json = {
    ...{ appid, service_id, total_amount: fen },
    post_payments: [{ name: '租借费用', amount: fen, description: '2小时', count: 1 }],
    time_range: { end_time },
  }
  const { complete } = wxpay.v3.payscore.serviceorder._out_order_no_
  await complete.post({ out_order_no, json }).catch(async (error: unknown) => {
    // Completed already, by an attempt whose answer was lost? A total that is there and is the same says so.
    if (!(error instanceof WechatpayError)) throw error
    if ((await stateOf(shop, out_order_no)).total !== fen) throw error
  })
  return stateOf(shop, out_order_no)
}
// #endregion complete

// #region told
/** The receiver: start the service when the user has agreed, close the books when the money is there. */
export function serviceReceiver(
  { wxpay }: Pick<Shop, 'wxpay'>,
  { agreed, paid }: Readonly<Record<'agreed' | 'paid', (out_order_no: string) => unknown>>,
): NodeReceiver {
  return wxpay.notifications.node({
    'PAYSCORE.USER_CONFIRM': ({ resource }) => void agreed(resource.out_order_no),
    'PAYSCORE.USER_PAID': ({ resource }) => void paid(resource.out_order_no),
  })
}
// #endregion told

export async function demo(emulator: Emulator) {
  const events = new EventEmitter()
  const agreed = once(events, 'agreed')
  const paid = once(events, 'paid')
  const receiver = await listen(
    serviceReceiver(shopOf(emulator), {
      agreed: (number) => events.emit('agreed', number),
      paid: (number) => events.emit('paid', number),
    }),
  )
  const shop = shopOf(emulator, receiver.url)
  const parameters = await startService(shop, 'rental0001')
  emulator.confirm('rental0001')
  await agreed
  const before = await stateOf(shop, 'rental0001')
  const first = await completeService(shop, 'rental0001', '20261129120000', 400)
  const again = await completeService(shop, 'rental0001', '20261129120000', 400)
  await paid
  receiver.close()
  return { parameters, before, first, again }
}
await runDemo(import.meta.url, demo)
