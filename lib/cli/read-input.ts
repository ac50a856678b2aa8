import { readFileSync } from 'node:fs'
import { parseJson } from './json-text.js'
import { UsageError } from './usage-error.js'

const STANDARD_INPUT = 0

/**
 * A text given as `@file`, as `-` for standard input, or itself.
 *
 * @throws {UsageError} when the file cannot be read.
 */
export function readText(given: string, flag: string): string {
  return given === '-' || given.startsWith('@') ? readFile(given, flag).toString() : given
}

/**
 * The bytes of a file: `file`, `@file`, or `-` for standard input.
 *
 * @throws {UsageError} when it cannot be read.
 */
export function readFile(given: string, flag: string): Buffer {
  try {
    return readFileSync(given === '-' ? STANDARD_INPUT : given.replace(/^@/, ''))
  } catch (error) {
    throw new UsageError(`${flag} ${given} cannot be read: ${(error as Error).message}`)
  }
}

/** @throws {UsageError} when it is no JSON. */
export function readJson(given: string, flag: string): unknown {
  return parseJson(readText(given, flag), flag)
}

/** `name=value` pairs; a name that comes more than once has a list. */
export function readPairs(pairs: readonly string[], flag: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null)
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError(`${flag} ${pair}: must be name=value`)
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    const seen = found[name]
    found[name] = seen === undefined ? value : [seen, value].flat()
  }
  return { ...found }
}
