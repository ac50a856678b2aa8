import {
  areHeadings,
  BadRow,
  type BillFormat,
  type BillRow,
  type BillTable,
  createTable,
  isKnownHeading,
} from './columns.js'
import { type BadBillRow, badRow, notTheBill } from './errors.js'
import { fieldsOf, readFields, splitRecord } from './fields.js'
import { createMarkedRowReader, type MarkedRowReader } from './marked-rows.js'

const LINE_FEED = 10
const RETURN = 13
const BACKTICK = 96
/** The longest record that is read, so that memory and time stay bounded when a line, or a field, does not end. */
const RECORD_BYTES = 64 * 1024

type OnBadRow = (row: BadBillRow) => void

/**
 * Reads a bill: headings, rows, headings of the summary, summary.
 *
 * @param onBadRow is told of rows that cannot be read; without it the first of them is thrown
 * @returns rows as they come, those of a chunk together, and at the end the summary
 * @throws {VerificationError} code `ANSWER_INVALID` which names the line that is not one of a bill, or says that the summary is missing.
 */
export async function* parseBill(
  bytes: AsyncIterable<Buffer>,
  format: BillFormat,
  name: string,
  onBadRow?: OnBadRow,
): AsyncGenerator<readonly BillRow[], BillRow> {
  const reader = createLineReader(format, name, onBadRow)
  let rest: Buffer | undefined
  for await (const chunk of bytes) {
    let start = 0
    if (rest) {
      const end = chunk.indexOf(LINE_FEED)
      rest = Buffer.concat([rest, end < 0 ? chunk : chunk.subarray(0, end)])
      if (rest.length > RECORD_BYTES) throw notTheBill(name, 'it has a line without an end')
      if (end < 0) continue
      reader.readLine(rest, 0, rest.length)
      start = end + 1
    }
    for (let end = chunk.indexOf(LINE_FEED, start); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      reader.readLine(chunk, start, end)
      start = end + 1
    }
    rest = start < chunk.length ? chunk.subarray(start) : undefined
    const rows = reader.takeRows()
    if (rows.length > 0) yield rows
  }
  if (rest) reader.readLine(rest, 0, rest.length)
  const rows = reader.takeRows()
  if (rows.length > 0) yield rows
  return reader.summary()
}

interface LineReader {
  readonly readLine: (bytes: Buffer, start: number, end: number) => void
  /** The rows that have ended since the last call: a row ends where the next begins, because its texts may have line breaks. */
  readonly takeRows: () => readonly BillRow[]
  /** The summary, once all lines have been read. */
  readonly summary: () => BillRow
}

