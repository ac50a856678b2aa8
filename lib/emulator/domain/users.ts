import type { Context } from '../context.js'
import type { Receipt, SignedNotification } from '../control/deliver.js'
import type { Confirmation, Payment, PaymentOutcome } from '../outcomes.js'
import type { Order, RefundOutcome } from '../state/order-records.js'
import type { TransferOutcome } from '../state/transfer-records.js'
import { combinedTransactionOf, payCombined } from './combined-orders.js'
import { type ComplaintRequest, fileComplaint } from './complaints.js'
import { importedMembers, type Member } from './member-cards.js'
import { payOrder } from './payments.js'
import { changeRefund } from './refund-states.js'
import { confirmService, payService, serviceEventOf } from './service-order.js'
import { advanceTransfer, assertOpen, changeTransfer, transferNow } from './transfer-states.js'

/** The actions of WeChat's users on their phones. */
export interface Users {
  pay(outTradeNo: string, outcome?: PaymentOutcome): Promise<Payment>
  confirm(number: string, how?: Confirmation): void
  /** Of a refund that is there, not of one to come. */
  refund(outRefundNo: string, outcome: RefundOutcome): void
  /** Of a transfer that is there, not of one to come. */
  transfer(outBillNo: string, outcome: TransferOutcome): void
  complain(complaint: ComplaintRequest): string
  members(): readonly Member[]
}

/** The notifications of a user's actions. */
interface UserNotifications {
  sign(eventType: string, resource: object): SignedNotification
  payment(order: Order): SignedNotification
}

/** Notifies a receiver; resolves after the first attempt. */
interface Sender {
  send(eventType: string, url: string, notification: () => SignedNotification): Promise<Receipt | undefined>
}

export function createUsers(context: Context, { send }: Sender, { sign, payment }: UserNotifications): Users {
  const { state } = context

  async function payCombinedOrder(number: string, outcome: PaymentOutcome): Promise<Payment | undefined> {
    const combined = state.combined.get(number)
    if (!combined) return undefined
    const { transactionId = '', request } = payCombined(context, combined, outcome)
    if (!transactionId) return { transaction_id: '', trade_state: 'NOTPAY' }
    const notified = await send('TRANSACTION.SUCCESS', request.notify_url, () =>
      sign('TRANSACTION.SUCCESS', combinedTransactionOf(combined, context)),
    )
    return { transaction_id: transactionId, trade_state: 'SUCCESS', ...(notified && { notified }) }
  }

  async function payServiceOrder(number: string, outcome: PaymentOutcome): Promise<Payment | undefined> {
    const service = state.serviceOrders.get(number)
    if (!service || state.orders.has(number)) return undefined
    if (service.state !== 'DOING' || !service.totalAmount) {
      throw new Error(`pay(): service order ${number} is ${service.state}; only a completed one can be paid`)
    }
    if (outcome.payer || outcome.bank || outcome.discount !== undefined) {
      throw new Error(`pay(): service order ${number} takes no payer, bank or discount`)
    }
    if (outcome.fail) return { transaction_id: '', trade_state: 'NOTPAY' }
    payService(context, service)
    const notified = await send('PAYSCORE.USER_PAID', service.request.notify_url, () =>
      sign('PAYSCORE.USER_PAID', serviceEventOf(service, context)),
    )
    const { transactionId: transaction_id = '' } = service
    return { transaction_id, trade_state: 'SUCCESS', ...(notified && { notified }) }
  }

  return {
    async pay(number, outcome = {}) {
      const partOf = state.orders.get(number)?.combined
      if (partOf) throw new Error(`pay(): order ${number} is part of ${partOf}; pay that`)
      const other = (await payCombinedOrder(number, outcome)) ?? (await payServiceOrder(number, outcome))
      if (other) return other
      const order = payOrder(context, number, outcome)
      if (!order.transactionId) return { transaction_id: '', trade_state: order.state }
      const notified = await send('TRANSACTION.SUCCESS', order.request.notify_url ?? '', () => payment(order))
      return { transaction_id: order.transactionId, trade_state: order.state, ...(notified && { notified }) }
    },
    confirm: (number, how) => confirm(context, number, how),
    refund: (number, outcome) => changeRefund(context, number, outcome),
    transfer: (number, outcome) => changeTransfer(context, number, outcome),
    complain: (complaint) => fileComplaint(context, complaint).id,
    members: () => importedMembers(context),
  }
}

function confirm(context: Context, number: string, { pays = true }: Confirmation = {}): void {
  const transfer = context.state.transfers.get(number)
  const service = context.state.serviceOrders.get(number)
  if (transfer) {
    assertOpen(transferNow(context, transfer), 'confirm')
    advanceTransfer(context, transfer, { status: 'SUCCESS' })
  } else if (service) {
    confirmService(context, service, pays)
  } else {
    throw new Error(`confirm(): there is no transfer and no service order ${number}; place it first`)
  }
}
