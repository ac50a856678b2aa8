import { RequestError } from '../errors.js'

/** @throws {RequestError} when a value is no text. */
export function assertText(value: unknown, what: string): asserts value is string {
  if (typeof value !== 'string') throw new RequestError(`${what} must be text`)
}

/** @throws {RequestError} when a value is no object, whose fields could be read. */
export function assertObject(value: unknown, what: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new RequestError(`${what} must be an object`)
}

/** @throws {RequestError} naming the part that is missing: text would be made of it all the same, `undefined`. */
export function assertParts(parts: object, what: string, names: readonly string[]): void {
  assertObject(parts, what)
  const wrong = names.find((name) => {
    const value: unknown = (parts as Readonly<Record<string, unknown>>)[name]
    return typeof value !== 'string' && typeof value !== 'number'
  })
  if (wrong !== undefined) throw new RequestError(`${what}: ${wrong} must be text or a number`)
}
