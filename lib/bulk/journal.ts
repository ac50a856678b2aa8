import { closeSync, existsSync, fdatasync, ftruncateSync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { OWNER_ONLY, openResults, writeAll, writeHeader } from './journal-files.js'
import { type FailureRecord, ranges, writeLine } from './journal-lines.js'
import { takeLock } from './lock.js'
import { type JournalHeader, readJournal } from './read-journal.js'
import { BEGUN, createRowStates, DONE, FAILED, FRESH, OPEN, type RowStates } from './row-states.js'
import { assertSameJob } from './same-job.js'

/** What became of rows is on the disk after as many milliseconds at the latest. */
const SYNC_EVERY = 1_000

const datasync = promisify(fdatasync)

/** What is known of every row, kept in a file. */
export interface Journal {
  readonly states: Pick<RowStates, 'get'>
  /** Whether there was one to go on with. */
  readonly resumed: boolean
  /** Writes down that rows are about to be sent. Resolves when that is on the disk. */
  begin(rows: readonly number[]): Promise<void>
  release(rows: readonly number[]): void
  /** @param result a line for the file of results */
  done(row: number, result: string | undefined): void
  failed(row: number, failure: FailureRecord, open: boolean, result: string | undefined): void
  /** Resolves when everything so far is on the disk. */
  sync(): Promise<void>
  /** Called with what went wrong when the disk takes no more. */
  onTrouble(listener: (error: Error) => void): void
  close(): Promise<void>
}

/**
 * Opens the journal of a job, or begins one.
 *
 * What is written reaches the system at once, so it outlives this process whatever ends it. To outlive a loss of
 * power too, {@link Journal.begin} waits for the disk: no row is ever sent that the journal does not know of.
 *
 * @throws {RequestError} when it belongs to another job, is damaged, or in use.
 */
export async function openJournal(file: string, header: JournalHeader): Promise<Journal> {
  const unlock = takeLock(`${file}.lock`)
  try {
    return await open(file, header, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function open(file: string, header: JournalHeader, unlock: () => void): Promise<Journal> {
  const states = createRowStates()
  let end = 0
  const found = existsSync(file)
    ? await readJournal(file, (line) => {
        for (let row = line.first; row <= line.last; row++) states.set(row, line.state)
        end = line.end ?? end
      })
    : undefined
  if (found?.header) assertSameJob(file, found.header, header)
  const descriptor = openSync(file, 'a', OWNER_ONLY)
  ftruncateSync(descriptor, found?.length ?? 0)
  if (!found?.header) writeHeader(descriptor, header, file)
  const { results } = header
  const output =
    results === undefined ? undefined : openResults(results, end, found?.header?.results === results)

  let lines = ''
  let answers = ''
  let scheduled = false
  let dirty = false
  let trouble: Error | undefined
  let closed = false
  let listener: ((error: Error) => void) | undefined
  let current: Promise<void> | undefined
  let next: Promise<void> | undefined

  const flush = (): void => {
    scheduled = false
    if (lines === '' || trouble || closed) return
    try {
      if (output !== undefined) writeAll(output, answers)
      writeAll(descriptor, lines)
      dirty = true
    } catch (error) {
      trouble = new Error(
        `The journal ${file} cannot be written: ${(error as Error).message}. Rows without an answer in it are sent again by another run`,
        { cause: error },
      )
      listener?.(trouble)
    }
    lines = ''
    answers = ''
  }
  const write = (line: string): void => {
    lines += line
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }
  const settle = (row: number, state: number, result: string | undefined, failure?: FailureRecord): void => {
    states.set(row, state)
    if (output !== undefined && result !== undefined) {
      answers += result
      end += Buffer.byteLength(result)
    }
    const at = output === undefined ? undefined : { end }
    write(writeLine({ state, first: row, last: row, ...at, ...(failure && { failure }) }))
  }
  const toDisk = async (): Promise<void> => {
    flush()
    if (trouble) throw trouble
    if (!dirty) return
    dirty = false
    if (output !== undefined) await datasync(output)
    await datasync(descriptor)
  }
  /** Whoever comes while one is under way shares the next: a disk has only so many of them a second. */
  const sync = (): Promise<void> => {
    next ??= (current ?? Promise.resolve()).then(() => {
      next = undefined
      current = toDisk()
      return current
    })
    return next
  }
  const timer = setInterval(() => void sync().catch(() => {}), SYNC_EVERY)
  timer.unref()

  return {
    states,
    resumed: found?.header !== undefined,
    begin(rows) {
      for (const [first, last] of ranges(rows)) write(writeLine({ state: BEGUN, first, last }))
      for (const row of rows) states.set(row, BEGUN)
      return sync()
    },
    release(rows) {
      for (const [first, last] of ranges(rows)) write(writeLine({ state: FRESH, first, last }))
      for (const row of rows) states.set(row, FRESH)
    },
    done: (row, result) => settle(row, DONE, result),
    failed: (row, failure, isOpen, result) => settle(row, isOpen ? OPEN : FAILED, result, failure),
    sync,
    onTrouble(given) {
      listener = given
      if (trouble) given(trouble)
    },
    async close() {
      clearInterval(timer)
      try {
        await sync()
      } finally {
        closed = true
        if (output !== undefined) closeSync(output)
        closeSync(descriptor)
        unlock()
      }
    },
  }
}
