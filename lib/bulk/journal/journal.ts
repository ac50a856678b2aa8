import { existsSync } from 'node:fs'
import { RequestError } from '../../index.js'
import { describeAccount } from '../options.js'
import {
  createRowNumbers,
  type FailureRecord,
  formatLine,
  type JournalHeader,
  MAX_RANGE,
  ROW_STATE,
  type RowState,
  readJournal,
} from './format.js'
import { takeLock } from './lock.js'
import { openWriter } from './writer.js'

/** The states of all rows, kept in a file. */
export interface Journal {
  /** Whether an earlier run of this job has written the journal. */
  readonly isContinued: boolean
  stateOf(row: number): RowState
  /** Writes down that rows are about to be sent; resolves when that is on the disk. */
  begin(rows: readonly number[]): Promise<void>
  /** Writes down that rows were not sent after all. */
  release(rows: readonly number[]): void
  /** @param result the line for the file of results */
  acknowledge(row: number, result: string | undefined): void
  /** @param isUnknown whether the API may have carried the request out */
  fail(row: number, failure: FailureRecord, isUnknown: boolean, result: string | undefined): void
  close(): Promise<void>
}

/**
 * Opens the journal of a job, or begins one.
 *
 * Lines reach the operating system at once, so they survive the end of this process. To survive a power failure too,
 * {@link Journal.begin} waits for the disk: no row is ever sent that the journal does not know of.
 *
 * @param onError called with the reason when the journal cannot be written any more
 * @throws {RequestError} when the journal belongs to another job, is damaged, or is in use.
 */
export async function openJournal(
  file: string,
  header: JournalHeader,
  onError: (error: Error) => void,
): Promise<Journal> {
  const unlock = takeLock(`${file}.lock`)
  try {
    return await openLocked(file, header, onError, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function openLocked(
  file: string,
  header: JournalHeader,
  onError: (error: Error) => void,
  unlock: () => void,
): Promise<Journal> {
  const states = createRowNumbers(Uint8Array)
  const setState = (first: number, last: number, state: RowState): void =>
    states.set(first, last, state.charCodeAt(0))
  let resultsLength = 0
  const found = existsSync(file)
    ? await readJournal(file, ({ state, first, last, end = resultsLength }) => {
        setState(first, last, state)
        resultsLength = end
      })
    : { header: undefined, length: 0 }
  if (found.header) assertSameJob(file, found.header, header)
  const writer = openWriter(file, header, { ...found, resultsLength }, onError)

  /** Writes down the state of rows; those that follow one another are one line, up to its limit. */
  const writeRows = (rows: readonly number[], state: RowState): void => {
    let first = rows[0] ?? 0
    for (const [index, last] of rows.entries()) {
      const next = rows[index + 1]
      if (next === last + 1 && next - first < MAX_RANGE) continue
      setState(first, last, state)
      writer.write(formatLine({ state, first, last }))
      first = next ?? 0
    }
  }
  const writeOutcome = (row: number, state: RowState, result = '', failure?: FailureRecord): void => {
    setState(row, row, state)
    resultsLength += Buffer.byteLength(result)
    const end = header.results === undefined ? undefined : { end: resultsLength }
    writer.write(formatLine({ state, first: row, last: row, ...end, ...(failure && { failure }) }), result)
  }

  return {
    isContinued: found.header !== undefined,
    stateOf: (row) =>
      states.get(row) === 0 ? ROW_STATE.notSent : (String.fromCharCode(states.get(row)) as RowState),
    begin(rows) {
      writeRows(rows, ROW_STATE.inFlight)
      return writer.sync()
    },
    release: (rows) => writeRows(rows, ROW_STATE.notSent),
    acknowledge: (row, result) => writeOutcome(row, ROW_STATE.acknowledged, result),
    fail: (row, failure, isUnknown, result) =>
      writeOutcome(row, isUnknown ? ROW_STATE.unknown : ROW_STATE.failed, result, failure),
    close: () => writer.close().finally(unlock),
  }
}

const COMPARED = {
  endpoint: 'endpoint',
  columns: 'map of columns',
  constants: 'set of constants or defaults of the client',
  input: 'content of the input',
} as const satisfies Partial<Record<keyof JournalHeader, string>>

/** @throws {RequestError} that says whose the journal is, or what differs. */
function assertSameJob(file: string, found: JournalHeader, header: JournalHeader): void {
  if (found.account !== header.account) throw ofAnotherAccount(file, String(found.account), header.account)
  const parts = Object.keys(COMPARED) as (keyof typeof COMPARED)[]
  const different = parts.filter((part) => found[part] !== header[part])
  if (different.length === 0) return
  throw new RequestError(
    `The journal ${file} belongs to another job: its ${different.map((part) => COMPARED[part]).join(', ')} differ. ` +
      'Run that job to its end first. Only for rows that are all meant to be sent anew, name another journal: what was ' +
      'sent before would be sent again under another number',
  )
}

function ofAnotherAccount(file: string, owner: string, own: string): RequestError {
  const client = `this client is ${describeAccount(own)}`
  return new RequestError(
    owner.includes(' ')
      ? `The journal ${file} belongs to ${describeAccount(owner)}, and ${client}: name another file with the option 'journal'`
      : `The journal ${file} does not say which merchant it belongs to, because an earlier version began it, and ${client}. ` +
          'Run that job to its end with the version that began it: here its rows would have other numbers',
  )
}
