import type { Context } from '../context.js'
import type { Order } from './orders.js'

export interface Receiver {
  readonly type: string
  readonly account: string
  readonly amount: number
  readonly description: string
}

export interface SharingRequest {
  readonly transaction_id: string
  readonly out_order_no: string
  readonly sub_mchid?: string
  readonly receivers?: readonly Receiver[]
  readonly unfreeze_unsplit: boolean
}

/** A share that came back. */
export interface SharingReturn {
  readonly out_return_no: string
  readonly return_mchid: string
  readonly amount: number
  readonly description: string
  readonly fingerprint: string
  readonly returnId: string
  readonly time: string
}

/** Parts of a paid order for others; carried out as soon as it is accepted. */
export interface Sharing {
  readonly request: SharingRequest
  readonly fingerprint: string
  readonly orderId: string
  readonly time: string
  returns: readonly SharingReturn[]
}

/** The platform's number of the share at an index. */
export const detailIdOf = ({ orderId }: Sharing, index: number): string => `36${orderId.slice(2)}${index}`

const sum = (amounts: readonly { readonly amount: number }[]): number =>
  amounts.reduce((fen, { amount }) => fen + amount, 0)

/** Fen that others have of a sharing, less what they gave back; those of one account, if it is named. */
export function sharedBy({ request, returns }: Sharing, account?: string): number {
  const given = (request.receivers ?? []).filter((one) => !account || one.account === account)
  return sum(given) - sum(returns.filter(({ return_mchid }) => !account || return_mchid === account))
}

/** Fen of an order that others have, and fen that are left to share. */
export function sharesOf(
  order: Order,
  { state }: Context,
): { readonly shared: number; readonly unsplit: number } {
  const all = [...state.sharings.values()].filter(
    ({ request }) => request.transaction_id === order.transactionId,
  )
  const shared = all.reduce((fen, sharing) => fen + sharedBy(sharing), 0)
  const unfrozen = all.some(({ request }) => request.unfreeze_unsplit)
  const left = order.request.amount.total - order.refunded - shared
  return { shared, unsplit: unfrozen ? 0 : Math.max(left, 0) }
}
