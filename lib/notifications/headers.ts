import type { HeaderReader } from '../v3/verifier.js'

/** Headers by name in any case, or whatever has `get(name)`: `Headers`, `AxiosHeaders`. */
export type NotificationHeaders =
  | Readonly<Record<string, unknown>>
  | { readonly get: (name: string) => unknown }

/** Reads headers by their lower-case name. */
export function headerReader(headers: NotificationHeaders): HeaderReader {
  const get = headers.get
  if (typeof get === 'function') return (name) => textOf(get.call(headers, name))
  const given = headers as Readonly<Record<string, unknown>>
  // Node gives them in lower case.
  return (name) => textOf(given[name] ?? given[spellingOf(name, given)])
}

function spellingOf(name: string, headers: object): string {
  for (const key in headers) {
    if (key.length === name.length && key.toLowerCase() === name) return key
  }
  return name
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined || value === null ? undefined : String(value)
}
