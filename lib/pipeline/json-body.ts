import { isRecord, LOST_NAMES, MAX_DEPTH } from '../plain-object.js'
import { Ciphertext, Sensitive } from '../protocols/v3/sensitive.js'

/** What is found in a body before it is sent. */
export interface BodyFindings {
  /** What JSON cannot carry or, like `NaN` or a `Map`, would carry as something else; `undefined` when there is nothing. */
  readonly problem: string | undefined
  /** Whether there are texts to encrypt, or ciphertexts. */
  readonly sensitive: boolean
  /** The body with its dates as the API wants them. */
  readonly body: unknown
}

/** The place of a value that cannot be sent, and what is wrong with it. */
interface Unsendable {
  readonly at: string
  readonly problem: string
}

/** Characters of a place in a message; the place in an object that refers to itself would have no end. */
const MAX_PLACE = 120

/** Looks through a body, once. */
export function inspectBody(body: unknown): BodyFindings {
  const findings = { sensitive: false, dated: false }
  const found = search(body, 0, findings)
  const { sensitive, dated } = findings
  if (!found) return { problem: undefined, sensitive, body: dated ? withDates(body) : body }
  const at = `json${found.at}`
  const place = at.length > MAX_PLACE ? `${at.slice(0, MAX_PLACE)}…` : at
  return { problem: `${place} ${found.problem}`, sensitive, body }
}

interface Findings {
  sensitive: boolean
  /** Whether there are dates, or objects that JSON makes a time of. */
  dated: boolean
}

function search(value: unknown, depth: number, findings: Findings): Unsendable | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : BROKEN_TEXT
  if (typeof value === 'boolean' || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  if (depth > MAX_DEPTH) return { at: '', problem: 'is nested too deep, or refers to itself' }
  if (value instanceof Sensitive || value instanceof Ciphertext) {
    findings.sensitive = true
    return undefined
  }
  if (Array.isArray(value)) return searchItems(value, depth + 1, findings)
  if (isRecord(value)) return searchFields(value, depth + 1, findings)
  if (typeof value === 'object' && !(value instanceof Uint8Array) && 'toJSON' in value) {
    const written = writtenBy(value as Writes)
    if (typeof written === 'object' && value instanceof Date) return { at: '', problem: 'is an invalid Date' }
    findings.dated ||= isTime(written)
    return typeof written === 'string' && !written.isWellFormed() ? BROKEN_TEXT : undefined
  }
  return { at: '', problem: `is ${describe(value)}, which JSON cannot carry` }
}

function searchItems(items: readonly unknown[], depth: number, findings: Findings): Unsendable | undefined {
  for (let index = 0; index < items.length; index++) {
    const found = search(items[index], depth, findings)
    if (found) return { ...found, at: `[${index}]${found.at}` }
  }
  return undefined
}

function searchFields(
  fields: Readonly<Record<string, unknown>>,
  depth: number,
  findings: Findings,
): Unsendable | undefined {
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (LOST_NAMES.has(name)) return { at: `.${name}`, problem: 'is no name of a field' }
    if (!name.isWellFormed()) return BROKEN_TEXT
    // JSON leaves out what is undefined.
    const found = value === undefined ? undefined : search(value, depth, findings)
    if (found) return { ...found, at: `.${name}${found.at}` }
  }
  return undefined
}

const BROKEN_TEXT: Unsendable = {
  at: '',
  problem: 'is not well-formed Unicode: it holds half of a surrogate pair, as of an emoji that was cut',
}

/** A value that says what stands for it in JSON: a Date, or that of a library for times. */
interface Writes {
  readonly toJSON: () => unknown
}

const writes = (value: object): value is Writes => typeof (value as Partial<Writes>).toJSON === 'function'
const writtenBy = (value: Writes): unknown => (writes(value) ? value.toJSON() : undefined)

const isTime = (written: unknown): boolean =>
  typeof written === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(written) &&
  !Number.isNaN(Date.parse(written))

/** A body whose dates are written as the API reads them: in the time of Beijing, to the second. It refuses the `Z` of `Date.toJSON`. */
function withDates(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withDates)
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withDates(item)]))
  if (value instanceof Sensitive || value instanceof Ciphertext || !writes(value)) return value
  const written = value.toJSON()
  return isTime(written) ? toBeijingTime(new Date(written as string)) : value
}

const BEIJING_OFFSET = 8 * 60 * 60 * 1_000

/** A time as `2026-11-29T10:00:00+08:00`. */
function toBeijingTime(time: Date): string {
  return `${new Date(time.getTime() + BEIJING_OFFSET).toISOString().slice(0, 19)}+08:00`
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value)
  return typeof value === 'object' ? `a ${value?.constructor?.name ?? 'object'}` : `a ${typeof value}`
}
