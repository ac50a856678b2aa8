import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RequestError } from '../index.js'
import type { Row } from './engine.js'
import {
  type CsvEncoding,
  readCsv,
  readHeadings,
  readJsonl,
  readRows,
  readXlsx,
  type TableRecords,
} from './formats.js'

/** Where rows come from: a file, `-` for standard input, or objects. */
export type BulkInput =
  | string
  | AsyncIterable<Readonly<Record<string, unknown>>>
  | Iterable<Readonly<Record<string, unknown>>>

/** How rows are written down. */
export type InputFormat = 'csv' | 'jsonl' | 'xlsx'

/** A table whose rows can be read more than once. */
export interface Table {
  /** The headings; `undefined` where each row names its own. */
  readonly headings: readonly string[] | undefined
  /** The approximate number of rows; `undefined` when only reading them all would tell. */
  readonly estimate: number | undefined
  /** The SHA-256 of its content. */
  readonly digest: string
  rows(): AsyncGenerator<Row>
  /** Removes the copy that was made of an input which cannot be read twice. */
  close(): Promise<void>
}

const FORMAT_BY_EXTENSION: Readonly<Record<string, InputFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.xlsx': 'xlsx',
}
const LINE_FEED = 10

/**
 * Opens a table. An input that cannot be read twice is copied first, because the job's identity and all rows are checked
 * before anything is sent.
 *
 * @throws {RequestError} when there is no such file, or its format is not known.
 */
export async function openTable(
  input: BulkInput,
  format: InputFormat | undefined,
  stdin: Readable,
): Promise<Table> {
  if (typeof input === 'string' && input !== '-') {
    const file = resolve(input)
    if (!existsSync(file)) throw new RequestError(`There is no file ${file}`)
    return { ...(await readTable(file, format ?? formatOf(file))), close: async () => {} }
  }
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-bulk-'))
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const file = join(folder, 'rows')
    const isText = typeof input === 'string'
    await pipeline(isText ? stdin : jsonLines(input), createWriteStream(file, { mode: 0o600 }))
    return { ...(await readTable(file, isText ? (format ?? 'csv') : 'jsonl')), close }
  } catch (error) {
    await close()
    throw error
  }
}

function formatOf(file: string): InputFormat {
  const format = FORMAT_BY_EXTENSION[extname(file).toLowerCase()]
  if (format) return format
  throw new RequestError(`${file}: its name does not say what it is; set the format to csv, jsonl or xlsx`)
}

async function readTable(file: string, format: InputFormat): Promise<Omit<Table, 'close'>> {
  const { digest, lines, encoding } = await inspectFile(file)
  if (format === 'jsonl') {
    return { headings: undefined, estimate: lines, digest, rows: () => readJsonl(file) }
  }
  const records = (): TableRecords => (format === 'xlsx' ? readXlsx(file) : readCsv(file, encoding))
  const estimate = format === 'xlsx' ? undefined : Math.max(0, lines - 1)
  return { headings: await readHeadings(records()), estimate, digest, rows: () => readRows(records()) }
}

/** Reads a file once for its digest, the number of its lines, and its encoding if it is CSV. */
async function inspectFile(
  file: string,
): Promise<{ readonly digest: string; readonly lines: number; readonly encoding: CsvEncoding }> {
  const hash = createHash('sha256')
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decodes = (chunk?: Buffer): boolean => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined })
      return true
    } catch {
      return false
    }
  }
  let lines = 0
  let last = LINE_FEED
  let isUtf8 = true
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++
    last = chunk.at(-1) ?? last
    isUtf8 &&= decodes(chunk)
  }
  isUtf8 &&= decodes()
  if (last !== LINE_FEED) lines++
  return { digest: hash.digest('hex'), lines, encoding: isUtf8 ? 'utf-8' : 'gb18030' }
}

async function* jsonLines(rows: Exclude<BulkInput, string>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}
