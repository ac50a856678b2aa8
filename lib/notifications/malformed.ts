import { VerificationError } from '../errors.js'

/** The error for what is no notification at all. */
export function malformed(why: string, cause?: unknown): VerificationError {
  return new VerificationError(`This is no notification: ${why}`, { code: 'ANSWER_INVALID', cause })
}

/** An object in JSON; `undefined` when the text is something else. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
