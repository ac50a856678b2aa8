import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { describeJsonProblem, lineOfJsonProblem, parseJson } from '../parse-json.js'
import { words } from './language.js'

/** A mistake in the command line or in a file it names; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const STANDARD_INPUT = 0

/**
 * The bytes of a file: `file`, `@file`, or `-` for standard input.
 *
 * @throws {UsageError} when the file cannot be read.
 */
export function readFile(file: string, flag: string): Buffer {
  try {
    return readFileSync(file === '-' ? STANDARD_INPUT : file.replace(/^@/, ''))
  } catch (error) {
    const { message } = error as Error
    throw new UsageError(
      words(`${flag} ${file} cannot be read: ${message}`, `${flag} ${file} 无法读取：${message}`),
    )
  }
}

/**
 * The JSON of a flag: written as it is, in a file that is named `@file`, or `-` for standard input.
 *
 * @throws {UsageError} when it is no JSON, or the file cannot be read.
 */
export function readJson(given: string, flag: string): unknown {
  const isFile = given === '-' || given.startsWith('@')
  return parseUserJson(isFile ? readFile(given, flag).toString() : given, flag)
}

/**
 * Parses JSON that the user wrote.
 *
 * @param source the name of the text, such as `--json`
 * @throws {UsageError} when the text is no JSON.
 */
export function parseUserJson(text: string, source: string): unknown {
  const value = parseJson(text)
  if (value !== undefined) return value
  const line = lineOfJsonProblem(text)
  const place = line === undefined ? '' : `（第 ${line} 行）`
  throw new UsageError(words(describeJsonProblem(text, source), `${source} 不是 JSON${place}`))
}

/** Splits `name=value`; `undefined` when the text is no such pair. */
export function splitPair(text: string): readonly [name: string, value: string] | undefined {
  const at = text.indexOf('=')
  return at < 1 ? undefined : [text.slice(0, at), text.slice(at + 1)]
}

/** Reads `name=value` pairs; a name that comes more than once has a list. */
export function readPairs(texts: readonly string[], flag: string): Record<string, string | string[]> {
  const pairs: Record<string, string | string[]> = Object.create(null)
  for (const text of texts) {
    const pair = splitPair(text)
    if (!pair)
      throw new UsageError(words(`${flag} ${text}: must be name=value`, `${flag} ${text}：应写成 name=value`))
    const [name, value] = pair
    const before = pairs[name]
    pairs[name] = before === undefined ? value : [before, value].flat()
  }
  return { ...pairs }
}

/** The parser of a flag whose value is a number that is not negative. */
export function toNumber(text: string): number {
  const number = Number(text)
  if (text !== '' && Number.isFinite(number) && number >= 0) return number
  throw new InvalidArgumentError(words('It must be a number.', '必须是数字。'))
}
