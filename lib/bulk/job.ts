import { createHash } from 'node:crypto'
import type { EndpointDocument } from '../catalog/document.js'
import { endpointDocument } from '../catalog/document.js'
import { canonicalPath, knownVerbs, lookup } from '../catalog/lookup.js'
import { type OwnValues, ownFields, ownValuesFor } from '../catalog/own-values.js'
import { nearestRoute } from '../catalog/suggest.js'
import type { Traits } from '../catalog/traits.js'
import { RequestError, type Verb } from '../index.js'
import { didYouMean } from '../nearest.js'
import {
  type ColumnOptions,
  type JobEndpoint,
  type Mapping,
  mapColumns,
  placeholdersOf,
  resolveField,
} from './columns.js'
import { convertCell } from './convert-cell.js'
import { documentedFields, type FieldPath, formatFieldPath, parseFieldPath } from './fields.js'

/** The number by which the API recognises a repeated request. */
export interface NumberField {
  readonly field: FieldPath
  /** Whether a row without one gets a number; one in the path names something that exists already. */
  readonly derived: boolean
}

/**
 * What is to be done with every row. Plain data, so that it can be handed to another process: with a row it is all
 * that a request is made from.
 */
export interface Job {
  /** The digest that tells this job from any other: endpoint, map, constants, account and content of the input. */
  readonly fingerprint: string
  /** The merchant or brand, and the access point. Rows are sent for no other. */
  readonly account: string
  readonly verb: Verb
  readonly path: string
  /** The names of the placeholders in the path. */
  readonly placeholders: readonly string[]
  readonly mappings: readonly Mapping[]
  readonly constants: readonly { readonly field: FieldPath; readonly value: unknown }[]
  /** What rows get from the client where they leave it out; absent where the endpoint has no field for it. */
  readonly own?: OwnValues
  /** Absent for an endpoint without such a number. */
  readonly number?: NumberField
  /** Whether a request may be sent again when nobody knows whether it was carried out. */
  readonly repeatable: boolean
  /** The fields that are encrypted when they are sent, as `json.name` or `json.receivers[].name`. */
  readonly encrypts: readonly string[]
  /** The client's own option: how often a failed call is repeated. */
  readonly retry?: boolean | number
}

/** The part of a job that a call needs beside its request. */
export type JobCall = Pick<Job, 'account' | 'verb' | 'path' | 'encrypts' | 'retry'>

export interface JobOptions extends ColumnOptions {
  readonly method: Verb
  readonly path: string
  readonly set: Readonly<Record<string, unknown>>
  readonly retry?: boolean | number | undefined
  readonly account: string
  /** What the client fills into requests. */
  readonly own: OwnValues
  /** The digest of the input. */
  readonly input: string
}

/**
 * Defines the job: which column fills which field, and whether a request may be repeated.
 *
 * @throws {RequestError} for a column or a field that there is none of.
 */
export async function defineJob(
  options: JobOptions,
): Promise<{ readonly job: Job; readonly document: EndpointDocument | undefined }> {
  const { method: verb, set, retry, account, input } = options
  const path = canonicalPath(options.path)
  const traits = lookup(path, verb)
  if (!traits) assertNoTypo(path, verb)
  const document = await endpointDocument(path, verb)
  const endpoint: JobEndpoint = { name: `${verb.toUpperCase()} ${path}`, path, document }
  const constants = Object.entries(set).map(([address, value]) => {
    const { field, type } = resolveField(address, endpoint)
    const converted = convertCell(value, type)
    if ('problem' in converted) throw new RequestError(`set ${address}: ${converted.problem}`)
    return { field, value: converted.value }
  })
  const mappings = mapColumns(
    options,
    endpoint,
    constants.map(({ field }) => field),
  )
  const number = numberField(traits)
  const own = ownValuesFor(traits ?? {}, options.own)
  const isFilled = Object.keys(own).length > 0
  const job: Job = {
    fingerprint: fingerprintOf([verb, path, mappings, constants, input, account, ...(isFilled ? [own] : [])]),
    account,
    verb,
    path,
    placeholders: placeholdersOf(path),
    mappings,
    constants,
    ...(isFilled && { own }),
    ...(number && { number }),
    repeatable: verb === 'get' || traits?.safe === true || number !== undefined,
    encrypts: traits?.encrypts ?? [],
    ...(retry !== undefined && { retry }),
  }
  return { job, document }
}

/** The fields that the client fills in for every row. */
export function filledFields({ path, verb, own = {} }: Job): FieldPath[] {
  const fields = ownFields(lookup(path, verb) ?? {}).filter(({ conditions }) => conditions.length === 0)
  return fields.flatMap(({ field, source }) => (own[source] === undefined ? [] : [parseFieldPath(field)]))
}

function assertNoTypo(path: string, verb: Verb): void {
  const verbs = knownVerbs(path)
  if (verbs.length > 0) {
    throw new RequestError(`${path} takes ${verbs.join(', ').toUpperCase()}, and no ${verb.toUpperCase()}`)
  }
  const nearest = nearestRoute(path, verb)
  if (nearest) throw new RequestError(`${path} is not documented${didYouMean(nearest)}`)
}

function numberField(traits: Traits | undefined): NumberField | undefined {
  if (traits?.idempotent === undefined) return undefined
  const field = parseFieldPath(traits.idempotent.replace(/^path\./, ''))
  return { field, derived: field.length > 1 }
}

/**
 * Refuses a job of whose required fields one has no column: that is said once, and not again for every row.
 *
 * @throws {RequestError} naming the fields.
 */
export function assertComplete(job: Job, document: EndpointDocument | undefined): void {
  const { verb, path, placeholders, mappings, constants, number } = job
  const given = [...[...mappings, ...constants].map(({ field }) => field), ...filledFields(job)]
  const covered = new Set(given.flatMap((field) => [field.slice(0, 2).join('.'), formatFieldPath(field)]))
  if (number?.derived) covered.add(formatFieldPath(number.field))
  const required = (document?.json ? documentedFields(document) : [])
    .filter((field) => field.required && field.path[0] === 'json' && field.path.length === 2)
    .map((field) => formatFieldPath(field.path))
  const missing = [...placeholders, ...required].filter((each) => !covered.has(each))
  if (missing.length === 0) return
  throw new RequestError(
    `${verb.toUpperCase()} ${path}: no column gives ${missing.join(', ')}; name one with map, or a value for all rows with set`,
  )
}

/** The SHA-256 of values, as JSON. */
export function fingerprintOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
