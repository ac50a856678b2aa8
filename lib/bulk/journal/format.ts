import { createReadStream } from 'node:fs'
import { RequestError } from '../../index.js'

/** The state of a row: the sign that the last line about it begins with. */
export const ROW_STATE = {
  notSent: '<',
  /** The request is about to be sent or was sent; no outcome is written down yet. */
  inFlight: '>',
  acknowledged: '+',
  failed: '-',
  /** The request was sent, and nobody knows whether the API carried it out. */
  unknown: '?',
} as const

export type RowState = (typeof ROW_STATE)[keyof typeof ROW_STATE]

/** The first line of a journal: the job that it belongs to. Each part is compared by itself, so that an error can name it. */
export interface JournalHeader {
  readonly format: 'wechatpay-fluent bulk'
  readonly version: 1
  readonly endpoint: string
  readonly account: string
  readonly columns: string
  readonly constants: string
  readonly input: string
  /** The file of results, which belongs to the job. */
  readonly results?: string
}

/** A failed row as it is written down: all that the file of failed rows is made from. */
export interface FailureRecord {
  readonly code: string
  readonly message: string
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  /** The columns of the row, with the number that it was sent with. */
  readonly columns: Readonly<Record<string, unknown>>
}

/** A line of a journal after its header: the new state of rows that follow one another. */
export interface JournalLine {
  readonly state: RowState
  readonly first: number
  readonly last: number
  /** The length of the file of results once the result of this row is in it. */
  readonly end?: number
  readonly failure?: FailureRecord
}

const LINE = /^([><+\-?])(\d+)(?:-(\d+))?(?: (\d+))?(?: (\{.*\}))?$/
const LINE_FEED = 10

/** Writes `>17-48` (about to be sent), `<48` (not sent after all), `+17`, `-18 {…}` (failed) or `?19 {…}` (unknown). */
export function formatLine({ state, first, last, end, failure }: JournalLine): string {
  const range = first === last ? String(first) : `${first}-${last}`
  const result = end === undefined ? '' : ` ${end}`
  return `${state}${range}${result}${failure ? ` ${JSON.stringify(failure)}` : ''}\n`
}

function parseLine(text: string): JournalLine | undefined {
  const [, state, first, last = first, end, failure] = LINE.exec(text) ?? []
  if (state === undefined) return undefined
  return {
    state: state as RowState,
    first: Number(first),
    last: Number(last),
    ...(end !== undefined && { end: Number(end) }),
    ...(failure !== undefined && { failure: JSON.parse(failure) as FailureRecord }),
  }
}

/**
 * Reads a journal line by line, and returns its header and the length of its intact part. A last line that was cut short
 * when the process was killed, or zeros after a power failure, are not part of it.
 *
 * @throws {RequestError} when the file is something else, or damaged before its end.
 */
export async function readJournal(
  file: string,
  onLine: (line: JournalLine) => void,
): Promise<{ header: JournalHeader | undefined; length: number }> {
  let header: JournalHeader | undefined
  let length = 0
  let damagedAt: number | undefined
  for await (const { text, end } of linesOf(file)) {
    if (length === 0) header = parseHeader(text, file)
    else {
      const line = parseLine(text)
      if (line && damagedAt !== undefined) {
        throw new RequestError(
          `The journal ${file} is damaged at byte ${damagedAt}; it cannot be gone on with`,
        )
      }
      if (line) onLine(line)
      else damagedAt ??= length
    }
    if (damagedAt === undefined) length = end
  }
  return { header, length }
}

/** The whole lines of a file, each with the position of its end. */
async function* linesOf(file: string): AsyncGenerator<{ readonly text: string; readonly end: number }> {
  let rest: Buffer = Buffer.alloc(0)
  let position = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let at = rest.indexOf(LINE_FEED); at >= 0; at = rest.indexOf(LINE_FEED, start)) {
      yield { text: rest.toString('utf8', start, at), end: position + at + 1 }
      start = at + 1
    }
    position += start
    rest = rest.subarray(start)
  }
}

function parseHeader(text: string, file: string): JournalHeader {
  try {
    const header = JSON.parse(text) as JournalHeader
    if (header.format === 'wechatpay-fluent bulk' && header.version === 1) return header
  } catch {}
  throw new RequestError(`${file} is no journal of a bulk job: name another with the option 'journal'`)
}

/**
 * Numbers by row, 0 for a row that has none: a few bytes each, so that millions of rows take little memory. `set` sets the
 * number of all rows of a range, its last included.
 */
export function createRowNumbers(Numbers: typeof Uint8Array | typeof Uint32Array): {
  readonly get: (row: number) => number
  readonly set: (first: number, last: number, number: number) => void
} {
  let numbers = new Numbers(1 << 12)
  return {
    get: (row) => numbers[row] ?? 0,
    set(first, last, number) {
      if (last >= numbers.length) {
        const larger = new Numbers(Math.max(numbers.length * 2, last + 1))
        larger.set(numbers)
        numbers = larger
      }
      numbers.fill(number, first, last + 1)
    },
  }
}
