import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RequestError } from '../index.js'
import type { InputFormat, Table } from './input.js'
import { measure } from './measure.js'
import { csvHeadings, readCsv } from './read-csv.js'
import { readJsonl } from './read-jsonl.js'
import { readXlsx, xlsxHeadings } from './read-xlsx.js'

/** Where rows come from: a file, `-` for standard input, or objects. */
export type BulkInput =
  | string
  | AsyncIterable<Readonly<Record<string, unknown>>>
  | Iterable<Readonly<Record<string, unknown>>>

const FORMATS: Readonly<Record<string, InputFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.xlsx': 'xlsx',
}

/** A table, and what takes away the copy that was made of it. */
export interface OpenTable extends Table {
  close(): Promise<void>
}

/**
 * Opens a table. What cannot be read twice is copied first, because a job has to be known before it begins: which
 * one it is, and whether all its rows are sound.
 *
 * @throws {RequestError} when there is nothing to read, or nobody knows how.
 */
export async function openTable(
  input: BulkInput,
  given: InputFormat | undefined,
  stdin: Readable,
): Promise<OpenTable> {
  if (typeof input === 'string' && input !== '-') {
    const file = resolve(input)
    if (!existsSync(file)) throw new RequestError(`There is no file ${file}`)
    return { ...(await tableOf(file, formatOf(file, given))), close: async () => {} }
  }
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-bulk-'))
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const file = join(folder, 'rows')
    const format = typeof input === 'string' ? (given ?? 'csv') : 'jsonl'
    if (typeof input === 'string') await pipeline(stdin, createWriteStream(file, { mode: 0o600 }))
    else await writeRows(input, file)
    return { ...(await tableOf(file, format)), close }
  } catch (error) {
    await close()
    throw error
  }
}

function formatOf(file: string, given: InputFormat | undefined): InputFormat {
  const format = given ?? FORMATS[extname(file).toLowerCase()]
  if (format) return format
  throw new RequestError(`${file}: its name does not say what it is; set the format to csv, jsonl or xlsx`)
}

async function tableOf(file: string, format: InputFormat): Promise<Table> {
  const { digest, lines, encoding } = await measure(file)
  if (format === 'xlsx') {
    const headings = await xlsxHeadings(file)
    return { headings, estimate: undefined, digest, file, rows: () => readXlsx(file) }
  }
  if (format === 'jsonl') {
    return { headings: undefined, estimate: lines, digest, file, rows: () => readJsonl(file) }
  }
  const headings = await csvHeadings(file, encoding)
  return { headings, estimate: Math.max(0, lines - 1), digest, file, rows: () => readCsv(file, encoding) }
}

async function writeRows(rows: Exclude<BulkInput, string>, file: string): Promise<void> {
  const out = createWriteStream(file, { mode: 0o600 })
  for await (const row of rows) {
    if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}
