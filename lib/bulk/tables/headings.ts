import { RequestError } from '../../index.js'
import type { Row } from '../engine.js'

/** The prefix of the columns that the file of failed rows adds; they are ignored when that file is run again. */
export const FAILURE_PREFIX = 'error.'

/** The records of a table as they are read: the cells of one line. */
export type TableRecords = AsyncIterable<readonly unknown[]>

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
    if (!headings) headings = headingsOf(cells)
    else yield { number: ++number, columns: columnsOf(headings, cells) }
  }
}

/** @throws {RequestError} when two columns have the same name. */
function headingsOf(cells: readonly unknown[]): readonly string[] {
  const headings = cells.map((cell) => String(cell ?? '').trim())
  const twice = headings.find((heading, index) => heading !== '' && headings.indexOf(heading) !== index)
  if (twice !== undefined) throw new RequestError(`Two columns are called '${twice}': rename one of them`)
  return headings.map((heading) => (heading.startsWith(FAILURE_PREFIX) ? '' : heading))
}

function columnsOf(headings: readonly string[], cells: readonly unknown[]): Record<string, unknown> {
  const columns: Record<string, unknown> = {}
  for (const [index, heading] of headings.entries()) {
    if (heading !== '') columns[heading] = cells[index] ?? ''
  }
  return columns
}
