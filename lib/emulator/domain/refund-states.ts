import { beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { Refund, RefundOutcome } from '../state/order-records.js'
import type { State } from '../state/state.js'
import { checkOutcome } from './planned-outcome.js'

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

function checkRefundOutcome(outcome: RefundOutcome): void {
  checkOutcome('refund', outcome, STATUSES)
  if (outcome.status === 'PROCESSING' && outcome.after) {
    throw new Error('refund(): PROCESSING takes no after; say what comes of it instead, such as SUCCESS')
  }
}

/** Says what becomes of a refund that is still to come. */
export function planRefund({ refundOutcomes }: State, number: string, outcome: RefundOutcome): void {
  checkRefundOutcome(outcome)
  refundOutcomes.set(number, outcome)
}

/** Says what becomes of a refund that is there. */
export function changeRefund(context: Context, number: string, outcome: RefundOutcome): void {
  checkRefundOutcome(outcome)
  const found = context.state.refunds.get(number)
  if (!found) throw new Error(`refund(): there is no refund ${number}`)
  const { status } = refundNow(context, found)
  const isOpen = status === 'PROCESSING' || (status === 'ABNORMAL' && outcome.status !== 'PROCESSING')
  if (!isOpen) throw new Error(`refund(): refund ${number} is ${status} already`)
  endRefund(context, found, outcome)
}
