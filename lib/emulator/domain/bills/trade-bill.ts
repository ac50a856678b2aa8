import { amountsOf } from '../payments.js'
import { type BillEntry, feeOf, markedLine, type SharingEntry, toFile, yuan } from './entries.js'

/** The three types of trade bill. */
type TradeBillType = 'ALL' | 'SUCCESS' | 'REFUND'

const ORDER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额'
const REFUND = '微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态'
const GOODS = '商品名称,商户数据包,手续费,费率'

const HEADINGS: Readonly<Record<TradeBillType, string>> = {
  ALL: `${ORDER},${REFUND},${GOODS},订单金额,申请退款金额,费率备注`,
  SUCCESS: `${ORDER},${GOODS},订单金额,费率备注`,
  REFUND: `${ORDER},退款申请时间,退款成功时间,${REFUND},${GOODS},订单金额,申请退款金额,费率备注`,
}
const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
const SUCCESS_SUMMARY = '总交易单数,应结订单总金额,手续费总金额,订单总金额'

/** Headings of a trade bill of `ALL`, for bills that are made elsewhere. */
export const TRADE_HEADINGS: string = HEADINGS.ALL
export const TRADE_SUMMARY: string = SUMMARY

function orderFields({ time, order, refund }: BillEntry): string[] {
  const { request, tradeType, transactionId = '', payer = '' } = order
  const { payerTotal, settlementTotal } = amountsOf(order)
  return [
    time,
    request.appid,
    request.mchid,
    request.sub_mchid ?? '0',
    '',
    transactionId,
    request.out_trade_no,
    payer,
    tradeType,
    refund ? 'REFUND' : 'SUCCESS',
    order.bank ?? 'OTHERS',
    request.amount.currency ?? 'CNY',
    yuan(refund ? 0 : settlementTotal),
    yuan(refund ? 0 : settlementTotal - payerTotal),
  ]
}

function tradeFields(entry: BillEntry, type: TradeBillType): string[] {
  const { order, refund, time } = entry
  const { description, attach = '', amount } = order.request
  const fen = refund ? -refund.fen : amountsOf(order).settlementTotal
  const fee = `${yuan(feeOf(fen))}000`
  const refunded = refund
    ? [refund.refund_id, refund.out_refund_no, yuan(refund.fen), '0.00', 'ORIGINAL', 'SUCCESS']
    : ['0', '0', '0.00', '0.00', '', '']
  const goods = [description, attach, fee, '0.60%']
  const total = yuan(refund ? 0 : amount.total)
  const requested = yuan(refund?.fen ?? 0)
  if (type === 'SUCCESS') return [...orderFields(entry), ...goods, total, '']
  const times = type === 'REFUND' ? [time, time] : []
  return [...orderFields(entry), ...times, ...refunded, ...goods, total, requested, '']
}

/** A trade bill. */
export function tradeBill(entries: readonly BillEntry[], billType: string): Buffer {
  const type = billType.startsWith('SUC') ? 'SUCCESS' : billType.startsWith('REF') ? 'REFUND' : 'ALL'
  const listed = entries.filter(
    ({ refund }) => type === 'ALL' || (type === 'REFUND') === (refund !== undefined),
  )
  const sum = (of: (entry: BillEntry) => number): number => listed.reduce((fen, entry) => fen + of(entry), 0)
  const paid = sum(({ order, refund }) => (refund ? 0 : order.request.amount.total))
  const settled = sum(({ order, refund }) => (refund ? 0 : amountsOf(order).settlementTotal))
  const refunded = sum(({ refund }) => refund?.fen ?? 0)
  const fee = `${yuan(sum(({ order, refund }) => feeOf(refund ? -refund.fen : amountsOf(order).settlementTotal)))}000`
  const summary =
    type === 'SUCCESS'
      ? [listed.length, yuan(settled), fee, yuan(paid)]
      : [listed.length, yuan(settled), yuan(refunded), '0.00', fee, yuan(paid), yuan(refunded)]
  return toFile([
    HEADINGS[type],
    ...listed.map((entry) => markedLine(tradeFields(entry, type))),
    type === 'SUCCESS' ? SUCCESS_SUMMARY : SUMMARY,
    markedLine(summary),
  ])
}

const SHARING_HEADINGS =
  '分账时间,分账发起方,分账方,微信订单号,微信分账/回退单号,分账明细单号,商户分账/回退单号,订单金额,分账接收方,分账金额,业务类型,处理状态,分账描述'

/** A profit-sharing bill. */
export function profitSharingBill(entries: readonly SharingEntry[]): Buffer {
  const rows = entries.map(({ time, order, ...share }) => {
    const { request, transactionId = '' } = order
    return markedLine([
      ...[time, request.mchid, request.sub_mchid ?? request.mchid, transactionId],
      ...[share.id, share.detailId, share.number, yuan(request.amount.total), share.account, yuan(share.fen)],
      ...[share.isReturn ? '分账回退' : '分账', '处理成功', share.remark],
    ])
  })
  const total = entries.reduce((fen, share) => fen + (share.isReturn ? -share.fen : share.fen), 0)
  return sharingFile(rows, total)
}

const sharingFile = (rows: readonly string[], total: number): Buffer =>
  toFile([SHARING_HEADINGS, ...rows, '总笔数,分账总金额', markedLine([rows.length, yuan(total)])])

/** The profit-sharing bill of a day on which nothing was shared here: as if a tenth of every order had been. */
export function sampleSharingBill(entries: readonly BillEntry[]): Buffer {
  const paid = entries.filter(({ refund }) => refund === undefined)
  const share = ({ order }: BillEntry): number => Math.floor(order.request.amount.total / 10)
  const rows = paid.map((entry) => {
    const { request, transactionId = '' } = entry.order
    return markedLine([
      ...[entry.time, request.mchid, request.mchid, transactionId],
      ...[`3008${transactionId.slice(4)}`, `3608${transactionId.slice(4)}`, `P${request.out_trade_no}`],
      ...[yuan(request.amount.total), '86693852', yuan(share(entry)), '分账', '处理成功', '分给商户'],
    ])
  })
  const total = paid.reduce((fen, entry) => fen + share(entry), 0)
  return sharingFile(rows, total)
}
