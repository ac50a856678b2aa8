import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptOaep } from '../identity/encryption.js'
import type { HandlerRouter } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'
import type { Transfer, TransferRequest } from '../state/transfer-records.js'
import { fingerprintOf } from './fingerprint.js'
import { plannedOutcome } from './planned-outcome.js'
import { checkTransferAmount, checkTransferName } from './transfer-rules.js'
import { advanceTransfer, transferNow } from './transfer-states.js'
import { usedBefore } from './used-before.js'

const BILLS = 'v3/fund-app/mch-transfer/transfer-bills'

/** Transfers to users: start, query by either number, cancel. */
export function addTransfers(router: HandlerRouter, context: Context): void {
  router.add('POST', BILLS, ({ plain }) => {
    const { state, ...transfer } = start(plain as TransferRequest, context)
    const { request, transferBillNo: transfer_bill_no, createdAt, failReason: fail_reason } = transfer
    const package_info = Buffer.from(`emulated ${transfer_bill_no}`).toString('base64')
    const body = {
      ...{ out_bill_no: request.out_bill_no, transfer_bill_no, create_time: beijingTime(createdAt), state },
      ...(fail_reason && { fail_reason }),
      ...(state === 'WAIT_USER_CONFIRM' && { package_info }),
    }
    return { status: 200, body }
  })
  router.add('GET', `${BILLS}/out-bill-no/{out_bill_no}`, ({ params }) => {
    return { status: 200, body: transferBody(find(params.out_bill_no, context), context) }
  })
  router.add('GET', `${BILLS}/transfer-bill-no/{transfer_bill_no}`, ({ params }) => {
    const found = [...context.state.transfers.values()].find(
      ({ transferBillNo }) => transferBillNo === params.transfer_bill_no,
    )
    if (!found) throw notFound()
    return { status: 200, body: transferBody(transferNow(context, found), context) }
  })
  router.add('POST', `${BILLS}/out-bill-no/{out_bill_no}/cancel`, ({ params: { out_bill_no } }) => {
    const transfer = find(out_bill_no, context)
    if (transfer.state === 'SUCCESS') throw new Refusal(400, 'INVALID_REQUEST', '转账已成功，不能撤销')
    if (transfer.state === 'FAIL') throw new Refusal(400, 'INVALID_REQUEST', '转账已失败，不能撤销')
    const { transferBillNo: transfer_bill_no } = transfer
    const { updateTime: update_time, state } = cancel(transfer, context)
    return { status: 200, body: { out_bill_no, transfer_bill_no, update_time, state } }
  })
}

/** The transfer as its cancellation is answered: `CANCELING`, and `CANCELLED` after that unless it was told to wait. */
function cancel(transfer: Transfer, context: Context): Transfer {
  if (transfer.state !== 'WAIT_USER_CONFIRM') return transfer
  const accepted = { ...advanceTransfer(context, transfer, { status: 'CANCELING' }) }
  const planned = plannedOutcome(context.state.transferOutcomes, transfer.request.out_bill_no)
  const waits = planned?.status === 'CANCELING' ? planned.after : 0
  if (waits !== undefined) advanceTransfer(context, transfer, { status: 'CANCELLED', after: waits })
  return accepted
}

/** The transfer as its request is answered: what was told to become of it comes after that. */
function start(request: TransferRequest, context: Context): Transfer {
  const { state, ids, now } = context
  const fingerprint = fingerprintOf(request)
  const earlier = state.transfers.get(request.out_bill_no)
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw usedBefore('out_bill_no', request.out_bill_no, { code: 'ALREADY_EXISTS' })
  }
  if (earlier) return transferNow(context, earlier)
  checkTransferAmount(request.transfer_amount)
  checkTransferName(request.transfer_amount, request.user_name)
  const time = now()
  const transfer: Transfer = {
    ...{ request, fingerprint, createdAt: time, updateTime: beijingTime(time), state: 'WAIT_USER_CONFIRM' },
    transferBillNo: `1330${beijingDigits(time).slice(0, 8)}${ids.digits(16)}`,
  }
  state.transfers.set(request.out_bill_no, transfer)
  const accepted = { ...transfer }
  const planned = plannedOutcome(state.transferOutcomes, request.out_bill_no)
  if (planned && planned.status !== 'CANCELING') advanceTransfer(context, transfer, planned)
  return accepted
}

const notFound = (): Refusal => new Refusal(404, 'NOT_FOUND', '记录不存在')

function find(number = '', context: Context): Transfer {
  const found = context.state.transfers.get(number)
  if (!found) throw notFound()
  return transferNow(context, found)
}

/** The transfer as a query shows it. */
function transferBody(transfer: Transfer, { identity }: Context): object {
  const { request, transferBillNo: transfer_bill_no, createdAt, updateTime, state } = transfer
  const { appid, out_bill_no, openid, transfer_amount, transfer_remark, user_name } = request
  return {
    ...{ mch_id: identity.merchant.mchid, out_bill_no, transfer_bill_no, appid, state },
    ...{
      transfer_amount,
      transfer_remark,
      openid,
      create_time: beijingTime(createdAt),
      update_time: updateTime,
    },
    ...(user_name && { user_name: encryptOaep(user_name, identity.merchantKey) }),
    ...(transfer.failReason && { fail_reason: transfer.failReason }),
  }
}
