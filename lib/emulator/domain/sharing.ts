import type { Context } from '../context.js'
import type { Order } from '../state/order-records.js'
import type { Sharing } from '../state/records.js'

/** The platform's number of the share at an index. */
export const shareDetailId = ({ orderId }: Sharing, index: number): string => `36${orderId.slice(2)}${index}`

const sum = (amounts: readonly { readonly amount: number }[]): number =>
  amounts.reduce((fen, { amount }) => fen + amount, 0)

/** The fen that receivers have of a sharing, less the returned ones; of one account, if it is named. */
export function sharedBy({ request, returns }: Sharing, account?: string): number {
  const given = (request.receivers ?? []).filter((one) => !account || one.account === account)
  return sum(given) - sum(returns.filter(({ return_mchid }) => !account || return_mchid === account))
}

/** Milliseconds after the payment in which an order can be shared. https://pay.weixin.qq.com/doc/v3/merchant/4014547102 */
const FROZEN = 30 * 24 * 3_600_000

/** The fen of an order that receivers have, and the fen that are left to share. */
export function sharesOf(
  order: Order,
  { state, now }: Context,
): { readonly shared: number; readonly unsplit: number } {
  const all = [...state.sharings.values()].filter(
    ({ request }) => request.transaction_id === order.transactionId,
  )
  const shared = all.reduce((fen, sharing) => fen + sharedBy(sharing), 0)
  const isOver = now() > Date.parse(order.successTime ?? '') + FROZEN
  const unfrozen = isOver || all.some(({ request }) => request.unfreeze_unsplit)
  const left = order.request.amount.total - order.refunded - shared
  return { shared, unsplit: unfrozen ? 0 : Math.max(left, 0) }
}
