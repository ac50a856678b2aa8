import { percentEncode } from '../chain/percent.js'
import { RequestError } from '../errors.js'
import { isPlainObject } from '../plain-object.js'

/** `name=value&…`, the values percent-encoded. */
export function toQuery(parameters: object): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${percentEncode(String(value))}`)
    .join('&')
}

/** Like {@link toQuery}, of what a caller gives. */
export function queryString(parameters: object): string {
  const method = 'paySign.queryString'
  if (!isPlainObject(parameters)) throw new RequestError(`${method} takes an object of texts and numbers`)
  for (const [name, value] of Object.entries(parameters)) {
    const isText = typeof value === 'string' ? value.isWellFormed() : Number.isFinite(value)
    if (!isText) throw new RequestError(`${method}: ${name} must be a well-formed text or a number`)
  }
  return toQuery(parameters)
}
