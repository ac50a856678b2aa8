/** A shop inside of WeChat, end to end: an order, its payment parameters, the notification, a query, a refund. */
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError, type JsapiParameters, type NodeReceiver, WechatpayError } from '../lib/index.js'
import { listen, runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

// #region order
/** A row of the table of orders, where `out_trade_no` is the primary key. */
export interface Order {
  readonly out_trade_no: string
  readonly description: string
  /** Fen: whole numbers, never 0.1 + 0.2. */
  readonly total: number
  transaction_id?: string
}
export type Orders = Map<string, Order>

/** What the page passes on to wx.requestPayment or WeixinJSBridge. Calling it again for the same order is harmless. */
export async function startPayment(shop: Shop, order: Order, openid: string): Promise<JsapiParameters> {
  const { wxpay, appid, notify_url } = shop
  const { out_trade_no, description, total } = order
  const { data } = await wxpay.v3.pay.transactions.jsapi.post({
    json: { appid, description, out_trade_no, notify_url, amount: { total }, payer: { openid } },
  })
  return wxpay.paySign.jsapi({ appId: appid, prepayId: data.prepay_id })
}
// #endregion order

// #region paid
/** Records a payment, whoever tells of it first: the notification or a query. The second time changes nothing. */
function recordPayment(orders: Orders, out_trade_no: string, transaction_id: string, total?: number): void {
  const order = orders.get(out_trade_no)
  if (!order || order.total !== total) throw new Error(`Paid, but not as ordered: ${out_trade_no}`)
  order.transaction_id ??= transaction_id
}

/** The receiver behind notify_url. What throws here is answered with 500, and WeChat Pay tells it again. */
export function paymentReceiver({ wxpay }: Pick<Shop, 'wxpay'>, orders: Orders): NodeReceiver {
  return wxpay.notifications.node({
    'TRANSACTION.SUCCESS': ({ resource: { out_trade_no, transaction_id, amount } }) =>
      recordPayment(orders, out_trade_no, transaction_id, amount.total),
  })
}

/** Asks for the payment where no notification has come: when the page returns, and of old unpaid orders by a timer. */
export async function checkPayment({ wxpay }: Shop, orders: Orders, out_trade_no: string) {
  const node = wxpay.v3.pay.transactions.outTradeNo._out_trade_no_
  const { data } = await node.get({ out_trade_no })
  if (data.trade_state === 'SUCCESS') {
    recordPayment(orders, out_trade_no, data.transaction_id ?? '', data.amount?.total)
  }
  return data.trade_state
}
// #endregion paid

// #region refund
/** Refunds a part of an order. `out_refund_no` is stored before: it names this refund in every attempt. */
export async function refund({ wxpay }: Shop, order: Order, out_refund_no: string, fen: number) {
  const { refunds } = wxpay.v3.refund.domestic
  const { out_trade_no, total } = order
  try {
    const json = { out_trade_no, out_refund_no, amount: { refund: fen, total, currency: 'CNY' } }
    return (await refunds.post({ json })).data.status
  } catch (error) {
    if (!(error instanceof WechatpayError && error.mayHaveHappened)) throw error
    const found = await refunds._out_refund_no_.get({ out_refund_no }).catch((other: unknown) => {
      // Not there, it never arrived: the first error says so, and the caller may send it again under the same number.
      throw other instanceof ApiError && other.status === 404 ? error : other
    })
    return found.data.status
  }
}
// #endregion refund

export async function demo(emulator: Emulator) {
  const order: Order = { out_trade_no: 'jsapi-1', description: 'Tea, 100 g', total: 100 }
  const orders: Orders = new Map([[order.out_trade_no, order]])
  const receiver = await listen(paymentReceiver(shopOf(emulator), orders))
  const shop = shopOf(emulator, receiver.url)

  const parameters = await startPayment(shop, order, 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o')
  const before = await checkPayment(shop, orders, order.out_trade_no)
  await emulator.pay(order.out_trade_no)
  const told = { ...order }
  const after = await checkPayment(shop, orders, order.out_trade_no)
  // Three times the connection breaks before the answer is whole; only the query tells that the refund was made.
  emulator.fail({ path: 'v3/refund/domestic/refunds', method: 'POST', fault: 'torn', times: 3 })
  const refunded = await refund(shop, order, 'jsapi-1-refund-1', 30)
  receiver.close()
  return { parameters, before, told, after, refunded }
}
await runDemo(import.meta.url, demo)
