import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import { FAILURE_PREFIX } from '../tables/headings.js'
import { type FailureRecord, ROW_STATE, readJournal } from './format.js'
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
  const { rows, headings, failuresOf } = await findFailures(journal)
  if (rows === 0) return { rows, codes }
  const draft = `${file}.new`
  const descriptor = openSync(draft, 'w', OWNER_ONLY)
  let text = BYTE_ORDER_MARK + csvLine([...headings, ...DETAILS.map((name) => FAILURE_PREFIX + name)])
  const seen = new Map<number, number>()
  await readJournal(journal, ({ first: row, failure }) => {
    const failures = failuresOf(row)
    if (!failure || failures === 0) return
    if (failures > 1) {
      const times = (seen.get(row) ?? 0) + 1
      seen.set(row, times)
      if (times < failures) return
    }
    const cells = [...headings].map((heading) => failure.columns[heading])
    text += csvLine([...cells, ...DETAILS.map((name) => failure[name])])
    codes[failure.code] = (codes[failure.code] ?? 0) + 1
    if (text.length < BUFFERED) return
    writeAll(descriptor, text)
    text = ''
  })
  writeAll(descriptor, text)
  closeSync(descriptor)
  if (overwrite || !existsSync(file)) renameSync(draft, file)
  else rmSync(draft)
  return { rows, codes }
}

interface Failures {
  /** The number of rows whose last outcome is a failure. */
  readonly rows: number
  /** The headings of all columns that failed rows have. */
  readonly headings: ReadonlySet<string>
  /** How often a row failed, the last time included; 0 when it succeeded in the end. */
  readonly failuresOf: (row: number) => number
}

async function findFailures(journal: string): Promise<Failures> {
  const headings = new Set<string>()
  let counts = new Uint16Array(1 << 12)
  let failed = new Uint8Array(1 << 12)
  await readJournal(journal, ({ state, first, last, failure }) => {
    if (last >= counts.length) {
      const size = Math.max(counts.length * 2, last + 1)
      counts = enlarged(counts, new Uint16Array(size))
      failed = enlarged(failed, new Uint8Array(size))
    }
    failed.fill(Number(state === ROW_STATE.failed || state === ROW_STATE.unknown), first, last + 1)
    if (!failure) return
    counts[first] = (counts[first] ?? 0) + 1
    for (const heading of Object.keys(failure.columns)) headings.add(heading)
  })
  const rows = failed.reduce((sum, each) => sum + each, 0)
  return { rows, headings, failuresOf: (row) => (failed[row] === 1 ? (counts[row] ?? 0) : 0) }
}

function enlarged<Numbers extends Uint8Array | Uint16Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from)
  return to
}

function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: unknown): string {
  if (cell === undefined || cell === null) return ''
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
