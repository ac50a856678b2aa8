import type { HeaderReader } from '../v3/verifier.js'

/** Headers by name in any case, or whatever has `get(name)`: `Headers`, `AxiosHeaders`. */
export type NotificationHeaders =
  | Readonly<Record<string, unknown>>
  | { readonly get: (name: string) => unknown }

/** Reads headers by their lower-case name. */
export function headerReader(headers: NotificationHeaders): HeaderReader {
  const get = headers.get
  if (typeof get === 'function') return (name) => textOf(get.call(headers, name))
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => textOf(byName.get(name))
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined || value === null ? undefined : String(value)
}
