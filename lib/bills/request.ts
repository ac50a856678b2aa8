import { inspect } from 'node:util'
import { RequestError } from '../errors.js'
import { nameHint } from '../nearest.js'
import type { BadBillRow } from './errors.js'

/** Options of the request for any bill. */
export interface BillOptions {
  /** Aborts the request and the download. */
  readonly signal?: AbortSignal
  /** Milliseconds until the response begins, and at most between two chunks of the download. */
  readonly timeout?: number
  /** The access point for this bill, in place of the client's. */
  readonly baseURL?: string
  /**
   * Is told of each row that cannot be read, while the others come as usual. Without it, the first such row is a
   * `VerificationError` that names its line.
   */
  readonly onBadRow?: (row: BadBillRow) => void
}

/** The parameters that a bill takes. */
export interface ParameterNames {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** The day of a bill, in Beijing time: `2024-01-01`, `20240101`, or a time of that day as a `Date`. */
export type BillDate = string | Date

const BEIJING_OFFSET = 8 * 3600 * 1000

/**
 * Checks that the parameters of a bill are texts, and that none is missing or unknown. The day comes as `2024-01-01`.
 *
 * @throws {RequestError} naming the method and the parameter.
 */
export function checkParameters(
  method: string,
  request: unknown,
  { required, optional }: ParameterNames,
): Readonly<Record<string, string>> {
  if (typeof request !== 'object' || request === null) {
    throw new RequestError(`${method} takes an object: { ${required.join(', ')} }`)
  }
  const known = [...required, ...optional]
  const given = Object.entries(request).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    if (!known.includes(name)) {
      throw new RequestError(`${method}: unknown parameter '${name}'; ${nameHint(name, known)}`)
    }
    if ((typeof value !== 'string' || value === '') && name !== 'bill_date') {
      throw new RequestError(`${method}: ${name} must be a text that is not empty`)
    }
  }
  const names = given.map(([name]) => name)
  const missing = required.filter((name) => !names.includes(name))
  if (missing.length > 0) throw new RequestError(`${method}: ${missing.join(', ')} missing`)
  const parameters = Object.fromEntries(given) as Record<string, string>
  return { ...parameters, bill_date: toDay(method, parameters.bill_date) }
}

/** @throws {RequestError} when it is no day, or one that no calendar has. */
function toDay(method: string, date: unknown): string {
  const time = date instanceof Date ? new Date(date.getTime() + BEIJING_OFFSET) : undefined
  const written = typeof date === 'string' ? date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') : ''
  const day = time ? isoDay(time) : written
  if (/^\d{4}-\d\d-\d\d$/.test(day) && isoDay(new Date(day)) === day) return day
  throw new RequestError(
    `${method}: bill_date must be a day such as 2024-01-01 or 20240101, or a Date, not ${inspect(date)}`,
  )
}

/** The day of a time in UTC; empty when it is none. */
function isoDay(time: Date): string {
  return Number.isNaN(time.getTime()) ? '' : time.toISOString().slice(0, 10)
}
