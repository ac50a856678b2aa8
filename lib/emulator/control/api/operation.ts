import type { EmulatorMerchant } from '../../identity/identity.js'
import type { Emulator } from '../../interface.js'
import type { Merchants } from '../../merchants.js'
import type { Deliveries } from '../deliveries.js'
import type { Faults } from '../faults.js'
import type { Limits } from '../limits.js'
import type { NotificationFaults } from '../notification-faults.js'
import type { AccessOptions } from './access.js'

/** The parts of an emulator that the control API shows and changes. */
export interface ControlParts extends AccessOptions {
  readonly merchants: Merchants
  readonly deliveries: Deliveries
  readonly faults: Faults
  readonly notificationFaults: NotificationFaults
  readonly limits: Limits
  readonly emulator: () => Emulator
}

/** A JSON Schema, as it stands in the document that describes the API. */
export type Schema = Readonly<Record<string, unknown>>

/** The fields of an object by name; those that may be left out have a `?` behind their name. */
export type Fields = Readonly<Record<string, Schema>>

/** One operation of the control API: the document that describes it and the dispatch both come from this. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Its path below `/_emulator/`. */
  readonly path: string
  /** What it does, in a line. */
  readonly summary: string
  /** In the query of a GET, else in a JSON body. */
  readonly input: Fields
  /** The result; `null` when there is nothing to tell. */
  readonly output: Schema
  /** The input fits its schema. What is thrown becomes 400, with its message. */
  readonly run: (input: never, parts: ControlParts) => unknown
}

/** The schema of an operation's input. */
export function inputSchema({ input }: Operation): Schema {
  return objectOf(input, { additionalProperties: false })
}

/** An object with fields; a `?` behind a name means that it may be left out. */
export function objectOf(fields: Fields, more: Schema = {}): Schema {
  const properties = Object.entries(fields).map(([name, schema]) => [name.replace(/\?$/, ''), schema])
  const required = Object.keys(fields).filter((name) => !name.endsWith('?'))
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    ...more,
  }
}

/** The options of a merchant's client; of the first merchant when no `mchid` is given. Throws where there is none. */
export function merchantOptions(
  mchid: string | undefined,
  { emulator, merchants }: ControlParts,
): EmulatorMerchant {
  // The keys of all merchants are made when their list is read.
  if (mchid === undefined) return emulator().merchant
  const { facts } = merchants.named(mchid)
  return emulator().merchants.find((one) => one.mchid === facts.mchid) ?? emulator().merchant
}
