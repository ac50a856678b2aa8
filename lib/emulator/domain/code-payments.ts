import type { Context } from '../context.js'
import { Refusal } from '../routing/refusal.js'
import type { Order, OrderRequest } from '../state/order-records.js'
import { placeOrder } from './orders.js'
import { payOrder } from './payments.js'

/** The fen above which the user enters the password. https://pay.weixin.qq.com/wiki/doc/api/wxpay/ch/pay/QuickPay/chapter3_3.shtml */
const WITHOUT_PASSWORD = 100_000
/** Milliseconds that the user has before the payment can be reversed. */
const PAYING = 15_000
/** Milliseconds after which a payment cannot be reversed any more. */
const REVERSIBLE = 7 * 24 * 3_600_000

/** Pays with the code that a merchant has read from the user's phone. A large amount waits for the user: `USERPAYING`. */
export function payByCode(
  context: Context,
  request: OrderRequest,
  code: string | undefined,
  api: Order['api'],
): Order {
  if (!/^1[0-5]\d{16}$/.test(code ?? '')) {
    throw new Refusal(400, 'AUTH_CODE_INVALID', '请扫描微信支付被扫条码/二维码')
  }
  const order = placeOrder(context, { request, tradeType: 'MICROPAY', respond: () => ({}), api })
  if (order.state !== 'NOTPAY') return order
  if (request.amount.total <= WITHOUT_PASSWORD) return payOrder(context, request.out_trade_no)
  order.state = 'USERPAYING'
  context.state.orders.set(request.out_trade_no, order)
  return order
}

/** Reverses a payment by code: one that came in goes back, any other is closed. */
export function reverseOrder({ state, now }: Context, order: Order): void {
  const age = now() - order.placedAt
  if (order.tradeType !== 'MICROPAY') throw new Refusal(400, 'INVALID_REQUEST', '订单的支付场景不支持该请求')
  if (order.state === 'REVOKED' || order.state === 'CLOSED') return
  if (age > REVERSIBLE) throw new Refusal(400, 'REVERSE_EXPIRE', '订单超过7天，不能撤销')
  if (order.state === 'REFUND') throw new Refusal(400, 'REVERSE_EXPIRE', '订单已发生退款，不能撤销')
  if (order.state === 'USERPAYING' && age < PAYING) {
    throw new Refusal(400, 'USERPAYING', '正在支付中不能发起撤销')
  }
  order.state = order.transactionId === undefined ? 'CLOSED' : 'REVOKED'
  state.orders.set(order.request.out_trade_no, order)
}
