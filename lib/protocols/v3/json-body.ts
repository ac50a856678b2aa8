import { RequestError } from '../../errors.js'
import { isRecord, LOST_NAMES, MAX_DEPTH } from '../../plain-object.js'

/**
 * The body as it will be signed and sent: objects become JSON, text and bytes stay as they are.
 *
 * @throws {RequestError} for what has no JSON form.
 */
export function encodeJson(data: unknown): string | Buffer | undefined {
  if (data === undefined || data === null) return undefined
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

/** The place of a value that cannot be sent, and what is wrong with it. */
interface Unsendable {
  readonly at: string
  readonly problem: string
}

/** Characters of a place in a message; the place in an object that refers to itself would have no end. */
const MAX_PLACE = 120

/** The problem of a value that JSON cannot carry or, like `NaN` or a `Map`, would carry as something else; `undefined` when there is none. */
export function findUnsendable(value: unknown): string | undefined {
  const found = search(value, 0)
  if (!found) return undefined
  const at = `json${found.at}`
  return `${at.length > MAX_PLACE ? `${at.slice(0, MAX_PLACE)}…` : at} ${found.problem}`
}

function search(value: unknown, depth: number): Unsendable | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  if (depth > MAX_DEPTH) return { at: '', problem: 'is nested too deep, or refers to itself' }
  if (Array.isArray(value)) return searchItems(value, depth + 1)
  if (isRecord(value)) return searchFields(value, depth + 1)
  if (typeof value === 'object' && !(value instanceof Uint8Array) && 'toJSON' in value) return undefined
  return { at: '', problem: `is ${describe(value)}, which JSON cannot carry` }
}

function searchItems(items: readonly unknown[], depth: number): Unsendable | undefined {
  for (let index = 0; index < items.length; index++) {
    const found = search(items[index], depth)
    if (found) return { ...found, at: `[${index}]${found.at}` }
  }
  return undefined
}

function searchFields(fields: Readonly<Record<string, unknown>>, depth: number): Unsendable | undefined {
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (LOST_NAMES.has(name)) return { at: `.${name}`, problem: 'is no name of a field' }
    // JSON leaves out what is undefined.
    const found = value === undefined ? undefined : search(value, depth)
    if (found) return { ...found, at: `.${name}${found.at}` }
  }
  return undefined
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value)
  return typeof value === 'object' ? `a ${value?.constructor?.name ?? 'object'}` : `a ${typeof value}`
}
