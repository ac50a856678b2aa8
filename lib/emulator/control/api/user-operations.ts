import type { ComplaintRequest } from '../../domain/complaints.js'
import type { OfMerchant } from '../../interface.js'
import type { Confirmation, OutcomeTime, PaymentOutcome, TransferEnd } from '../../outcomes.js'
import type { RefundStatus } from '../../state/order-records.js'
import type { TransferStatus } from '../../state/transfer-records.js'
import type { Operation, Schema } from './operation.js'
import { objectOf } from './operation.js'
import { flag, integer, listOf, MERCHANT_FIELD, nothing, number, ref, text } from './schemas.js'

const orderNumber = text('out_trade_no, combine_out_trade_no or out_order_no.')
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values })
const afterwards = number('Milliseconds by the clock from now on; at once when absent.')

/** What becomes of something. */
interface Told<Status> {
  readonly number: string
  readonly status: Status
}

/** What users do on their phones, and what becomes of it. */
export const USER_OPERATIONS: readonly Operation[] = [
  {
    ...{
      method: 'POST',
      path: 'pay',
      summary: 'Pays an order as its user would, and notifies its notify_url.',
    },
    input: {
      number: orderNumber,
      'payer?': text("The payer's openid."),
      'bank?': text('The bank_type, such as CMB_DEBIT.'),
      'discount?': {
        description: 'Fen that the merchant grants, or promotions.',
        anyOf: [integer(), listOf(objectOf({ amount: integer('In fen.') }))],
      },
      'fail?': flag('true: the user does not manage to pay.'),
      ...MERCHANT_FIELD,
    },
    output: ref('Payment'),
    run: ({ number: paid, ...outcome }: { number: string } & PaymentOutcome & OfMerchant, { emulator }) =>
      emulator().pay(paid, outcome),
  },
  {
    ...{ method: 'POST', path: 'confirm', summary: 'Has a user accept a transfer or a service order.' },
    input: {
      number: text('out_bill_no or out_order_no.'),
      'pays?': flag('false: the money for a service does not come in by itself.'),
      ...MERCHANT_FIELD,
    },
    output: nothing,
    run: ({ number: confirmed, ...how }: { number: string } & Confirmation & OfMerchant, { emulator }) =>
      emulator().confirm(confirmed, how),
  },
  {
    ...{ method: 'POST', path: 'refund', summary: 'Says what becomes of a refund, also of one to come.' },
    input: {
      number: text('out_refund_no, or * for all that are to come.'),
      status: oneOf('PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED'),
      'after?': afterwards,
      ...MERCHANT_FIELD,
    },
    output: nothing,
    run: (
      { number: refunded, status, ...when }: Told<RefundStatus> & OutcomeTime & OfMerchant,
      { emulator },
    ) => emulator().refund(refunded, status, when),
  },
  {
    ...{ method: 'POST', path: 'transfer', summary: 'Says what becomes of a transfer, also of one to come.' },
    input: {
      number: text('out_bill_no, or * for all that are to come.'),
      status: oneOf('SUCCESS', 'FAIL', 'CANCELING', 'CANCELLED'),
      'after?': afterwards,
      'reason?': text('The fail_reason, such as NAME_NOT_CORRECT.'),
      ...MERCHANT_FIELD,
    },
    output: nothing,
    run: (
      { number: transferred, status, ...how }: Told<TransferStatus> & TransferEnd & OfMerchant,
      { emulator },
    ) => emulator().transfer(transferred, status, how),
  },
  {
    ...{ method: 'POST', path: 'complain', summary: 'Has the payer of an order complain of it.' },
    input: {
      out_trade_no: text('Of a paid order.'),
      'detail?': text("The complaint in the user's words."),
      ...MERCHANT_FIELD,
    },
    output: objectOf({ complaint_id: text() }),
    run: (complaint: ComplaintRequest & OfMerchant, { emulator }) => ({
      complaint_id: emulator().complain(complaint),
    }),
  },
]
