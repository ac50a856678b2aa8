import type { AxiosRequestHeaders } from 'axios'
import { RequestError } from '../errors.js'

/**
 * The body as it will be signed and sent: objects become JSON, text and bytes stay as they are.
 *
 * @throws {RequestError} for what has no JSON form; `NaN` would otherwise turn into `null` unnoticed.
 */
export function encodeBody(data: unknown, headers: AxiosRequestHeaders): unknown {
  if (data === undefined || data === null) return undefined
  headers.setContentType('application/json', false)
  if (typeof data === 'string' || Buffer.isBuffer(data)) return data
  const text = stringify(data)
  if (text === undefined) throw new RequestError(`A ${typeof data} cannot be sent as JSON`)
  if (text.includes('null')) assertFinite(data, 'json')
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

function assertFinite(value: unknown, at: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RequestError(`${at} is ${value}, which JSON cannot carry`)
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, item] of Object.entries(value)) {
    assertFinite(item, Array.isArray(value) ? `${at}[${name}]` : `${at}.${name}`)
  }
}
