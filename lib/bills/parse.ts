import {
  areHeadings,
  type BillFormat,
  type BillRow,
  type BillTable,
  createTable,
  isKnownHeading,
} from './columns.js'
import { type BillName, notTheBill } from './errors.js'
import { splitLine } from './fields.js'
import { createMarkedRowReader, type MarkedRowReader } from './marked-rows.js'

const LINE_FEED = 10
const RETURN = 13
const BACKTICK = 96
/** The longest record that is read, so that memory stays bounded when a line, or a field in quotes, does not end. */
const RECORD_BYTES = 1024 * 1024

/**
 * Reads a bill: headings, rows, headings of the summary, summary.
 *
 * @returns rows as they come, those of a chunk together, and at the end the summary
 * @throws {VerificationError} code `ANSWER_INVALID` which names the line that is not one of a bill, or says that the summary is missing.
 */
export async function* parseBill(
  bytes: AsyncIterable<Buffer>,
  format: BillFormat,
  name: BillName,
): AsyncGenerator<readonly BillRow[], BillRow> {
  const reader = createLineReader(format, name)
  let rest: Buffer | undefined
  for await (const chunk of bytes) {
    const rows: BillRow[] = []
    const read = (lines: Buffer, from: number, end: number): void => {
      const row = reader.readLine(lines, from, end)
      if (row) rows.push(row)
    }
    let start = 0
    if (rest) {
      const end = chunk.indexOf(LINE_FEED)
      rest = Buffer.concat([rest, end < 0 ? chunk : chunk.subarray(0, end)])
      if (rest.length > RECORD_BYTES) throw notTheBill(name, 'it has a line without an end')
      if (end < 0) continue
      read(rest, 0, rest.length)
      start = end + 1
    }
    for (let end = chunk.indexOf(LINE_FEED, start); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      read(chunk, start, end)
      start = end + 1
    }
    rest = start < chunk.length ? chunk.subarray(start) : undefined
    if (rows.length > 0) yield rows
  }
  const row = rest && reader.readLine(rest, 0, rest.length)
  if (row) yield [row]
  return reader.summary()
}

interface LineReader {
  /** Reads the next line, and gives the row that ends with it, if one does. */
  readonly readLine: (bytes: Buffer, start: number, end: number) => BillRow | undefined
  /** The summary, once all lines have been read. */
  readonly summary: () => BillRow
}

function createLineReader(format: BillFormat, name: BillName): LineReader {
  let rowTable: BillTable | undefined
  let readMarkedRow: MarkedRowReader | undefined
  let summaryTable: BillTable | undefined
  let summary: BillRow | undefined
  /** The lines of a record so far, while one of its fields in quotes goes on in the next line. */
  let unfinished = ''
  /** Whether the line above has fields in quotes: this one will have them too, and is not first read without. */
  let isQuotedAbove = false
  let number = 0

  function refuse(why: string): never {
    throw notTheBill(name, `line ${number} ${why}`)
  }

  function toRow(fields: readonly string[], table: BillTable): BillRow {
    if (fields.length === table.width) return table.toRow(fields)
    return refuse(`has ${fields.length} fields under ${table.width} headings`)
  }

  function readRecord(fields: readonly string[], isMarked: boolean): BillRow | undefined {
    if (!rowTable) {
      if (!areHeadings(fields, format.rows)) refuse(`has none of the headings of a bill: ${quote(fields)}`)
      rowTable = createTable(fields, format.rows)
      readMarkedRow = createMarkedRowReader(rowTable)
    } else if (summary) refuse('comes after the summary')
    else if (summaryTable) summary = toRow(fields, summaryTable)
    else if (isMarked || isRow(fields, rowTable, format)) return toRow(fields, rowTable)
    else {
      summaryTable = createTable(fields, format.summary)
      readMarkedRow = undefined
    }
    return undefined
  }

  return {
    readLine(bytes, start, lineEnd) {
      number++
      const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd
      const isMarked = unfinished === '' && bytes[start] === BACKTICK
      const row = isMarked && !isQuotedAbove ? readMarkedRow?.(bytes, start, end) : undefined
      if (row) return row
      const text = bytes.toString('utf8', start, end)
      const line = number === 1 ? text.replace(/^\uFEFF/, '') : text
      isQuotedAbove = line.includes(',"')
      if (unfinished === '' && line.trim() === '') return undefined
      const record = unfinished === '' ? line : `${unfinished}\n${line}`
      const goesOn = unfinished !== '' && !line.includes('"')
      const fields = goesOn ? undefined : splitLine(record, (summaryTable ?? rowTable)?.width)
      unfinished = fields ? '' : record
      if (unfinished.length > RECORD_BYTES) refuse('is in quotes that never end')
      return fields && readRecord(fields, record.startsWith('`'))
    },
    summary() {
      if (summary) return summary
      throw notTheBill(name, rowTable ? `it ends with line ${number}, before its summary` : 'it is empty')
    },
  }
}

/** Whether a line is a row, and not the headings of the summary: those differ in number, or in the first of them. */
function isRow(fields: readonly string[], { width }: BillTable, { summary }: BillFormat): boolean {
  if (fields.length === width && !isKnownHeading(fields[0] as string, summary)) return true
  return !areHeadings(fields, summary)
}

const quote = (fields: readonly string[]): string => JSON.stringify(fields.join(',').slice(0, 60))
