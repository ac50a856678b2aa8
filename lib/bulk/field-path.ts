import { RequestError } from '../index.js'

/** The path of a field in a request object: `['json', 'amount', 'total']`, `['card_id']`. */
export type FieldPath = readonly (string | number)[]

const KEY = /^[\w-]+$/

/**
 * Parses a field path: `json.amount.total`, `json.receivers[0].account`, `card_id`.
 *
 * @throws {RequestError} when the text is none.
 */
export function parseFieldPath(text: string): FieldPath {
  const keys = text
    .trim()
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
  if (keys.some((key) => !KEY.test(key) || key === '__proto__')) {
    throw new RequestError(`'${text}' is no field: write it as json.openid, query.limit or card_id`)
  }
  return keys.map((key, index) => (index > 0 && /^\d{1,4}$/.test(key) ? Number(key) : key))
}

export function formatFieldPath(path: FieldPath): string {
  return path.join('.')
}

/** The value of a field; `undefined` when the request has none. */
export function getField(request: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    request,
  )
}

/** Sets the value of a field, and makes the objects and lists that lead to it. */
export function setField(request: Record<string, unknown>, path: FieldPath, value: unknown): void {
  let parent = request as Record<string | number, unknown>
  for (const [index, key] of path.entries()) {
    if (index === path.length - 1) parent[key] = value
    else {
      parent[key] ??= typeof path[index + 1] === 'number' ? [] : {}
      parent = parent[key] as Record<string | number, unknown>
    }
  }
}
