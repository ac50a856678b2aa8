import type { Context } from './context.js'
import type { Sharing } from './flows/profit-sharing.js'
import type { Transfer } from './flows/transfers.js'
import type { Order } from './orders.js'
import { beijingTime } from './time.js'

/** One thing that happened: a payment, or a refund of one. */
export interface BillEntry {
  /** `2024-01-01 10:00:00` */
  readonly time: string
  readonly order: Pick<Order, 'request' | 'tradeType' | 'transactionId' | 'payer'>
  readonly refund?: { readonly refund_id: string; readonly out_refund_no: string; readonly fen: number }
}

/** For days on which nothing was ordered here, so that every day of the past has a bill. */
const SAMPLE: BillEntry['order'] = {
  request: {
    appid: 'wxd678efh567hg6787',
    mchid: '1900000109',
    description: 'Image形象店-深圳腾大-QQ公仔',
    out_trade_no: '1217752501201407033233368018',
    notify_url: '',
    amount: { total: 100 },
  },
  tradeType: 'NATIVE',
  transactionId: '4200000001202401010000000001',
  payer: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
}

/** What happened on a day, or `undefined` when there is no bill of it. */
export function entriesOf(date: string, context: Context): readonly BillEntry[] | undefined {
  const { state, now } = context
  const payments = [...state.orders.values()]
    .filter((order) => order.successTime?.startsWith(date))
    .map((order) => ({ time: plainTime(order.successTime ?? ''), order }))
  const refunds = [...state.refunds.values()].flatMap(({ answer }) => {
    const { success_time, out_trade_no, refund_id, out_refund_no, amount } = answer as Readonly<
      Record<string, string>
    > & { readonly amount: { readonly refund: number } }
    const order = state.orders.get(out_trade_no ?? '')
    if (!success_time?.startsWith(date) || !order || !refund_id || !out_refund_no) return []
    return [
      { time: plainTime(success_time), order, refund: { refund_id, out_refund_no, fen: amount.refund } },
    ]
  })
  const entries = [...payments, ...refunds]
  if (entries.length > 0 || transfersOf(date, context).length > 0) return entries
  return date < beijingTime(now()).slice(0, 10) ? [{ time: `${date} 10:00:00`, order: SAMPLE }] : undefined
}

/** Money that went out to a user. */
export interface TransferEntry {
  readonly time: string
  readonly mchid: string
  readonly transfer: Transfer
}

/** The transfers that arrived on a day. */
export function transfersOf(date: string, { state, identity }: Context): readonly TransferEntry[] {
  return [...state.transfers.values()].flatMap((transfer) => {
    if (transfer.state !== 'SUCCESS' || !transfer.updateTime.startsWith(date)) return []
    return [{ time: plainTime(transfer.updateTime), mchid: identity.merchant.mchid, transfer }]
  })
}

/** A part of an order that went to somebody else. */
export interface SharingEntry {
  readonly time: string
  readonly order: BillEntry['order']
  readonly sharing: Sharing
}

/** The profit sharings of a day. */
export function sharingsOf(date: string, { state }: Context): readonly SharingEntry[] {
  return [...state.sharings.values()].flatMap((sharing) => {
    const order = state.orders.get(state.transactions.get(sharing.request.transaction_id) ?? '')
    return order && sharing.time.startsWith(date) ? [{ time: plainTime(sharing.time), order, sharing }] : []
  })
}

function plainTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ')
}

/** Fen as yuan with two decimals. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** 0.60 %, rounded to whole fen. */
export function feeOf(fen: number): number {
  return Math.round(fen * 0.006)
}

/** Every field marked by a back-tick, so that spreadsheets keep its digits; line breaks in words. */
export function markedLine(fields: readonly (string | number)[]): string {
  return fields.map((field) => `\`${String(field).replaceAll('\r', '\\r').replaceAll('\n', '\\n')}`).join(',')
}

/** A whole bill as the API sends it. */
export function toFile(lines: readonly string[]): Buffer {
  return Buffer.from(`\uFEFF${lines.join('\r\n')}\r\n`)
}
