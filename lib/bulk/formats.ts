import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline, Readable } from 'node:stream'
import { TextDecoderStream } from 'node:stream/web'
import type { CsvError } from 'csv-parse'
import { ConfigError, RequestError } from '../index.js'
import type { Row } from './engine.js'

/** The prefix of the columns that the file of failed rows adds; they are ignored when that file is run again. */
export const FAILURE_PREFIX = 'error.'

/**
 * A cell that a spreadsheet program takes for a formula, also by the wide signs of a Chinese keyboard. Apostrophes before it
 * make it text; each writing adds one, and each reading takes one away.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/

/** Writes a cell as text that no spreadsheet program calculates. */
export const escapeFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

function unescapeFormula(cell: unknown): unknown {
  return typeof cell === 'string' && cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell
}

/** The encodings that a CSV file may have: spreadsheet programs on a Chinese Windows still write GBK. */
export type CsvEncoding = 'utf-8' | 'gb18030'

/** The records of a table as they are read: the cells of one line. */
export type TableRecords = AsyncIterable<readonly unknown[]>

/** The records of a file of comma, tab or semicolon separated values. The parser is loaded with the first. */
export async function* readCsv(file: string, encoding: CsvEncoding): AsyncGenerator<readonly string[]> {
  const { parse, CsvError: ParserError } = await import('csv-parse')
  const delimiter = await delimiterOf(file)
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count_less: true,
    delimiter,
  })
  const bytes = createReadStream(file)
  const text =
    encoding === 'utf-8'
      ? bytes
      : Readable.fromWeb(Readable.toWeb(bytes).pipeThrough(new TextDecoderStream(encoding) as never) as never)
  // An error of any of the streams destroys the parser, so the loop throws it.
  pipeline(text, parser, () => {})
  try {
    for await (const record of parser as AsyncIterable<readonly string[]>) yield record
  } catch (error) {
    throw error instanceof ParserError ? csvProblem(error) : error
  } finally {
    bytes.destroy()
  }
}

const INNER_QUOTE =
  'a cell with a quotation mark in it stands in quotation marks, and its own is doubled: "5"" pipe"'

/** The reasons for which a file is no CSV, by the parser's code. The parser's own words may quote a cell. */
const CSV_PROBLEMS: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: INNER_QUOTE,
  CSV_INVALID_CLOSING_QUOTE: INNER_QUOTE,
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: INNER_QUOTE,
  CSV_QUOTE_NOT_CLOSED: 'the file ends within a cell that a quotation mark began',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'the row has more cells than there are columns',
}

function csvProblem({ code, lines, column, message }: CsvError): RequestError {
  // The parser counts the cells of a row that has too many, and names none.
  const place = code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH' ? '' : `, column ${Number(column) + 1}`
  return new RequestError(
    `The input is no sound CSV at line ${lines}${place}: ${CSV_PROBLEMS[code] ?? message}`,
  )
}

/** The delimiter that the first line has: a comma before a tab before a semicolon. */
async function delimiterOf(file: string): Promise<string> {
  let first = ''
  for await (const chunk of createReadStream(file, { encoding: 'latin1', end: 65_535 })) first += chunk
  const [line = ''] = first.split('\n')
  return [',', '\t', ';'].find((delimiter) => line.includes(delimiter)) ?? ','
}

/** The records of the first sheet of a workbook, empty ones left out. */
export async function* readXlsx(file: string): AsyncGenerator<readonly unknown[]> {
  // The package is an optional peer dependency: most users have no spreadsheets to read.
  const { streamXlsxRows } = await import('hucre/xlsx').catch((cause: unknown) => {
    const message = 'Reading .xlsx takes the package hucre: npm install hucre (or save the sheet as CSV)'
    throw new ConfigError(message, { cause })
  })
  const bytes = Readable.toWeb(createReadStream(file)) as never
  try {
    for await (const { values } of streamXlsxRows(bytes) as AsyncIterable<{ values: readonly unknown[] }>) {
      if (values.every((cell) => cell === null || cell === undefined || cell === '')) continue
      yield values.map((cell) => (typeof cell === 'string' ? cell.trim() : cell))
    }
  } catch (cause) {
    throw new RequestError(`The input is no sound workbook: ${(cause as Error).message}`, { cause })
  }
}

/** The rows of a file with one JSON object a line. */
export async function* readJsonl(file: string): AsyncGenerator<Row> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  let line = 0
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    yield { number: ++number, columns: parseLine(line === 1 ? text.replace(/^\uFEFF/, '') : text, line) }
  }
}

function parseLine(text: string, line: number): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new RequestError(`Line ${line} of the input is no JSON: ${(error as Error).message}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new RequestError(`Line ${line} of the input is no JSON object`)
}

/** The first record of a table, as the names of its columns; the name of an ignored column is empty. */
export async function readHeadings(records: TableRecords): Promise<readonly string[]> {
  for await (const cells of records) return headingsOf(cells)
  throw new RequestError('The input is empty: its first line has to name the columns')
}

/** The rows below the first record. */
export async function* readRows(records: TableRecords): AsyncGenerator<Row> {
  let headings: readonly string[] | undefined
  let number = 0
  for await (const cells of records) {
    if (!headings) {
      headings = headingsOf(cells)
      continue
    }
    const columns = headings.map((heading, index) => [heading, unescapeFormula(cells[index]) ?? ''] as const)
    yield { number: ++number, columns: Object.fromEntries(columns.filter(([heading]) => heading !== '')) }
  }
}

/** @throws {RequestError} when two columns have the same name. */
function headingsOf(cells: readonly unknown[]): readonly string[] {
  const headings = cells.map((cell) => String(unescapeFormula(cell) ?? '').trim())
  const twice = headings.find((heading, index) => heading !== '' && headings.indexOf(heading) !== index)
  if (twice !== undefined) throw new RequestError(`Two columns are called '${twice}': rename one of them`)
  return headings.map((heading) => (heading.startsWith(FAILURE_PREFIX) ? '' : heading))
}
