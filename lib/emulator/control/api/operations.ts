import { VERSION } from '../../../version.js'
import { beijingTime } from '../../beijing-time.js'
import type { ComplaintRequest } from '../../domain/complaints.js'
import { createRandom } from '../../identity/random.js'
import type { OfMerchant, SignerOptions } from '../../interface.js'
import type { Confirmation } from '../../outcomes.js'
import { eventTypes, type MessageChoice } from '../../protocols/notification-documents.js'
import type { ClockChange } from '../clock.js'
import type { FaultScript } from '../faults.js'
import type { RateLimit } from '../limits.js'
import type { ControlParts, Operation } from './operation.js'
import { objectOf } from './operation.js'
import { ordersOf } from './order-summaries.js'
import { MAX_SHOWN, numberOf, summaryOf } from './request-summary.js'
import {
  FAULT_FIELDS,
  flag,
  integer,
  LIMIT_FIELDS,
  listOf,
  nothing,
  number,
  object,
  ref,
  text,
} from './schemas.js'

/** Samples have numbers of their own: those of the emulator stay as its seed has them. */
const sampleIds = createRandom(undefined)

const orderNumber = text('out_trade_no, combine_out_trade_no or out_order_no.')
const ofMerchant = {
  'mchid?': text('The merchant that is meant; that with such a number, or else the first, when absent.'),
}
const choice = {
  'api?': text('v2 or v3, for an event type that both have; v3 when absent.'),
  'product?': text('For an event type that several products share.'),
}
const message = {
  event_type: text('Such as TRANSACTION.SUCCESS.'),
  'resource?': object('What it leaves out is made up.'),
  'serial?': text("A public key's id or a certificate's serial number, which signs."),
  ...choice,
  ...ofMerchant,
}

/** A notification that is asked for. */
interface Message extends SignerOptions<never> {
  readonly event_type: string
  readonly resource?: object
}

