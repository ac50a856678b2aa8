import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { RequestError } from '../../index.js'
import type { Row } from '../engine.js'

/** The rows of a file with one JSON object a line. */
export async function* readJsonl(file: string): AsyncGenerator<Row> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  let line = 0
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    yield { number: ++number, columns: parse(line === 1 ? text.replace(/^\uFEFF/, '') : text, line) }
  }
}

function parse(text: string, line: number): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new RequestError(`Line ${line} of the input is no JSON: ${(error as Error).message}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new RequestError(`Line ${line} of the input is no JSON object`)
}
