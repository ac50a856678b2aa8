import { RequestError } from '../errors.js'
import { isPlainObject } from '../plain-object.js'
import { serializeQuery } from '../protocols/url.js'

/** `name=value&…`, encoded. Nothing is left out: what is passed on to a front end is whole or not there. */
export function queryString(parameters: object): string {
  const method = 'paySign.queryString'
  if (!isPlainObject(parameters)) throw new RequestError(`${method} takes an object of texts and numbers`)
  for (const [name, value] of Object.entries(parameters)) {
    const isText = typeof value === 'string' ? value.isWellFormed() : Number.isFinite(value)
    if (!isText) throw new RequestError(`${method}: ${name} must be a well-formed text or a number`)
  }
  return serializeQuery(parameters)
}
