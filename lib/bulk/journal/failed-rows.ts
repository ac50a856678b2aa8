import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import { escapeFormula, FAILURE_PREFIX } from '../formats.js'
import { createRowNumbers, type FailureRecord, readJournal } from './format.js'
import { OWNER_ONLY, writeAll } from './writer.js'

/** The number of rows that failed, also by code. */
export interface FailedRows {
  readonly rows: number
  readonly codes: Readonly<Record<string, number>>
}

const BUFFERED = 1 << 16
const DETAILS = ['code', 'message', 'field', 'requestId'] as const satisfies readonly (keyof FailureRecord)[]
/** The mark without which spreadsheet programs do not take a file for UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF'

/**
 * Writes the rows that failed as CSV, with their own columns and the reason, ready to be corrected and run again. The
 * number that a row was sent with is one of the columns, so that the API recognises the request.
 *
 * @param overwrite whether a file that exists is replaced
 */
export async function writeFailedRows(
  journal: string,
  file: string,
  overwrite: boolean,
): Promise<FailedRows> {
  const codes: Record<string, number> = {}
  const { headings, lastLineOf } = await findFailures(journal)
  const draft = `${file}.new`
  // What a killed process left is no draft of this one, and a link would lead elsewhere.
  rmSync(draft, { force: true })
  const descriptor = openSync(draft, 'wx', OWNER_ONLY)
  let text = BYTE_ORDER_MARK + csvLine([...headings, ...DETAILS.map((name) => FAILURE_PREFIX + name)])
  let rows = 0
  let line = 0
  await readJournal(journal, ({ first: row, failure }) => {
    line++
    if (!failure || lastLineOf(row) !== line) return
    const cells = [...headings].map((heading) => failure.columns[heading])
    text += csvLine([...cells, ...DETAILS.map((name) => failure[name])])
    codes[failure.code] = (codes[failure.code] ?? 0) + 1
    rows++
    if (text.length < BUFFERED) return
    writeAll(descriptor, text)
    text = ''
  })
  writeAll(descriptor, text)
  closeSync(descriptor)
  if (rows > 0 && (overwrite || !existsSync(file))) renameSync(draft, file)
  else rmSync(draft)
  return { rows, codes }
}

/** Finds the headings of all columns that failed rows have, and the number of the last line about a row. */
async function findFailures(
  journal: string,
): Promise<{ readonly headings: ReadonlySet<string>; readonly lastLineOf: (row: number) => number }> {
  const headings = new Set<string>()
  const lastLines = createRowNumbers(Uint32Array)
  let line = 0
  await readJournal(journal, ({ first, last, failure }) => {
    line++
    lastLines.set(first, last, line)
    for (const heading of Object.keys(failure?.columns ?? {})) headings.add(heading)
  })
  return { headings, lastLineOf: lastLines.get }
}

function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: unknown): string {
  if (cell === undefined || cell === null) return ''
  const text = escapeFormula(typeof cell === 'object' ? JSON.stringify(cell) : String(cell))
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
