import type { Verb } from '../catalog/traits.js'
import type { FieldType } from './fields.js'

/** A value's place in a request object: `['json', 'amount', 'total']`, `['card_id']`. */
export type Place = readonly (string | number)[]

/** A column of the input, and the field it fills. */
export interface Mapping {
  readonly column: string
  readonly place: Place
  /** `undefined` for an endpoint that is not documented: the text is sent as it is. */
  readonly type?: FieldType
}

/** The number by which the API knows a repeated request. */
export interface NumberField {
  readonly place: Place
  /** Whether one is made up for a row that has none. A number in the path names what is there already. */
  readonly derived: boolean
}

/**
 * What is to be done with every row. Plain data, so that it can be handed to another process: with a row it is all
 * that a request is made from.
 */
export interface Job {
  /** Tells this job from any other: endpoint, map, constants, account and content of the input. */
  readonly fingerprint: string
  readonly verb: Verb
  readonly path: string
  /** What has to be filled in the path. */
  readonly placeholders: readonly string[]
  readonly mappings: readonly Mapping[]
  readonly constants: readonly { readonly place: Place; readonly value: unknown }[]
  /** Absent for an endpoint without such a number. */
  readonly number?: NumberField
  /** Whether a request may be sent again when nobody knows what became of it. */
  readonly repeatable: boolean
  /** Fields that are encrypted when they are sent, as `json.name` or `json.receivers[].name`. */
  readonly encrypts: readonly string[]
  /** The client's own option: how often a failed call is repeated. */
  readonly retry?: boolean | number
}
