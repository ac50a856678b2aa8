import { lookup } from '../catalog/lookup.js'
import { isPlainObject } from '../plain-object.js'
import type { NamedEndpoint } from './endpoint.js'

type RequestObject = Readonly<Record<string, unknown>>

/** Maps the texts of a request that the API takes encrypted only; what is no text there is left as it is. */
export function mapEncrypted(
  { path, verb }: Pick<NamedEndpoint, 'path' | 'verb'>,
  request: RequestObject,
  map: (text: string) => unknown,
): RequestObject {
  const fields = lookup(path, verb)?.encrypts ?? []
  return fields.reduce(
    // Such as json.receivers[].name.
    (mapped, field) => mapField(mapped, field.replaceAll('[]', '.[]').split('.'), map) as RequestObject,
    request,
  )
}

function mapField(
  value: unknown,
  [key, ...rest]: readonly string[],
  map: (text: string) => unknown,
): unknown {
  if (key === undefined) return typeof value === 'string' && value !== '' ? map(value) : value
  if (key === '[]') return Array.isArray(value) ? value.map((item) => mapField(item, rest, map)) : value
  if (!isPlainObject(value) || !Object.hasOwn(value, key)) return value
  return { ...value, [key]: mapField(value[key], rest, map) }
}
