import { readFileSync } from 'node:fs'
import { UsageError } from './usage-error.js'

/**
 * A text given as `@file`, as `-` for standard input, or itself.
 *
 * @throws {UsageError} when the file cannot be read.
 */
export function readText(given: string, flag: string): string {
  if (given !== '-' && !given.startsWith('@')) return given
  try {
    return readFileSync(given === '-' ? 0 : given.slice(1), 'utf8')
  } catch (error) {
    throw new UsageError(`${flag} ${given}: ${(error as Error).message}`)
  }
}

/** @throws {UsageError} when it is no JSON. */
export function readJson(given: string, flag: string): unknown {
  const text = readText(given, flag)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${flag} is no JSON: ${(error as Error).message}`)
  }
}

/** `name=value` pairs; a name that comes more than once has a list. */
export function readPairs(pairs: readonly string[], flag: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError(`${flag} ${pair}: must be name=value`)
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    const seen = found[name]
    found[name] = seen === undefined ? value : [seen, value].flat()
  }
  return found
}
