import type { AxiosRequestHeaders } from 'axios'
import { RequestError } from '../errors.js'
import { isPlainObject, MAX_DEPTH } from './plain-object.js'

/**
 * The body as it will be signed and sent: objects become JSON, text and bytes stay as they are.
 *
 * @throws {RequestError} for what has no JSON form.
 */
export function encodeBody(data: unknown, headers: AxiosRequestHeaders): unknown {
  if (data === undefined || data === null) return undefined
  if (!headers['Content-Type']) headers.setContentType('application/json', false)
  if (typeof data === 'string' || Buffer.isBuffer(data)) return data
  const problem = findUnsendable(data)
  if (problem) throw new RequestError(problem)
  return stringify(data)
}

function stringify(data: unknown): string | undefined {
  try {
    return JSON.stringify(data)
  } catch (cause) {
    if (cause instanceof RequestError) throw cause
    throw new RequestError(`The body cannot be sent as JSON: ${(cause as Error).message}`)
  }
}

/** What JSON cannot carry, or, like `NaN` or a `Map`, would carry as something else; `undefined` when all is well. */
export function findUnsendable(value: unknown, at = 'json', depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `${at.slice(0, 60)}… is nested too deep, or refers to itself`
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  if (Array.isArray(value)) return findInside(value.entries(), (index) => `${at}[${index}]`, depth)
  if (isPlainObject(value)) {
    // JSON leaves out what is undefined.
    const given = Object.entries(value).filter(([, item]) => item !== undefined)
    return findInside(given, (name) => `${at}.${name}`, depth)
  }
  if (typeof value === 'object' && !(value instanceof Uint8Array) && 'toJSON' in value) return undefined
  return `${at} is ${describe(value)}, which JSON cannot carry`
}

function findInside<Key>(
  items: Iterable<readonly [Key, unknown]>,
  place: (key: Key) => string,
  depth: number,
): string | undefined {
  for (const [key, item] of items) {
    const problem = findUnsendable(item, place(key), depth + 1)
    if (problem) return problem
  }
  return undefined
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value)
  return typeof value === 'object' ? `a ${value?.constructor?.name ?? 'object'}` : `a ${typeof value}`
}
