import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import { FAILURE_PREFIX } from './headings.js'
import { OWNER_ONLY, writeAll } from './journal-files.js'
import type { FailureRecord } from './journal-lines.js'
import { readJournal } from './read-journal.js'
import { FAILED, OPEN } from './row-states.js'

/**
 * Writes the rows that failed, with their columns as they were and why, ready to be put right and run again: the
 * number that a row was sent with goes along, so that the API knows it again. Returns how many there are, by code.
 *
 * @param isNews whether there is anything to write that a file which is there already does not have
 */
export async function writeFailedRows(journal: string, file: string, isNews = true): Promise<FailedRows> {
  const codes: Record<string, number> = {}
  const latest = await latestFailures(journal)
  if (latest.rows === 0) return { rows: 0, codes }
  const draft = `${file}.new`
  const descriptor = openSync(draft, 'w', OWNER_ONLY)
  // A spreadsheet takes it for UTF-8 only with this mark.
  let text = `\uFEFF${toLine([...latest.headings, ...DETAILS.map((name) => FAILURE_PREFIX + name)])}`
  const seen = new Map<number, number>()
  await readJournal(journal, ({ first, failure }) => {
    const count = latest.count(first)
    if (!failure || count === 0) return
    if (count > 1) {
      const times = (seen.get(first) ?? 0) + 1
      seen.set(first, times)
      if (times < count) return
    }
    const cells = [...latest.headings].map((heading) => failure.columns[heading])
    text += toLine([...cells, ...DETAILS.map((name) => failure[name])])
    codes[failure.code] = (codes[failure.code] ?? 0) + 1
    if (text.length < WRITTEN_AT_ONCE) return
    writeAll(descriptor, text)
    text = ''
  })
  writeAll(descriptor, text)
  closeSync(descriptor)
  if (isNews || !existsSync(file)) renameSync(draft, file)
  else rmSync(draft)
  return { rows: latest.rows, codes }
}

/** How many rows have failed, and of what. */
export interface FailedRows {
  readonly rows: number
  readonly codes: Readonly<Record<string, number>>
}

const WRITTEN_AT_ONCE = 1 << 16
const DETAILS = ['code', 'message', 'field', 'requestId'] as const satisfies readonly (keyof FailureRecord)[]

interface LatestFailures {
  readonly headings: ReadonlySet<string>
  readonly rows: number
  /** How often a row failed, the last time included; 0 when it did not in the end. */
  count(row: number): number
}

async function latestFailures(journal: string): Promise<LatestFailures> {
  const headings = new Set<string>()
  let counts = new Uint16Array(1 << 12)
  let failed = new Uint8Array(1 << 12)
  await readJournal(journal, ({ state, first, last, failure }) => {
    if (last >= counts.length) {
      counts = grown(counts, new Uint16Array(Math.max(counts.length * 2, last + 1)))
      failed = grown(failed, new Uint8Array(counts.length))
    }
    for (let row = first; row <= last; row++) failed[row] = state === FAILED || state === OPEN ? 1 : 0
    if (!failure) return
    counts[first] = (counts[first] ?? 0) + 1
    for (const heading of Object.keys(failure.columns)) headings.add(heading)
  })
  let rows = 0
  for (const each of failed) rows += each
  return { headings, rows, count: (row) => (failed[row] === 1 ? (counts[row] ?? 0) : 0) }
}

function grown<Numbers extends Uint8Array | Uint16Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from)
  return to
}

function toLine(cells: readonly unknown[]): string {
  return `${cells.map(toCell).join(',')}\r\n`
}

function toCell(cell: unknown): string {
  if (cell === undefined || cell === null) return ''
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
