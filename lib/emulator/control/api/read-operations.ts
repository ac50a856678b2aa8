import { VERSION } from '../../../version.js'
import { createRandom } from '../../identity/random.js'
import type { OfMerchant } from '../../interface.js'
import type { MessageChoice } from '../../protocols/notification-documents.js'
import { eventTypes } from '../../protocols/notification-documents.js'
import type { Delivery } from '../delivery-list.js'
import type { ControlParts, Operation } from './operation.js'
import { merchantOptions, objectOf } from './operation.js'
import { complaintsOf, ordersOf, refundsOf } from './order-summaries.js'
import { MAX_SHOWN, numberOf, summaryOf } from './request-summary.js'
import { integer, listOf, MESSAGE_CHOICE, nothing, number, object, ref, text, timeOf } from './schemas.js'

/** Samples have numbers of their own: those of the emulator stay as its seed has them. */
const sampleIds = createRandom(undefined)

/** What is there, and what has happened. */
export const READ_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'GET', path: 'status', summary: 'Which emulator this is, and what its clock says.' },
    input: {},
    output: objectOf({
      ...{ version: text(), url: text(), mchid: text('Of the first merchant.'), time: number() },
      mchids: listOf(text('Of each merchant.')),
    }),
    run: (_: object, { emulator, merchants }) => {
      const { url, clock } = emulator()
      const mchids = merchants.list.map(({ facts }) => facts.mchid)
      return { version: VERSION, url, mchid: mchids[0], mchids, time: clock() }
    },
  },
  {
    ...{ method: 'GET', path: 'merchant', summary: 'The configuration of a merchant, secrets included.' },
    input: { 'mchid?': text('The first merchant when absent.') },
    output: ref('Merchant'),
    run: ({ mchid }: OfMerchant, parts) => merchantOptions(mchid, parts),
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
    ...{ method: 'GET', path: 'refunds', summary: 'Refunds, newest first.' },
    input: {},
    output: listOf(ref('Refund')),
    run: (_: object, { merchants }) => refundsOf(merchants),
  },
  {
    ...{ method: 'GET', path: 'complaints', summary: 'Complaints, newest first.' },
    input: {},
    output: listOf(ref('Complaint')),
    run: (_: object, { merchants }) => complaintsOf(merchants),
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
    output: listOf(ref('ShortDelivery')),
    run: (_: object, { deliveries }) => deliveries.list.slice(-MAX_SHOWN).toReversed().map(shortDelivery),
  },
  {
    ...{ method: 'GET', path: 'delivery', summary: 'One of them with its body and the answers to it.' },
    input: { id: text() },
    output: ref('Delivery'),
    run: ({ id }: { id: string }, { deliveries }) => {
      const delivery = deliveries.find(id)
      return { ...delivery, resource: deliveries.decrypted(delivery) }
    },
  },
  {
    ...{ method: 'GET', path: 'faults', summary: 'The failures and limits in force.' },
    input: {},
    output: objectOf({ faults: listOf(ref('Fault')), limits: listOf(ref('Limit')) }),
    run: (_: object, { faults, notificationFaults, limits }) => ({
      faults: [...faults.list(), ...notificationFaults.list()],
      limits: limits.list(),
    }),
  },
  {
    ...{ method: 'GET', path: 'events', summary: 'The documented event types of notifications.' },
    input: {},
    output: listOf(text()),
    run: () => eventTypes(),
  },
  {
    ...{ method: 'GET', path: 'sample', summary: 'The resource of a notification, made up and complete.' },
    input: { event_type: text(), ...MESSAGE_CHOICE },
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

function shortDelivery({ body: _, attempts, ...delivery }: Delivery): object {
  return { ...delivery, attempts: attempts.map(({ answer: _, ...attempt }) => attempt) }
}

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
