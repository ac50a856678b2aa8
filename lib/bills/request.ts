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

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

/**
 * Checks that the parameters of a bill are texts, and that none is missing or unknown.
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
    if (typeof value !== 'string' || value === '') {
      throw new RequestError(`${method}: ${name} must be a text that is not empty`)
    }
  }
  const names = given.map(([name]) => name)
  const missing = required.filter((name) => !names.includes(name))
  if (missing.length > 0) throw new RequestError(`${method}: ${missing.join(', ')} missing`)
  const parameters = Object.fromEntries(given) as Record<string, string>
  if (!DATE.test(parameters.bill_date ?? '')) {
    throw new RequestError(
      `${method}: bill_date must be a day such as 2024-01-01, not '${parameters.bill_date}'`,
    )
  }
  return parameters
}
