import { RequestError } from '../errors.js'
import { nameHint } from '../nearest.js'

/** The names of the texts that a method takes. */
export interface FieldNames<Required extends string, Optional extends string> {
  readonly required: readonly Required[]
  readonly optional: readonly Optional[]
}

/**
 * Checks the texts of a request, none of which may be missing, empty or unknown.
 *
 * @throws {RequestError} naming the method and the field.
 */
export function readFields<Required extends string, Optional extends string = never>(
  method: string,
  request: unknown,
  { required, optional }: FieldNames<Required, Optional>,
): Readonly<Record<Required, string> & Partial<Record<Optional, string>>> {
  if (typeof request !== 'object' || request === null) {
    throw new RequestError(`${method} takes an object: { ${required.join(', ')} }`)
  }
  const given = request as Readonly<Record<string, unknown>>
  const known: readonly string[] = [...required, ...optional]
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new RequestError(`${method}: unknown field '${name}'; ${nameHint(name, known)}`)
  }
  const entries = known
    .filter((name) => given[name] !== undefined || required.includes(name as Required))
    .map((name) => [name, readText(method, name, given[name])] as const)
  return Object.fromEntries(entries) as Record<Required, string> & Partial<Record<Optional, string>>
}

/** Checks one text. It may not have control characters: a line break in it would change the lines that are signed. */
function readText(method: string, name: string, value: unknown): string {
  if (value === undefined || value === null) throw new RequestError(`${method}: ${name} is missing`)
  if (typeof value !== 'string') {
    throw new RequestError(`${method}: ${name} must be a text, not ${typeof value}`)
  }
  if (value.trim() === '') throw new RequestError(`${method}: ${name} is empty`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
    throw new RequestError(`${method}: ${name} has characters that cannot be signed`)
  }
  return value
}

/** Checks that a text is one of some values; the first of them when it is left out. */
export function readChoice<Choice extends string>(
  method: string,
  name: string,
  value: string | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (value === undefined) return choices[0]
  const choice = choices.find((candidate) => candidate === value)
  if (choice) return choice
  throw new RequestError(`${method}: ${name} must be ${choices.join(' or ')}, not '${value}'`)
}
