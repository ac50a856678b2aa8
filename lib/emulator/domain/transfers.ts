import { beijingDigits, beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptOaep } from '../identity/encryption.js'
import type { HandlerRouter } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'
import type { Transfer, TransferRequest } from '../state/records.js'
import { fingerprintOf } from './fingerprint.js'
import { usedBefore } from './used-before.js'

const BILLS = 'v3/fund-app/mch-transfer/transfer-bills'

/** Has the user accept a transfer, or cancels it, and notifies the merchant. */
export function finishTransfer(
  { state, now, identity, announce }: Context,
  transfer: Transfer,
  outcome: 'SUCCESS' | 'CANCELLED',
): void {
  const { request, transferBillNo: transfer_bill_no, createTime: create_time } = transfer
  if (transfer.state !== 'WAIT_USER_CONFIRM') {
    throw new Error(`confirm(): transfer ${request.out_bill_no} is ${transfer.state} already`)
  }
  transfer.state = outcome
  transfer.updateTime = beijingTime(now())
  state.transfers.set(request.out_bill_no, transfer)
  const { out_bill_no, openid, transfer_amount, notify_url } = request
  announce('MCHTRANSFER.BILL.FINISHED', notify_url, {
    ...{ out_bill_no, transfer_bill_no, state: outcome, mch_id: identity.merchant.mchid },
    ...{ transfer_amount, openid, create_time, update_time: transfer.updateTime },
    ...(outcome === 'CANCELLED' && { fail_reason: 'MCH_CANCEL' }),
  })
}

/** Transfers to users: start, query by either number, cancel. */
export function addTransfers(router: HandlerRouter, context: Context): void {
  router.add('POST', BILLS, ({ plain }) => {
    const transfer = start(plain as TransferRequest, context)
    const { request, transferBillNo: transfer_bill_no, createTime: create_time, state } = transfer
    const package_info = Buffer.from(`emulated ${transfer_bill_no}`).toString('base64')
    const body = {
      ...{ out_bill_no: request.out_bill_no, transfer_bill_no, create_time, state },
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
    return { status: 200, body: transferBody(found, context) }
  })
  router.add('POST', `${BILLS}/out-bill-no/{out_bill_no}/cancel`, ({ params: { out_bill_no } }) => {
    const transfer = find(out_bill_no, context)
    if (transfer.state === 'SUCCESS') throw new Refusal(400, 'INVALID_REQUEST', '转账已成功，不能撤销')
    if (transfer.state === 'WAIT_USER_CONFIRM') finishTransfer(context, transfer, 'CANCELLED')
    const { transferBillNo: transfer_bill_no, updateTime: update_time } = transfer
    return { status: 200, body: { out_bill_no, transfer_bill_no, update_time, state: 'CANCELLED' } }
  })
}

function start(request: TransferRequest, { state, ids, now }: Context): Transfer {
  const fingerprint = fingerprintOf(request)
  const earlier = state.transfers.get(request.out_bill_no)
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw usedBefore('out_bill_no', request.out_bill_no, { code: 'ALREADY_EXISTS' })
  }
  if (earlier) return earlier
  const time = beijingTime(now())
  const transfer: Transfer = {
    ...{ request, fingerprint, createTime: time, updateTime: time, state: 'WAIT_USER_CONFIRM' },
    transferBillNo: `1330${beijingDigits(now()).slice(0, 8)}${ids.digits(16)}`,
  }
  state.transfers.set(request.out_bill_no, transfer)
  return transfer
}

const notFound = (): Refusal => new Refusal(404, 'NOT_FOUND', '记录不存在')

function find(number = '', { state }: Context): Transfer {
  const found = state.transfers.get(number)
  if (!found) throw notFound()
  return found
}

/** The transfer as a query shows it. */
function transferBody(transfer: Transfer, { identity }: Context): object {
  const { request, transferBillNo: transfer_bill_no, createTime, updateTime, state } = transfer
  const { appid, out_bill_no, openid, transfer_amount, transfer_remark, user_name } = request
  return {
    ...{ mch_id: identity.merchant.mchid, out_bill_no, transfer_bill_no, appid, state },
    ...{ transfer_amount, transfer_remark, openid, create_time: createTime, update_time: updateTime },
    ...(user_name && { user_name: encryptOaep(user_name, identity.merchantKey) }),
    ...(state === 'CANCELLED' && { fail_reason: 'MCH_CANCEL' }),
  }
}
