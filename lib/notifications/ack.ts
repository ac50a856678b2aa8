import { RequestError } from '../errors.js'
import { acknowledgements } from './generated/facts.js'
import { isObject } from './malformed.js'

/** What an event's answer needs beside `code` and `message`. */
export interface AckFacts {
  readonly required: readonly string[]
  /** Headers of the answer. */
  readonly headers: readonly string[]
}

/** The answer to an event, apart from how it is written. */
export type Acknowledgement = Readonly<Record<string, unknown>>

export const SUCCESS = 'SUCCESS'

/** Whether an event asks for more than to be acknowledged. */
export function asksForAnswer(eventType: string): boolean {
  return Object.hasOwn(acknowledgements, eventType)
}

/** Whether the merchant's signature goes with the answer. */
export function asksForSignature(eventType: string): boolean {
  return asksForAnswer(eventType) && acknowledgements[eventType]?.headers.includes('Authorization') === true
}

/**
 * The answer made of what a handler returned. Most events have none, whatever their handler returns.
 *
 * @throws {RequestError} when a field is missing that the event asks for.
 */
export function acknowledgementOf(eventType: string, returned: unknown): Acknowledgement | undefined {
  if (!asksForAnswer(eventType)) return undefined
  const answer = { code: SUCCESS, ...(isObject(returned) ? returned : {}) } as Acknowledgement
  const missing = (acknowledgements[eventType]?.required ?? []).filter((name) => answer[name] === undefined)
  if (answer.code !== SUCCESS || missing.length === 0) return answer
  throw new RequestError(
    `The handler of ${eventType} must return what WeChat Pay asks for; missing: ${missing.join(', ')}`,
  )
}
