import { percentEncode } from '../chain/percent.js'
import { RequestError } from '../errors.js'
import { isPlainObject } from '../plain-object.js'

/**
 * A query string: arrays repeat their name, `undefined` and `null` are left out, everything else is
 * percent-encoded once, the way it will be signed and sent.
 *
 * @throws {RequestError} for a value that has no place in a query, such as an object.
 */
export function serializeQuery(params: unknown): string {
  if (params instanceof URLSearchParams) return params.toString()
  if (!isPlainObject(params)) throw new RequestError('query must be a plain object or URLSearchParams')
  const broken = Object.keys(params).find((name) => !name.isWellFormed())
  if (broken !== undefined)
    throw new RequestError(`query has a name that is not well-formed Unicode: '${broken}'`)
  return Object.entries(params)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => [name, item] as const))
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(scalar(name, value))}`)
    .join('&')
}

function scalar(name: string, value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  throw new RequestError(`query.${name} must be a string, number, boolean or an array of them`)
}
