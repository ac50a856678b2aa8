import type { BillFormat } from './columns.js'
import { loadRecordParser, type RecordParser } from './csv.js'
import { createFastReader } from './fast-rows.js'
import { type Cells, createLayout, type Layout } from './layout.js'
import { type BillName, notTheBill } from './trouble.js'

const LINE_FEED = 10
const RETURN = 13
const BACKTICK = 96
/** No line of a bill is longer, not even one broken by quotes. */
const LINE_BYTES = 1024 * 1024

/**
 * Reads a bill: headings, rows, headings of the summary, summary.
 *
 * @returns rows piece by piece as they come and, at the end, the summary
 * @throws {VerificationError} code `ANSWER_INVALID` saying which line is none of a bill, or that the summary is missing.
 */
export async function* parseBill(
  bytes: AsyncIterable<Buffer>,
  format: BillFormat,
  name: BillName,
): AsyncGenerator<readonly Cells[], Cells> {
  const reader = createReader(format, await loadRecordParser(), name)
  let rest: Buffer | undefined
  for await (const chunk of bytes) {
    const rows: Cells[] = []
    let start = 0
    if (rest) {
      const end = chunk.indexOf(LINE_FEED)
      rest = Buffer.concat([rest, end < 0 ? chunk : chunk.subarray(0, end + 1)])
      if (rest.length > LINE_BYTES) throw notTheBill(name, 'it has a line without an end')
      if (end < 0) continue
      reader.line(rest, 0, rest.length - 1, rows)
      start = end + 1
    }
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start)
      if (end < 0) break
      reader.line(chunk, start, end, rows)
      start = end + 1
    }
    rest = start < chunk.length ? chunk.subarray(start) : undefined
    if (rows.length > 0) yield rows
  }
  const rows: Cells[] = []
  if (rest) reader.line(rest, 0, rest.length, rows)
  if (rows.length > 0) yield rows
  return reader.summary()
}

interface Reader {
  /** Takes the line between two offsets, and adds the row it is, if it is one. */
  readonly line: (bytes: Buffer, start: number, end: number, rows: Cells[]) => void
  readonly summary: () => Cells
}

function createReader(format: BillFormat, parseRecord: RecordParser, name: BillName): Reader {
  let rowLayout: Layout | undefined
  let summaryLayout: Layout | undefined
  let summary: Cells | undefined
  let readFast: ReturnType<typeof createFastReader> | undefined
  let open = ''
  let number = 0

  function refuse(why: string): never {
    throw notTheBill(name, `line ${number} ${why}`)
  }

  function headings(cells: readonly string[], columns: BillFormat['rows']): Layout {
    const layout = createLayout(cells, columns)
    if (layout && layout.known > 0) return layout
    return refuse(`has none of the headings of a bill: ${JSON.stringify(cells.join(',').slice(0, 60))}`)
  }

  function fill(layout: Layout, cells: readonly string[]): Cells {
    if (cells.length !== layout.width) refuse(`has ${cells.length} fields under ${layout.width} headings`)
    const row = layout.blank()
    for (const [column, cell] of cells.entries()) layout.set(row, column, cell)
    return row
  }

  /** The fields of a line in any form: quoted, marked by back-ticks, or neither. `undefined`: it goes on. */
  function fieldsOf(text: string, width: number): readonly string[] | undefined {
    const parsed = parseRecord(text)
    if (parsed?.length === width) return parsed.map(unmarked)
    const marked = text.startsWith('`') ? text.slice(1).split(',`') : undefined
    return marked?.length === width ? marked : parsed?.map(unmarked)
  }

  function record(text: string, rows: Cells[]): boolean {
    const layout = summaryLayout ?? rowLayout
    const cells = layout
      ? fieldsOf(text, layout.width)
      : parseRecord(text.replace(/^\uFEFF/, ''))?.map(unmarked)
    if (!cells) return false
    if (!rowLayout) {
      rowLayout = headings(cells, format.rows)
      readFast = createFastReader(rowLayout)
    } else if (summary) refuse('comes after the summary')
    else if (summaryLayout) summary = fill(summaryLayout, cells)
    else if (!text.startsWith('`') && isSummary(cells)) summaryLayout = headings(cells, format.summary)
    else rows.push(fill(rowLayout, cells))
    return true
  }

  function isSummary(cells: readonly string[]): boolean {
    return (createLayout(cells, format.summary)?.known ?? 0) > 0
  }

  return {
    line(bytes, start, lineEnd, rows) {
      number++
      const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd
      if (bytes[start] === BACKTICK && readFast && !summaryLayout && open === '') {
        const row = readFast(bytes, start, end)
        if (row) {
          rows.push(row)
          return
        }
      }
      const text = bytes.toString('utf8', start, end)
      if (open === '' && text.trim() === '') return
      const whole = open === '' ? text : `${open}\n${text}`
      open = record(whole, rows) ? '' : whole
      if (open.length > LINE_BYTES) refuse('is in quotes that never end')
    },
    summary() {
      if (!rowLayout) throw notTheBill(name, 'it is empty')
      if (summary) return summary
      throw notTheBill(name, `it ends with line ${number}, before its summary`)
    },
  }
}

function unmarked(cell: string): string {
  return cell.startsWith('`') ? cell.slice(1) : cell
}
