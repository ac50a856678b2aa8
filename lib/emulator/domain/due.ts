import type { Context } from '../context.js'
import { refundNow } from './refund-states.js'
import { transferNow } from './transfer-states.js'

/**
 * Has everything happen whose time has come without anybody asking, as after a restart or a leap of the clock: refunds and
 * transfers end, and their merchants are told. What was told to end later is waited for.
 */
export function catchUp(context: Context): void {
  const { state, now, later } = context
  for (const refund of state.refunds.values()) {
    const { next } = refundNow(context, refund)
    if (next) later(next.at - now(), () => refundNow(context, refund))
  }
  for (const transfer of state.transfers.values()) {
    const { next } = transferNow(context, transfer)
    if (next) later(next.at - now(), () => transferNow(context, transfer))
  }
}
