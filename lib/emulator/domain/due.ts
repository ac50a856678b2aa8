import type { Context } from '../context.js'
import { refundNow } from './refund-states.js'
import { transferNow } from './transfer-states.js'

/**
 * Has everything happen whose time has come without anybody asking, as by a leap of the clock: refunds and transfers end,
 * and their merchants are told.
 */
export function catchUp(context: Context): void {
  const { refunds, transfers } = context.state
  for (const refund of refunds.values()) refundNow(context, refund)
  for (const transfer of transfers.values()) transferNow(context, transfer)
}

/** The same after a restart: what was told to end later is waited for again. */
export function resume(context: Context): void {
  const { state, now, later } = context
  catchUp(context)
  for (const refund of state.refunds.values()) {
    if (refund.next) later(refund.next.at - now(), () => refundNow(context, refund))
  }
  for (const transfer of state.transfers.values()) {
    if (transfer.next) later(transfer.next.at - now(), () => transferNow(context, transfer))
  }
}
