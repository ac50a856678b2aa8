import type { OfMerchant, SignerOptions } from '../../interface.js'
import type { ClockChange } from '../clock.js'
import type { Operation } from './operation.js'
import { objectOf } from './operation.js'
import {
  flag,
  integer,
  MERCHANT_FIELD,
  MESSAGE_CHOICE,
  nothing,
  number,
  object,
  ref,
  text,
  timeOf,
} from './schemas.js'

const message = {
  event_type: text('Such as TRANSACTION.SUCCESS.'),
  'resource?': object('What it leaves out is made up.'),
  'serial?': text("A public key's id or a certificate's serial number, which signs."),
  ...MESSAGE_CHOICE,
  ...MERCHANT_FIELD,
}

/** A notification that is asked for. */
interface Message extends SignerOptions<never> {
  readonly event_type: string
  readonly resource?: object
}

/** What the platform does by itself, sooner or later. */
export const PLATFORM_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'POST', path: 'notify', summary: 'Sends a genuine notification once.' },
    input: { url: text('On the machine of the emulator, or of a host that was allowed.'), ...message },
    output: ref('Receipt'),
    run: ({ event_type, ...options }: Message & { url: string }, { emulator }) =>
      emulator().notify(event_type, options),
  },
  {
    ...{ method: 'POST', path: 'resend', summary: 'Sends one of the deliveries once more, freshly signed.' },
    input: { id: text() },
    output: ref('Receipt'),
    run: ({ id }: { id: string }, { emulator }) => emulator().resend(id),
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
    input: { bill_date: text('Such as 2024-01-01.'), rows: integer(), ...MERCHANT_FIELD },
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
