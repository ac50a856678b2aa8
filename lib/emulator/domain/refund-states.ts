import { beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { Refund, RefundOutcome } from '../state/order-records.js'
import { ANY, checkOutcome } from './planned-outcome.js'

/** The refund as it is now: one whose time has come ends, and its merchant is told. */
export function refundNow(context: Context, refund: Refund): Refund {
  const { state, now, announceRefund } = context
  const { next } = refund
  const order = state.orders.get(refund.outTradeNo)
  if (!order || next === undefined || now() < next.at) return refund
  delete refund.next
  refund.status = next.status
  if (next.status === 'SUCCESS') refund.successTime = beijingTime(next.at)
  if (next.status === 'CLOSED') {
    // The amount can be refunded again, under another number.
    order.refunded -= refund.request.amount.refund
    order.refunds -= 1
    state.orders.set(refund.outTradeNo, order)
  }
  state.refunds.set(refund.request.out_refund_no, refund)
  announceRefund(order, refund)
  return refund
}

/** Has a refund end in a state, now or later; `PROCESSING` keeps it waiting. */
export function endRefund(context: Context, refund: Refund, { status, after = 0 }: RefundOutcome): Refund {
  if (status === 'PROCESSING') delete refund.next
  else refund.next = { status, at: context.now() + after }
  context.state.refunds.set(refund.request.out_refund_no, refund)
  if (after > 0) context.later(after, () => refundNow(context, refund))
  return refundNow(context, refund)
}

const STATUSES: ReadonlySet<string> = new Set(['PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED'])

/** Says what becomes of a refund, be it there or still to come. */
export function tellRefund(context: Context, number: string, outcome: RefundOutcome): void {
  checkOutcome('refund', outcome, STATUSES)
  if (outcome.status === 'PROCESSING' && outcome.after) {
    throw new Error('refund(): PROCESSING takes no after; say what comes of it instead, such as SUCCESS')
  }
  const found = number === ANY ? undefined : context.state.refunds.get(number)
  if (!found) {
    context.state.refundOutcomes.set(number, outcome)
    return
  }
  const { status } = refundNow(context, found)
  const isOpen = status === 'PROCESSING' || (status === 'ABNORMAL' && outcome.status !== 'PROCESSING')
  if (!isOpen) throw new Error(`refund(): refund ${number} is ${status} already`)
  endRefund(context, found, outcome)
}
