import { beijingTime } from '../../beijing-time.js'
import type { Context } from '../../context.js'
import type { Order } from '../../state/order-records.js'
import { shareDetailId } from '../sharing.js'
import { transferDetailId } from '../transfer-batches.js'

/** A payment, or a refund of one. */
export interface BillEntry {
  /** The time, as `2024-01-01 10:00:00`. */
  readonly time: string
  readonly order: Pick<Order, 'request' | 'tradeType' | 'transactionId' | 'payer' | 'bank' | 'promotions'>
  readonly refund?: { readonly refund_id: string; readonly out_refund_no: string; readonly fen: number }
}

/** The order of days on which nothing was ordered here, so that every day of the past has a bill. */
const SAMPLE: BillEntry['order'] = {
  request: {
    appid: 'wxd678efh567hg6787',
    mchid: '1900000109',
    description: 'Image形象店-深圳腾大-QQ公仔',
    out_trade_no: '1217752501201407033233368018',
    amount: { total: 100 },
  },
  tradeType: 'NATIVE',
  transactionId: '4200000001202401010000000001',
  payer: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
}

/** The payments and refunds of a day, or `undefined` when there is no bill of it. */
export function entriesOf(date: string, context: Context): readonly BillEntry[] | undefined {
  const { state, now } = context
  const payments = [...state.orders.values()]
    .filter((order) => order.successTime?.startsWith(date))
    .map((order) => ({ time: plainTime(order.successTime ?? ''), order }))
  const refunds = [...state.refunds.values()].flatMap(({ request, refundId, outTradeNo, successTime }) => {
    const order = state.orders.get(outTradeNo)
    if (!successTime?.startsWith(date) || !order) return []
    const { out_refund_no, amount } = request
    const refund = { refund_id: refundId, out_refund_no, fen: amount.refund }
    return [{ time: plainTime(successTime), order, refund }]
  })
  const entries = [...payments, ...refunds]
  const others = transfersOf(date, context).length + sharingsOf(date, context).length
  if (entries.length > 0 || others > 0) return entries
  return date < beijingTime(now()).slice(0, 10) ? [{ time: `${date} 10:00:00`, order: SAMPLE }] : undefined
}

/** A transfer to a user. */
export interface TransferEntry {
  readonly time: string
  readonly id: string
  readonly number: string
  readonly fen: number
  readonly remark: string
}

/** The transfers that arrived on a day, alone or in a batch. */
export function transfersOf(date: string, { state }: Context): readonly TransferEntry[] {
  const single = [...state.transfers.values()].flatMap(
    ({ request, state: reached, updateTime, ...transfer }) => {
      if (reached !== 'SUCCESS' || !updateTime.startsWith(date)) return []
      const { out_bill_no: number, transfer_amount: fen, transfer_remark: remark } = request
      return [{ time: plainTime(updateTime), id: transfer.transferBillNo, number, fen, remark }]
    },
  )
  const batched = [...state.batches.values()].flatMap((batch) => {
    if (!batch.time.startsWith(date)) return []
    return batch.request.transfer_detail_list.map((detail, index) => {
      const { out_detail_no: number, transfer_amount: fen, transfer_remark: remark } = detail
      return { time: plainTime(batch.time), id: transferDetailId(batch, index), number, fen, remark }
    })
  })
  return [...single, ...batched]
}

/** A share of an order, or the return of one. */
export interface SharingEntry {
  readonly time: string
  readonly order: BillEntry['order']
  readonly id: string
  readonly detailId: string
  readonly number: string
  readonly account: string
  /** The amount, positive for both. */
  readonly fen: number
  readonly isReturn: boolean
  readonly remark: string
}

/** The profit sharings of a day, and their returns. */
export function sharingsOf(date: string, { state }: Context): readonly SharingEntry[] {
  const all = [...state.sharings.values()].flatMap((sharing): SharingEntry[] => {
    const order = state.orders.get(state.transactions.get(sharing.request.transaction_id) ?? '')
    if (!order) return []
    const { orderId: id, request } = sharing
    const shares = (request.receivers ?? []).map(({ account, amount: fen, description: remark }, index) => {
      const numbers = { id, detailId: shareDetailId(sharing, index), number: request.out_order_no }
      return { time: sharing.time, order, ...numbers, account, fen, isReturn: false, remark }
    })
    const returns = sharing.returns.map(({ time, returnId, amount: fen, description: remark, ...done }) => {
      const numbers = { id: returnId, detailId: returnId, number: done.out_return_no }
      return { time, order, ...numbers, account: done.return_mchid, fen, isReturn: true, remark }
    })
    return [...shares, ...returns]
  })
  return all
    .filter(({ time }) => time.startsWith(date))
    .map((entry) => ({ ...entry, time: plainTime(entry.time) }))
}

function plainTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ')
}

/** Fen as yuan with two decimals. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** The fee of 0.60 %, rounded to whole fen. */
export function feeOf(fen: number): number {
  return Math.round(fen * 0.006)
}

/** A line of a bill: every field begins with a back-tick, so that spreadsheets keep its digits; line breaks are escaped. */
export function markedLine(fields: readonly (string | number)[]): string {
  return fields.map((field) => `\`${String(field).replaceAll('\r', '\\r').replaceAll('\n', '\\n')}`).join(',')
}

/** A whole bill as the API sends it. */
export function toFile(lines: readonly string[]): Buffer {
  return Buffer.from(`\uFEFF${lines.join('\r\n')}\r\n`)
}
