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

/** The most lines of a record; its texts have some hundred characters, and each line may be one in which it ends. */
const RECORD_LINES = 1_000

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
  const reader = new LineReader(format, name, onBadRow)
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

/** Reads a bill line by line. A row ends where the next begins, because its texts may have line breaks. */
class LineReader {
  readonly #format: BillFormat
  readonly #name: string
  readonly #onBadRow: OnBadRow | undefined
  #table: BillTable | undefined
  #readMarkedRow: MarkedRowReader = () => undefined
  #summaryTable: BillTable | undefined
  #summary: BillRow | undefined
  #rows: BillRow[] = []
  #number = 0
  /** The row that has not ended yet, if its first line is a row of the documented form, and where that line is. */
  #row: BillRow | undefined
  #source: Buffer = Buffer.alloc(0)
  #from = 0
  #to = 0
  /** The row that has not ended yet as text, if it is of any other form, and the fields of its only line. */
  #text = ''
  #fields: readonly string[] | undefined
  /** Whether the row has all its fields, so that only the last of them may go on. */
  #isWhole = false
  /** The number of the line that the row begins with. */
  #first = 0
  /** Whether a field in quotes goes on in the next line. */
  #isOpen = false
  /** Whether the line above has fields in quotes: this one will have them too, and is not first read without. */
  #isQuotedAbove = false

  constructor(format: BillFormat, name: string, onBadRow: OnBadRow | undefined) {
    this.#format = format
    this.#name = name
    this.#onBadRow = onBadRow
  }

  readLine(bytes: Buffer, start: number, lineEnd: number): void {
    this.#number++
    const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd
    const isMarked = bytes[start] === BACKTICK && !this.#isQuotedAbove && !this.#isOpen && !this.#summaryTable
    const row = isMarked ? this.#readMarked(bytes, start, end) : undefined
    if (!row) {
      const line = bytes.toString('utf8', start, end)
      this.#readText(this.#number === 1 ? line.replace(/^\uFEFF/, '') : line)
      return
    }
    if (this.#row) this.#rows.push(this.#row)
    else this.#endRow()
    this.#row = row
    this.#source = bytes
    this.#from = start
    this.#to = end
    this.#first = this.#number
    this.#isWhole = true
  }

  /** The rows that have ended since the last call. */
  takeRows(): readonly BillRow[] {
    const taken = this.#rows
    this.#rows = []
    return taken
  }

  /** The summary, once all lines have been read. */
  summary(): BillRow {
    this.#endRow()
    if (this.#summary) return this.#summary
    const why = this.#table ? `it ends with line ${this.#number}, before its summary` : 'it is empty'
    throw notTheBill(this.#name, why)
  }

  /** Reads a line of the documented form; `undefined` when it is of another, or not as its headings say. */
  #readMarked(bytes: Buffer, start: number, end: number): BillRow | undefined {
    try {
      return this.#readMarkedRow(bytes, start, end)
    } catch (error) {
      if (!(error instanceof BadRow) || !this.#table) throw error
      this.#readMarkedRow = createMarkedRowReader(this.#table)
      return undefined
    }
  }

  #readText(line: string): void {
    this.#isQuotedAbove = line.includes(',"')
    if (this.#table && !this.#summaryTable) this.#readRowText(line, this.#table)
    else if (line.trim() === '') return
    else if (!this.#table) this.#readHeadings(splitRecord(line) ?? [line])
    else if (this.#summary) this.#refuse('comes after the summary')
    else if (this.#summaryTable) this.#summary = this.#readSummary(line, this.#summaryTable)
  }

  #readHeadings(headings: readonly string[]): void {
    if (!areHeadings(headings, this.#format.rows)) {
      if (headings[0]?.startsWith('PK\u0003\u0004'))
        this.#refuse('is that of a ZIP archive: give the file in it')
      this.#refuse(`has none of the headings of a bill: ${JSON.stringify(headings.join(',').slice(0, 60))}`)
    }
    this.#table = createTable(headings, this.#format.rows)
    this.#readMarkedRow = createMarkedRowReader(this.#table)
  }

  #readRowText(line: string, table: BillTable): void {
    const own = splitRecord(line, table.width)
    if (this.#goesOn(line, own, table)) {
      const above = this.#row ? this.#source.toString('utf8', this.#from, this.#to) : this.#text
      this.#row = undefined
      this.#text = `${above}\n${line}`
      this.#fields = undefined
      const isEndless = this.#text.length > RECORD_BYTES || this.#number - this.#first > RECORD_LINES
      if (isEndless) this.#refuse('is of a row that does not end')
      if (!this.#isWhole && /["`]/.test(line)) {
        this.#isWhole = splitRecord(this.#text, table.width) !== undefined
      }
    } else {
      this.#endRow()
      if (line.trim() === '') return
      if (!line.startsWith('`') && own && !isRow(own, table, this.#format)) {
        this.#summaryTable = createTable(own, this.#format.summary)
        return
      }
      this.#first = this.#number
      this.#text = line
      this.#fields = own
      this.#isWhole = own !== undefined
    }
    this.#isOpen = !this.#isWhole && !this.#text.startsWith('`')
  }

  /** Whether a line, which has the fields `own` when it is read by itself, belongs to the row above. */
  #goesOn(line: string, own: readonly string[] | undefined, { width }: BillTable): boolean {
    if (own && (own.length === width || beginsSummary(own, this.#format))) return false
    if (this.#isOpen) return true
    const isMarked = this.#row !== undefined || this.#text.startsWith('`')
    if (!isMarked) return false
    if (line.startsWith('`')) return !this.#isWhole && !own
    if (line.trim() === '') return !this.#isWhole
    // Below a whole row, an open quote begins a row of CSV.
    return !this.#isWhole || own !== undefined
  }

  /** Passes on the row that has ended, or says that it cannot be read. */
  #endRow(): void {
    const text = this.#text
    try {
      if (this.#row) this.#rows.push(this.#row)
      else if (this.#table && text !== '') {
        this.#rows.push(readFields(this.#fields ?? fieldsOf(text, this.#table.width), this.#table))
      }
    } catch (error) {
      if (!(error instanceof BadRow)) throw error
      const reason = this.#isOpen ? 'has quotes that do not end' : error.message
      const bad = { line: this.#first, text, reason }
      if (!this.#onBadRow) throw badRow(this.#name, bad)
      this.#onBadRow(bad)
    }
    this.#row = undefined
    this.#text = ''
    this.#isOpen = false
  }

  #readSummary(line: string, table: BillTable): BillRow {
    try {
      return table.toRow(fieldsOf(line, table.width))
    } catch (error) {
      return this.#refuse((error as BadRow).message)
    }
  }

  #refuse(why: string): never {
    throw notTheBill(this.#name, `line ${this.#number} ${why}`)
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
