import type { BillRow, BillTable } from './columns.js'

const QUOTE = 34
const BACKTICK = 96
const SEPARATOR = ',`'

/**
 * The fields of a record of a bill. In the documented form each begins with a backtick, and a comma or a quote inside of
 * one has no meaning. Programs that have saved a bill again leave fields in quotes, or without a backtick; such a record
 * is CSV (RFC 4180).
 *
 * @param width the number of headings, where they are known: it tells which of the two forms a record has
 * @returns `undefined` when a field goes on in the next line
 */
export function splitRecord(record: string, width?: number): readonly string[] | undefined {
  const fields = splitCsv(record)
  if (width === undefined || fields?.length === width || !record.startsWith('`')) return fields
  const marked = markedFields(record)
  return marked.length < width ? undefined : marked
}

/** The fields of a record that has ended, however many they are; none when a quote is still open. */
export function fieldsOf(record: string, width: number): readonly string[] {
  return splitRecord(record, width) ?? (record.startsWith('`') ? markedFields(record) : [])
}

const markedFields = (record: string): readonly string[] => record.slice(1).split(SEPARATOR)

/**
 * Makes a row of the fields of a record. Where there are too many, the separator stands inside of a text that people
 * write; none is taken to begin or end with one, and only one row may come out that has all amounts in their columns.
 *
 * @throws {BadRow} saying what is wrong.
 */
export function readFields(fields: readonly string[], table: BillTable): BillRow {
  const extra = fields.length - table.width
  if (extra <= 0) return table.toRow(fields)
  const rows = table.freeTexts.flatMap((column) => {
    const text = fields.slice(column, column + extra + 1)
    if (text[0] === '' || text.at(-1) === '') return []
    const joined = [...fields.slice(0, column), text.join(SEPARATOR), ...fields.slice(column + extra + 1)]
    try {
      return [table.toRow(joined)]
    } catch {
      return []
    }
  })
  const [row, another] = rows
  return row && !another ? row : table.toRow(fields)
}

/** The fields of a line of CSV. One with text after its closing quote is not in quotes: they are part of it. */
function splitCsv(line: string): readonly string[] | undefined {
  const fields: string[] = []
  let end = -1
  while (end < line.length) {
    const start = end + 1
    const isQuoted = line.charCodeAt(start) === QUOTE
    const closing = isQuoted ? closingQuote(line, start + 1) : start
    if (closing < 0) return undefined
    const comma = line.indexOf(',', closing)
    end = comma < 0 ? line.length : comma
    if (!isQuoted) fields.push(withoutBacktick(line, start, end))
    else if (closing === end - 1) fields.push(textOf(line, start + 1, closing))
    else fields.push(line.slice(start, end))
  }
  return fields
}

/** The place of the quote that ends a field; -1 when there is none. A quote inside of the field is written twice. */
function closingQuote(line: string, start: number): number {
  let at = line.indexOf('"', start)
  while (at >= 0 && line.charCodeAt(at + 1) === QUOTE) at = line.indexOf('"', at + 2)
  return at
}

function textOf(line: string, start: number, closing: number): string {
  const text = withoutBacktick(line, start, closing)
  return text.includes('"') ? text.replaceAll('""', '"') : text
}

function withoutBacktick(line: string, start: number, end: number): string {
  return line.slice(line.charCodeAt(start) === BACKTICK ? start + 1 : start, end)
}