function createLineReader(format: BillFormat, name: string, onBadRow?: OnBadRow): LineReader {
  let table: BillTable | undefined
  let readMarkedRow: MarkedRowReader = () => undefined
  let summaryTable: BillTable | undefined
  let summary: BillRow | undefined
  let rows: BillRow[] = []
  let number = 0
  /** The row that has not ended yet, if its first line is a row of the documented form, and where that line is. */
  let row: BillRow | undefined
  let source: Buffer = Buffer.alloc(0)
  let from = 0
  let to = 0
  /** The row that has not ended yet as text, if it is of any other form, and the fields of its first line. */
  let text = ''
  let fields: readonly string[] | undefined
  /** Whether the row has all its fields, so that only the last of them may go on. */
  let isWhole = false
  /** The number of the line that the row begins with. */
  let first = 0
  /** Whether a field in quotes goes on in the next line. */
  let isOpen = false
  /** Whether the line above has fields in quotes: this one will have them too, and is not first read without. */
  let isQuotedAbove = false

  function refuse(why: string): never {
    throw notTheBill(name, `line ${number} ${why}`)
  }

  /** Passes on the row that has ended, or says that it cannot be read. */
  function endRow(): void {
    try {
      if (row) rows.push(row)
      else if (table && text !== '') rows.push(readFields(fields ?? fieldsOf(text, table.width), table))
    } catch (error) {
      if (!(error instanceof BadRow)) throw error
      const bad = { line: first, text, reason: isOpen ? 'has quotes that do not end' : error.message }
      if (!onBadRow) throw badRow(name, bad)
      onBadRow(bad)
    }
    row = undefined
    text = ''
    isOpen = false
  }

  /** Whether a line, which has the fields `own` when it is read by itself, belongs to the row above. */
  function goesOn(line: string, own: readonly string[] | undefined, { width }: BillTable): boolean {
    if (own && (own.length === width || beginsSummary(own, format))) return false
    if (isOpen) return true
    const isMarked = row !== undefined || text.startsWith('`')
    if (!isMarked) return false
    if (line.startsWith('`')) return !isWhole && !own
    if (line.trim() === '') return !isWhole
    // Below a whole row, an open quote begins a row of CSV.
    return !isWhole || own !== undefined
  }

  function readRowText(line: string, rowTable: BillTable): void {
    const own = splitRecord(line, rowTable.width)
    if (goesOn(line, own, rowTable)) {
      text = `${row ? source.toString('utf8', from, to) : text}\n${line}`
      row = undefined
      if (text.length > RECORD_BYTES) refuse('is of a row that does not end')
      fields = undefined
      if (!isWhole && /["`]/.test(line)) isWhole = splitRecord(text, rowTable.width) !== undefined
    } else {
      endRow()
      if (line.trim() === '') return
      if (!line.startsWith('`') && own && !isRow(own, rowTable, format)) {
        summaryTable = createTable(own, format.summary)
        return
      }
      first = number
      text = line
      fields = own
      isWhole = own !== undefined
    }
    isOpen = !isWhole && !text.startsWith('`')
  }

  function readText(line: string): void {
    isQuotedAbove = line.includes(',"')
    if (table && !summaryTable) readRowText(line, table)
    else if (line.trim() === '') return
    else if (!table) {
      const headings = splitRecord(line) ?? [line]
      if (!areHeadings(headings, format.rows))
        refuse(`has none of the headings of a bill: ${quote(headings)}`)
      table = createTable(headings, format.rows)
      readMarkedRow = createMarkedRowReader(table)
    } else if (summary) refuse('comes after the summary')
    else if (summaryTable) summary = readSummary(line, summaryTable)
  }

  function readSummary(line: string, table: BillTable): BillRow {
    try {
      return table.toRow(fieldsOf(line, table.width))
    } catch (error) {
      return refuse((error as BadRow).message)
    }
  }

  /** Reads a line of the documented form; `undefined` when it is of another, or not as its headings say. */
  function readMarked(bytes: Buffer, start: number, end: number): BillRow | undefined {
    try {
      return readMarkedRow(bytes, start, end)
    } catch (error) {
      if (!(error instanceof BadRow) || !table) throw error
      readMarkedRow = createMarkedRowReader(table)
      return undefined
    }
  }

  return {
    readLine(bytes, start, lineEnd) {
      number++
      const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd
      const isMarked = bytes[start] === BACKTICK && !isQuotedAbove && !isOpen && !summaryTable
      const next = isMarked ? readMarked(bytes, start, end) : undefined
      if (!next) {
        const line = bytes.toString('utf8', start, end)
        return readText(number === 1 ? line.replace(/^\uFEFF/, '') : line)
      }
      endRow()
      row = next
      isWhole = true
      source = bytes
      from = start
      to = end
      first = number
    },
    takeRows() {
      const taken = rows
      rows = []
      return taken
    },
    summary() {
      endRow()
      if (summary) return summary
      throw notTheBill(name, table ? `it ends with line ${number}, before its summary` : 'it is empty')
    },
  }
}

/** Whether a line is a row, and not the headings of the summary: those differ in number, or in the first of them. */
function isRow(fields: readonly string[], { width }: BillTable, { summary }: BillFormat): boolean {
  if (fields.length === width && !isKnownHeading(fields[0] as string, summary)) return true
  return !areHeadings(fields, summary)
}

/** Whether a line can only be the headings of the summary, and no line of a text. */
function beginsSummary(fields: readonly string[], { summary }: BillFormat): boolean {
  return fields.length > 1 && areHeadings(fields, summary)
}

const quote = (fields: readonly string[]): string => JSON.stringify(fields.join(',').slice(0, 60))