const READING: readonly Operation[] = [
  {
    ...{ method: 'GET', path: 'status', summary: 'Which emulator this is, and what its clock says.' },
    input: {},
    output: objectOf({ version: text(), url: text(), mchid: text(), time: number() }),
    run: (_: object, { emulator }) => {
      const { url, merchant, clock } = emulator()
      return { version: VERSION, url, mchid: merchant.mchid, time: clock() }
    },
  },
  {
    ...{ method: 'GET', path: 'merchant', summary: 'The configuration of the merchant, secrets included.' },
    input: {},
    output: ref('Merchant'),
    run: (_: object, { emulator }) => emulator().merchant,
  },
  {
    ...{
      method: 'GET',
      path: 'merchants',
      summary: 'The same of each of its merchants, the first one first.',
    },
    input: {},
    output: listOf(ref('Merchant')),
    run: (_: object, { emulator }) => emulator().merchants,
  },
  {
    ...{ method: 'GET', path: 'brand', summary: 'The configuration of the brand, secrets included.' },
    input: {},
    output: ref('Brand'),
    run: (_: object, { emulator }) => emulator().brand,
  },
  {
    ...{ method: 'GET', path: 'certificates', summary: 'The platform certificates, serial number to PEM.' },
    input: {},
    output: object(),
    run: (_: object, { emulator }) => emulator().certificates(),
  },
  {
    ...{ method: 'GET', path: 'requests', summary: 'The newest requests that arrived, oldest first.' },
    input: {
      'after?': integer('The id of the last request that is known already.'),
      'path?': text('A part of the path or of the template.'),
      'limit?': integer(`At most so many; ${MAX_SHOWN} when absent.`),
    },
    output: listOf(ref('Request')),
    run: findRequests,
  },
  {
    ...{ method: 'GET', path: 'calls', summary: 'The same in short, as the page lists them.' },
    input: {},
    output: listOf(ref('ShortRequest')),
    run: (_: object, { emulator }) => emulator().requests.slice(-MAX_SHOWN).map(summaryOf),
  },
  {
    ...{ method: 'GET', path: 'call', summary: 'One request; null when it is no longer kept.' },
    input: { id: integer() },
    output: { anyOf: [ref('Request'), nothing] },
    run: ({ id }: { id: number }, { emulator }) => {
      const found = emulator().requests.find((one) => numberOf(one) === id)
      return found && { ...summaryOf(found), ...found }
    },
  },
  {
    ...{ method: 'GET', path: 'orders', summary: 'Orders, transfers and service orders, newest first.' },
    input: {},
    output: listOf(ref('Order')),
    run: (_: object, { merchants }) => ordersOf(merchants),
  },
  {
    ...{ method: 'GET', path: 'members', summary: 'The imports of member cards that were carried out.' },
    input: {},
    output: listOf(object()),
    run: (_: object, { emulator }) => emulator().members(),
  },
  {
    ...{
      method: 'GET',
      path: 'deliveries',
      summary: 'The notifications that were sent or not, newest first.',
    },
    input: {},
    output: listOf(ref('Delivery')),
    run: (_: object, { emulator }) => emulator().deliveries.slice(-MAX_SHOWN).toReversed(),
  },
  {
    ...{ method: 'GET', path: 'faults', summary: 'The failures and limits in force.' },
    input: {},
    output: objectOf({ faults: listOf(ref('Fault')), limits: listOf(ref('Limit')) }),
    run: (_: object, { faults, limits }) => ({ faults: faults.list(), limits: limits.list() }),
  },
  {
    ...{ method: 'GET', path: 'events', summary: 'The documented event types of notifications.' },
    input: {},
    output: listOf(text()),
    run: () => eventTypes(),
  },
  {
    ...{ method: 'GET', path: 'sample', summary: 'The resource of a notification, made up and complete.' },
    input: { event_type: text(), ...choice },
    output: object(),
    run: ({ event_type, ...which }: { event_type: string } & MessageChoice, { merchants }) =>
      merchants.first.notifications.sample(event_type, sampleIds, which),
  },
  {
    ...{ method: 'GET', path: 'clock', summary: 'The time.' },
    input: {},
    output: ref('Time'),
    run: (_: object, { emulator }) => timeOf(emulator().clock()),
  },
]

const USERS: readonly Operation[] = [
  {
    ...{
      method: 'POST',
      path: 'pay',
      summary: 'Pays an order as its user would, and notifies its notify_url.',
    },
    input: { number: orderNumber, ...ofMerchant },
    output: ref('Payment'),
    run: ({ number: paid, ...how }: { number: string } & OfMerchant, { emulator }) =>
      emulator().pay(paid, how),
  },
  {
    ...{ method: 'POST', path: 'confirm', summary: 'Has a user accept a transfer or a service order.' },
    input: {
      number: text('out_bill_no or out_order_no.'),
      'pays?': flag('false: the money for a service does not come in by itself.'),
      ...ofMerchant,
    },
    output: nothing,
    run: ({ number: confirmed, ...how }: { number: string } & Confirmation & OfMerchant, { emulator }) =>
      emulator().confirm(confirmed, how),
  },
  {
    ...{ method: 'POST', path: 'complain', summary: 'Has the payer of an order complain of it.' },
    input: {
      out_trade_no: text('Of a paid order.'),
      'detail?': text("The complaint in the user's words."),
      ...ofMerchant,
    },
    output: objectOf({ complaint_id: text() }),
    run: (complaint: ComplaintRequest & OfMerchant, { emulator }) => ({
      complaint_id: emulator().complain(complaint),
    }),
  },
]

