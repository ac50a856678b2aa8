import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { RequestError } from '../../index.js'
import { isPlainObject } from '../../plain-object.js'

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

/** The most rows that a line may stand for, and the highest number of a row: they bound what reading a journal costs. */
export const MAX_RANGE = 10_000
export const MAX_ROWS = 100_000_000
/** The length in bytes from which a line is none: a row is never that long. */
const MAX_LINE: number = 64 * 1024 * 1024

// Zeros are what a loss of power leaves of a line, so a line that holds one was cut short.
const LINE = /^([><+\-?])(\d+)(?:-(\d+))?(?: (\d+))?(?: (\{[^\0]*\}))?$/
const LINE_FEED = 10

/** Writes `>17-48` (about to be sent), `<48` (not sent after all), `+17`, `-18 {…}` (failed) or `?19 {…}` (unknown). */
export function formatLine({ state, first, last, end, failure }: JournalLine): string {
  const range = first === last ? String(first) : `${first}-${last}`
  const result = end === undefined ? '' : ` ${end}`
  return `${state}${range}${result}${failure ? ` ${JSON.stringify(failure)}` : ''}\n`
}

/** Parses a line: `undefined` when it has another form, which an end that was cut short has; `damaged` when it says what no run writes. */
function parseLine(text: string): JournalLine | 'damaged' | undefined {
  const [, state, first, last = first, end, failure] = LINE.exec(text) ?? []
  if (state === undefined) return undefined
  const line = {
    state: state as RowState,
    first: Number(first),
    last: Number(last),
    ...(end !== undefined && { end: Number(end) }),
    ...(failure !== undefined && { failure: parseFailure(failure) as FailureRecord }),
  }
  const rows = line.last - line.first + 1
  const isPossible =
    line.first > 0 &&
    rows > 0 &&
    rows <= MAX_RANGE &&
    line.last <= MAX_ROWS &&
    Number.isSafeInteger(line.end ?? 0)
  return isPossible && (failure === undefined || line.failure) ? line : 'damaged'
}

function parseFailure(text: string): FailureRecord | undefined {
  try {
    const failure = JSON.parse(text) as FailureRecord
    const isRecord = typeof failure.code === 'string' && isPlainObject(failure.columns)
    return isRecord ? failure : undefined
  } catch {
    return undefined
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
  for await (const { text, start, end } of linesOf(file)) {
    if (start === 0) {
      header = parseHeader(text, file)
      length = end
      continue
    }
    const line = parseLine(text)
    if (line === undefined) damagedAt ??= start
    else if (line === 'damaged' || damagedAt !== undefined) {
      throw damagedJournal(file, damagedAt ?? start)
    } else {
      onLine(line)
      length = end
    }
  }
  if (!header) assertBegun(file)
  return { header, length }
}

const FIRST_BYTES = '{"format":"wechatpay-fluent bulk"'

/** Makes sure that a file without a whole line is a journal whose beginning was cut short, and not a file of the user's. */
function assertBegun(file: string): void {
  const head = Buffer.alloc(FIRST_BYTES.length)
  const descriptor = openSync(file, 'r')
  const length = readSync(descriptor, head)
  closeSync(descriptor)
  const text = head.toString('latin1', 0, length)
  if (!FIRST_BYTES.startsWith(text) && !/^\0*$/.test(text)) throw noJournal(file)
}

const noJournal = (file: string): RequestError =>
  new RequestError(`${file} is no journal of a bulk job: name another with the option 'journal'`)

const damagedJournal = (file: string, at: number): RequestError =>
  new RequestError(`The journal ${file} is damaged at byte ${at}; it cannot be gone on with`)

interface FileLine {
  readonly text: string
  /** The position of its first byte, and of the first behind it. */
  readonly start: number
  readonly end: number
}

/** The whole lines of a file. */
async function* linesOf(file: string): AsyncGenerator<FileLine> {
  /** The pieces of the line that has no end yet. */
  let pieces: Buffer[] = []
  let start = 0
  let end = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      const last = chunk.subarray(from, at)
      end += last.length + 1
      yield { text: (pieces.length === 0 ? last : Buffer.concat([...pieces, last])).toString(), start, end }
      pieces = []
      start = end
      from = at + 1
    }
    pieces.push(chunk.subarray(from))
    end += chunk.length - from
    if (end - start > MAX_LINE) throw damagedJournal(file, start)
  }
}

function parseHeader(text: string, file: string): JournalHeader {
  try {
    const header = JSON.parse(text) as JournalHeader
    if (header.format === 'wechatpay-fluent bulk' && header.version === 1) return header
  } catch {}
  throw noJournal(file)
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
