import type { KeyObject } from 'node:crypto'
import {
  eitherOf,
  embedded,
  type Fields,
  fieldsOf,
  isCases,
  isEnum,
  isLeaf,
  isList,
  type Leaf,
  leafOf,
  type Shape,
} from '../../catalog/schema.js'
import { beijingTime } from '../beijing-time.js'
import { encryptOaep } from '../identity/encryption.js'
import type { Random } from '../identity/random.js'

/** The values that samples are made of. */
export interface SampleSource {
  readonly ids: Random
  /** The time of the sample, in milliseconds. */
  readonly now: number
  /** The merchant's public key, which encrypts the fields that the merchant is to decrypt. */
  readonly merchantKey: KeyObject
  /** The request's values by name; the sample repeats those that it has in common with the request. */
  readonly given: Readonly<Record<string, unknown>>
  /** The state that an event type tells of, such as `CLOSED` or `TERMINATE`; a sample has known values of that state. */
  readonly state?: string | undefined
}

function text(name: string, { ids, now, state }: SampleSource): string {
  if (state !== undefined && /(state|status)$/.test(name)) return state
  if (/(time|_at)$/.test(name)) return beijingTime(now)
  if (name.endsWith('date')) return beijingTime(now).slice(0, 10)
  if (name.endsWith('url')) return `https://example.com/${ids.text(8)}`
  if (/(_id|_no|code|number)$/.test(name)) return ids.digits(18)
  // In XML an amount is text too.
  if (/(_fee|amount|_total)$/.test(name)) return '1'
  return `sample ${name}`
}

/** A value that fits a shape of the catalogue: every field is there, made up or repeated from the request. */
export function sampleOf(shape: Shape, name: string, source: SampleSource): unknown {
  if (isLeaf(shape)) return leafSample(leafOf(shape), name, source)
  if (isList(shape)) return [sampleOf(shape[0], name, source)]
  if (isEnum(shape)) return valueFor(shape.$enum, source.state)
  if (isCases(shape)) return sampleOf(shape.$oneOf[0] ?? 'object', name, source)
  const inner = embedded(shape)
  if (inner) {
    const value = sampleOf(inner.shape, name, source)
    return inner.media === 'json'
      ? JSON.stringify(value)
      : String(new URLSearchParams(value as Record<string, string>))
  }
  const others = fieldsOfOtherGroups(shape as Fields)
  const fields = fieldsOf(shape as Fields)
    .filter(({ name }) => !others.has(name))
    .map((field) => [field.name, sampleOf(field.shape, field.name, source)])
  return Object.fromEntries(fields)
}

/** Other words for a state. */
const SYNONYMS: Readonly<Record<string, string>> = { FINISHED: 'SUCCESS' }
/** The shortest word that counts as a form of another: `USE` of `USED`, `FAIL` of `FAILED`. */
const STEM = 3

/** The known value whose last word is the state; the first one where there is none. */
function valueFor(values: readonly (string | number)[], state = ''): string | number | undefined {
  const wanted = [...state.split('_'), state, SYNONYMS[state] ?? state].filter((word) => word.length >= STEM)
  const says = (value: string | number): boolean => {
    const word = String(value).split('_').at(-1) ?? ''
    if (word.length < STEM) return false
    return wanted.some((one) => one.startsWith(word) || word.startsWith(one) || one.endsWith(word))
  }
  return values.find((value) => value === state) ?? values.find(says) ?? values[0]
}

/** The fields of all groups but the first, where groups of fields stand in for each other: they are left out. */
function fieldsOfOtherGroups(shape: Fields): ReadonlySet<string> {
  const [first = [], ...others] = eitherOf(shape) ?? []
  return new Set(others.flat().filter((name) => !first.includes(name)))
}

function leafSample({ type, min = 1 }: Leaf, name: string, source: SampleSource): unknown {
  const given = Object.hasOwn(source.given, name) ? source.given[name] : undefined
  if (given !== undefined && typeof given === (type === 'integer' ? 'number' : type)) return given
  if (type === 'string') return text(name, source)
  if (type === 'integer' || type === 'number') return min
  if (type === 'boolean') return true
  return type === 'encrypted' ? encryptOaep(`sample ${name}`, source.merchantKey) : {}
}
