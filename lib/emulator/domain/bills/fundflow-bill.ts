import {
  type BillEntry,
  feeOf,
  markedLine,
  type SharingEntry,
  type TransferEntry,
  toFile,
  yuan,
} from './entries.js'

const HEADINGS =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号'
const SUMMARY = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额'

/** Money that came in (positive) or went out. */
interface Movement {
  readonly time: string
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly fen: number
  readonly remark: string
  readonly number: string
}

function movementsOfOrder({ time, order, refund }: BillEntry): readonly Movement[] {
  const { request, transactionId: id = '' } = order
  const { out_trade_no: number, amount } = request
  if (refund) {
    const back = { id: refund.refund_id, number: refund.out_refund_no, fen: -refund.fen }
    return [{ time, name: '退款', kind: '退款', remark: '退款', ...back }]
  }
  const trade = { time, id, number, name: '交易', remark: '' }
  const paid = { ...trade, kind: '交易', fen: amount.total }
  const fee = feeOf(amount.total)
  return fee === 0 ? [paid] : [paid, { ...trade, kind: '扣除交易手续费', fen: -fee }]
}

function movementOfSharing({ time, id, number, fen, isReturn, remark }: SharingEntry): Movement {
  const name = isReturn ? '分账回退' : '分账'
  return { time, id, number, name, kind: name, fen: isReturn ? fen : -fen, remark }
}

function movementOfTransfer({ time, id, number, fen, remark }: TransferEntry): Movement {
  return { time, id, number, name: '商家转账', kind: '商家转账', fen: -fen, remark }
}

/** All that moved the money of a merchant on one day. */
export interface FundflowEntries {
  readonly mchid: string
  readonly orders: readonly BillEntry[]
  readonly sharings: readonly SharingEntry[]
  readonly transfers: readonly TransferEntry[]
}

/** A fund flow bill: what orders bring in; refunds, fees, shares and transfers take out. */
export function fundflowBill({ mchid, orders, sharings, transfers }: FundflowEntries): Buffer {
  const movements = [
    ...orders.flatMap(movementsOfOrder),
    ...sharings.map(movementOfSharing),
    ...transfers.map(movementOfTransfer),
  ]
  let balance = 0
  const lines = movements
    .toSorted((one, other) => one.time.localeCompare(other.time))
    .map(({ time, id, name, kind, fen, remark, number }, index) => {
      balance += fen
      const flow = `${mchid}${String(index + 1).padStart(18, '0')}`
      const money = [fen < 0 ? '支出' : '收入', yuan(Math.abs(fen)), yuan(balance)]
      return markedLine([time, id, flow, name, kind, ...money, 'system', remark, number])
    })
  const incomes = movements.filter(({ fen }) => fen >= 0)
  const income = incomes.reduce((sum, { fen }) => sum + fen, 0)
  const totals = [`${movements.length}.0`, `${incomes.length}.0`, yuan(income)]
  const expenses = [`${movements.length - incomes.length}.0`, yuan(income - balance)]
  return toFile([HEADINGS, ...lines, SUMMARY, markedLine([...totals, ...expenses])])
}
