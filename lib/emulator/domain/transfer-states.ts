import { beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import type { State } from '../state/state.js'
import type { Transfer, TransferOutcome } from '../state/transfer-records.js'
import { checkOutcome } from './planned-outcome.js'

/** Milliseconds that a user has to accept a transfer. https://pay.weixin.qq.com/doc/v3/merchant/4013778940 */
const CONFIRMABLE = 24 * 3_600_000

const ENDS: ReadonlySet<Transfer['state']> = new Set(['SUCCESS', 'FAIL', 'CANCELLED'])

/** The transfer as it is now: one whose time has come ends, as does one that its user has not accepted in a day. */
export function transferNow(context: Context, transfer: Transfer): Transfer {
  const { next, createdAt, state } = transfer
  const end = state === 'WAIT_USER_CONFIRM' ? createdAt + CONFIRMABLE : Number.POSITIVE_INFINITY
  const time = context.now()
  if (next && next.at <= Math.min(time, end)) return enter(context, transfer, next, next.at)
  if (time < end) return transfer
  return enter(context, transfer, { status: 'FAIL', reason: 'OVERDUE_CLOSE' }, end)
}

/** Brings a transfer into a state, now or later. */
export function advanceTransfer(context: Context, transfer: Transfer, outcome: TransferOutcome): Transfer {
  const { after = 0 } = outcome
  transfer.next = { ...outcome, at: context.now() + after }
  context.state.transfers.set(transfer.request.out_bill_no, transfer)
  if (after > 0) context.later(after, () => transferNow(context, transfer))
  return transferNow(context, transfer)
}

/** Throws when a transfer has ended; `action` is the method that was called. */
export function assertOpen({ state, request }: Transfer, action: string): void {
  if (ENDS.has(state)) throw new Error(`${action}(): transfer ${request.out_bill_no} is ${state} already`)
}

const STATUSES: ReadonlySet<string> = new Set(['SUCCESS', 'FAIL', 'CANCELING', 'CANCELLED'])

/** Says what becomes of a transfer that is still to come. */
export function planTransfer({ transferOutcomes }: State, number: string, outcome: TransferOutcome): void {
  checkOutcome('transfer', outcome, STATUSES)
  transferOutcomes.set(number, outcome)
}

/** Says what becomes of a transfer that is there. */
export function changeTransfer(context: Context, number: string, outcome: TransferOutcome): void {
  checkOutcome('transfer', outcome, STATUSES)
  const found = context.state.transfers.get(number)
  if (!found) throw new Error(`transfer(): there is no transfer ${number}`)
  assertOpen(transferNow(context, found), 'transfer')
  advanceTransfer(context, found, outcome)
}

function enter(
  { state, identity, announce }: Context,
  transfer: Transfer,
  { status, reason }: TransferOutcome,
  time: number,
): Transfer {
  const { request, transferBillNo: transfer_bill_no, createdAt } = transfer
  delete transfer.next
  transfer.state = status
  transfer.updateTime = beijingTime(time)
  if (status === 'FAIL') transfer.failReason = reason ?? 'OTHER_FAIL_REASON_TYPE'
  if (status === 'CANCELLED') transfer.failReason = reason ?? 'MCH_CANCEL'
  state.transfers.set(request.out_bill_no, transfer)
  if (!ENDS.has(status)) return transfer
  const { out_bill_no, openid, transfer_amount, notify_url } = request
  announce('MCHTRANSFER.BILL.FINISHED', notify_url, {
    ...{ out_bill_no, transfer_bill_no, state: status, mch_id: identity.merchant.mchid },
    ...{ transfer_amount, openid, create_time: beijingTime(createdAt), update_time: transfer.updateTime },
    ...(transfer.failReason && { fail_reason: transfer.failReason }),
  })
  return transfer
}
