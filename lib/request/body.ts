import type { AxiosRequestHeaders } from 'axios'
import { RequestError } from '../errors.js'

const MAX_DEPTH = 100

/**
 * The body as it will be signed and sent: objects become JSON, text and bytes stay as they are.
 *
 * @throws {RequestError} for what has no JSON form.
 */
export function encodeBody(data: unknown, headers: AxiosRequestHeaders): unknown {
  if (data === undefined || data === null) return undefined
  if (!headers['Content-Type']) headers.setContentType('application/json', false)
  if (typeof data === 'string' || Buffer.isBuffer(data)) return data
  const text = stringify(data)
  if (text === undefined) throw new RequestError(`A ${typeof data} cannot be sent as JSON`)
  const problem = text.includes('null') ? findUnsendable(data) : undefined
  if (problem) throw new RequestError(problem)
  return text
}

function stringify(data: unknown): string | undefined {
  try {
    return JSON.stringify(data)
  } catch (cause) {
    if (cause instanceof RequestError) throw cause
    throw new RequestError(`The body cannot be sent as JSON: ${(cause as Error).message}`)
  }
}

/** What JSON cannot carry, or, like `NaN`, would carry as `null` unnoticed; `undefined` when all is well. */
export function findUnsendable(value: unknown, at = 'json', depth = 0): string | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : `${at} is ${value}, which JSON cannot carry`
  if (typeof value === 'bigint')
    return `${at} is a bigint, which JSON cannot carry; give a number or a string`
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return undefined
  if (depth > MAX_DEPTH) return `${at.slice(0, 60)}… is nested too deep, or refers to itself`
  for (const [name, item] of Object.entries(value)) {
    const problem = findUnsendable(item, Array.isArray(value) ? `${at}[${name}]` : `${at}.${name}`, depth + 1)
    if (problem) return problem
  }
  return undefined
}