const PLATFORM: readonly Operation[] = [
  {
    ...{ method: 'POST', path: 'notify', summary: 'Sends a genuine notification once.' },
    input: { url: text('On the machine of the emulator, or of a host that was allowed.'), ...message },
    output: ref('Receipt'),
    run: ({ event_type, ...options }: Message & { url: string }, { emulator }) =>
      emulator().notify(event_type, options),
  },
  {
    ...{ method: 'POST', path: 'sign', summary: 'Makes a genuine notification without sending it.' },
    input: message,
    output: ref('SignedNotification'),
    run: ({ event_type, resource, ...options }: Message, { emulator }) =>
      emulator().signNotification(event_type, resource, options),
  },
  {
    ...{
      method: 'POST',
      path: 'rotate',
      summary: 'Issues a new platform certificate, which signs from now on.',
    },
    input: {},
    output: objectOf({ serial: text() }),
    run: async (_: object, { emulator }) => ({ serial: await emulator().rotate() }),
  },
  {
    ...{ method: 'POST', path: 'retire', summary: 'Drops all platform certificates but the newest.' },
    input: {},
    output: nothing,
    run: (_: object, { emulator }) => emulator().retire(),
  },
  {
    ...{ method: 'POST', path: 'bill', summary: 'Makes up the trade bill of a day.' },
    input: { bill_date: text('Such as 2024-01-01.'), rows: integer(), ...ofMerchant },
    output: objectOf({ bytes: integer('The size of the bill, unzipped.') }),
    run: async (
      { bill_date, rows, ...of }: { bill_date: string; rows: number } & OfMerchant,
      { emulator },
    ) => ({ bytes: await emulator().fillBill(bill_date, rows, of) }),
  },
  {
    ...{ method: 'POST', path: 'clock', summary: 'Moves or stops the clock.' },
    input: {
      'to?': { description: 'The time it shall be.', anyOf: [text(), number('Milliseconds since 1970.')] },
      'advance?': number('Milliseconds that it moves on.'),
      'stopped?': flag('true stops it, false lets it run again.'),
    },
    output: ref('Time'),
    run: (change: ClockChange, { emulator }) => timeOf(emulator().clock(change)),
  },
]

const FAILURES: readonly Operation[] = [
  {
    ...{ method: 'POST', path: 'fail', summary: 'Scripts a failure.' },
    input: FAULT_FIELDS,
    output: objectOf({ id: text('Ends it alone, by recover.') }),
    run: (script: FaultScript, { emulator }) => ({ id: emulator().fail(script).id }),
  },
  {
    ...{ method: 'POST', path: 'limit', summary: 'Limits how often the API may be called.' },
    input: LIMIT_FIELDS,
    output: objectOf({ id: text('Ends it alone, by recover.') }),
    run: (limit: RateLimit, { emulator }) => ({ id: emulator().limit(limit).id }),
  },
  {
    ...{ method: 'POST', path: 'recover', summary: 'Ends a failure or a limit, or all of them.' },
    input: { 'id?': text('All of them when absent.') },
    output: nothing,
    run: ({ id }: { id?: string }, { emulator }) => emulator().recover(id),
  },
  {
    ...{ method: 'POST', path: 'reset', summary: 'Forgets all that happened; keys stay.' },
    input: {},
    output: nothing,
    run: (_: object, { emulator }) => emulator().reset(),
  },
  {
    ...{ method: 'DELETE', path: 'requests', summary: 'Forgets the requests that arrived.' },
    input: {},
    output: nothing,
    run: (_: object, { emulator }) => {
      emulator().requests.length = 0
    },
  },
]

/** All that the control API can do. */
export const OPERATIONS: readonly Operation[] = [...READING, ...USERS, ...PLATFORM, ...FAILURES]

const timeOf = (time: number): object => ({ time, text: beijingTime(time) })

function findRequests(
  { after = 0, path = '', limit = MAX_SHOWN }: { after?: number; path?: string; limit?: number },
  { emulator }: ControlParts,
): readonly object[] {
  const found = emulator().requests.filter((one) => {
    return numberOf(one) > after && (one.path.includes(path) || one.template?.includes(path))
  })
  // An absent path is in every path, and slice(-0) is all of them.
  return limit > 0 ? found.slice(-limit).map((one) => ({ id: numberOf(one), ...one })) : []
}
