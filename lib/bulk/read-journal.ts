import { createReadStream } from 'node:fs'
import { RequestError } from '../index.js'
import { type JournalLine, readLine } from './journal-lines.js'

const LINE_FEED = 10

/** What a journal says of its job; every part has a name to complain of. */
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

/** A whole line, and where it ends in the file. */
interface Line {
  readonly text: string
  readonly end: number
}

/**
 * Reads a journal, line by line; gives its header and the length of what is sound. A last line that was torn
 * when its writer was killed, or zeros after a loss of power, do not count.
 *
 * @throws {RequestError} when the file is something else, or damaged in its middle.
 */
export async function readJournal(
  file: string,
  visit: (line: JournalLine) => void,
): Promise<{ header: JournalHeader | undefined; length: number }> {
  let header: JournalHeader | undefined
  let length = 0
  let damagedAt: number | undefined
  for await (const { text, end } of linesOf(file)) {
    if (length === 0) header = parseHeader(text, file)
    else {
      const line = readLine(text)
      if (line && damagedAt !== undefined) {
        throw new RequestError(
          `The journal ${file} is damaged at byte ${damagedAt}; it cannot be gone on with`,
        )
      }
      if (line) visit(line)
      else damagedAt ??= length
    }
    if (damagedAt === undefined) length = end
  }
  return { header, length }
}

async function* linesOf(file: string): AsyncGenerator<Line> {
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
