import { RequestError } from '../index.js'
import type { Place } from './job.js'

const KEY = /^[\w-]+$/

/**
 * Reads an address: `json.amount.total`, `json.receivers[0].account`, `card_id`.
 *
 * @throws {RequestError} when it is none.
 */
export function parsePlace(address: string): Place {
  const keys = address
    .trim()
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
  if (keys.some((key) => !KEY.test(key) || key === '__proto__')) {
    throw new RequestError(`'${address}' is no field: write it as json.openid, query.limit or card_id`)
  }
  return keys.map((key, index) => (index > 0 && /^\d{1,4}$/.test(key) ? Number(key) : key))
}

export function placeName(place: Place): string {
  return place.join('.')
}

/** The value at a place; `undefined` when there is none. */
export function valueAt(request: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (at, key) => (at as Record<string | number, unknown> | undefined)?.[key],
    request,
  )
}

/** Puts a value at a place, with the objects and lists that lead to it. */
export function putAt(request: Record<string, unknown>, place: Place, value: unknown): void {
  let at = request as Record<string | number, unknown>
  for (const [index, key] of place.entries()) {
    if (index === place.length - 1) at[key] = value
    else {
      at[key] ??= typeof place[index + 1] === 'number' ? [] : {}
      at = at[key] as Record<string | number, unknown>
    }
  }
}
