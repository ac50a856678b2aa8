import type { EndpointDocument } from '../catalog/document.js'
import { endpointDocument } from '../catalog/document.js'
import { canonicalPath, knownVerbs, lookup } from '../catalog/lookup.js'
import { nearestRoute } from '../catalog/suggest.js'
import type { Traits, Verb } from '../catalog/traits.js'
import { RequestError } from '../index.js'
import { convert } from './convert.js'
import { type Endpoint, placeholders, resolve } from './endpoint-fields.js'
import { type Field, namedFields } from './fields.js'
import { fingerprintOf } from './fingerprint.js'
import type { Job, NumberField, Place } from './job.js'
import { type ColumnOptions, mapColumns } from './map-columns.js'
import { parsePlace, placeName } from './place.js'

/** What a job is defined by. */
export interface JobOptions extends ColumnOptions {
  readonly method: Verb
  readonly path: string
  readonly set: Readonly<Record<string, unknown>>
  readonly retry?: boolean | number | undefined
  /** Digest of the input, and whose job it is. */
  readonly identity: readonly string[]
}

/** A job, and what its endpoint's documentation says. */
export interface DefinedJob {
  readonly job: Job
  readonly document: EndpointDocument | undefined
}

/**
 * Finds out which column fills which field.
 *
 * @throws {RequestError} when a column, a field or a placeholder is not there.
 */
export async function defineJob(options: JobOptions): Promise<DefinedJob> {
  const { method: verb, set, headings, retry, identity } = options
  const path = canonicalPath(options.path)
  const traits = lookup(path, verb)
  if (!traits) assertNoTypo(path, verb)
  const document = await endpointDocument(path, verb)
  const endpoint: Endpoint = { name: `${verb.toUpperCase()} ${path}`, path, document }
  const constants = Object.entries(set).map(([address, value]) => {
    const { place, type } = resolve(address, endpoint)
    const converted = convert(value, type)
    if ('problem' in converted) throw new RequestError(`set ${address}: ${converted.problem}`)
    return { place, value: converted.value }
  })
  const mappings = mapColumns(options, endpoint, new Set(constants.map(({ place }) => placeName(place))))
  const number = numberField(traits)
  assertComplete(endpoint, headings ? [...mappings, ...constants] : undefined, number)
  const job: Job = {
    fingerprint: fingerprintOf([verb, path, mappings, constants, ...identity]),
    verb,
    path,
    placeholders: placeholders(path),
    mappings,
    constants,
    ...(number && { number }),
    repeatable: verb === 'get' || traits?.safe === true || number !== undefined,
    encrypts: traits?.encrypts ?? [],
    ...(retry !== undefined && { retry }),
  }
  return { job, document }
}

function assertNoTypo(path: string, verb: Verb): void {
  const verbs = knownVerbs(path)
  if (verbs.length > 0) {
    throw new RequestError(`${path} takes ${verbs.join(', ').toUpperCase()}, and no ${verb.toUpperCase()}`)
  }
  const nearest = nearestRoute(path, verb)
  if (nearest) throw new RequestError(`${path} is not documented; did you mean ${nearest}?`)
}

function numberField(traits: Traits | undefined): NumberField | undefined {
  if (traits?.idempotent === undefined) return undefined
  const place = parsePlace(traits.idempotent.replace(/^path\./, ''))
  return { place, derived: place.length > 1 }
}

/** Better said once, at the beginning, than of every row. */
function assertComplete(
  { name, path, document }: Endpoint,
  given: readonly { readonly place: Place }[] | undefined,
  number: NumberField | undefined,
): void {
  if (!given) return
  const covered = new Set(given.flatMap(({ place }) => [place.slice(0, 2).join('.'), placeName(place)]))
  if (number?.derived) covered.add(placeName(number.place))
  const required = document?.json ? namedFields(document).filter((field) => isRequired(field)) : []
  const wanted = [...placeholders(path), ...required.map(({ part, keys }) => `${part}.${keys[0]}`)]
  const missing = wanted.filter((each) => !covered.has(each))
  if (missing.length === 0) return
  throw new RequestError(
    `${name}: no column gives ${missing.join(', ')}; name one with map, or a value for all rows with set`,
  )
}

const isRequired = ({ part, keys, required }: Field): boolean =>
  part === 'json' && keys.length === 1 && required
