import { closeSync, fdatasync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { RequestError } from '../../index.js'
import type { JournalHeader } from './format.js'

/** The mode of every file that a job writes: rows are about people and money. */
export const OWNER_ONLY = 0o600

/** The longest time in milliseconds until outcomes are on the disk. */
const SYNC_INTERVAL = 1_000

const datasync = promisify(fdatasync)

/** The files of a journal, open for appending. */
export interface JournalFiles {
  readonly journal: number
  /** Absent when the job has no file of results. */
  readonly results: number | undefined
}

/** The intact part of a journal that is continued; both lengths are 0 for a new one. */
export interface IntactPart {
  readonly header: JournalHeader | undefined
  readonly length: number
  readonly resultsLength: number
}

/**
 * Opens the files of a journal and cuts off what is not intact. Results of rows that the journal does not know are cut
 * off too, because those rows are sent again.
 *
 * @throws {RequestError} when the file of results holds something else.
 */
export function openJournalFiles(file: string, header: JournalHeader, intact: IntactPart): JournalFiles {
  const journal = openSync(file, 'a', OWNER_ONLY)
  ftruncateSync(journal, intact.length)
  if (!intact.header) {
    writeAll(journal, `${JSON.stringify(header)}\n`)
    fsyncSync(journal)
    syncFolder(dirname(file))
  }
  const { results: output } = header
  if (output === undefined) return { journal, results: undefined }
  const results = openSync(output, 'a', OWNER_ONLY)
  const { size } = fstatSync(results)
  if (size > 0 && intact.header?.results !== output) {
    closeSync(results)
    throw new RequestError(`${output} is there already: name another file for the results, or take it away`)
  }
  if (size > intact.resultsLength) ftruncateSync(results, intact.resultsLength)
  return { journal, results }
}

/** The name of a new file is on the disk only when its folder is; not every system can sync a folder. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch {}
}

/** Writes the whole text, however many calls that takes. */
export function writeAll(descriptor: number, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(descriptor, bytes))
}

/** Appends to the files of a journal: lines of one turn of the event loop together, and to the disk every second. */
export class JournalWriter {
  readonly #file: string
  readonly #files: JournalFiles
  readonly #onError: (error: Error) => void
  readonly #timer: NodeJS.Timeout
  #lines = ''
  #results = ''
  #isScheduled = false
  /** Whether something was written that is not on the disk yet. */
  #isDirty = false
  #isClosed = false
  #error: Error | undefined
  #currentSync: Promise<void> | undefined
  #nextSync: Promise<void> | undefined

  /** @param onError called with the reason when the files cannot be written any more */
  constructor(file: string, files: JournalFiles, onError: (error: Error) => void) {
    this.#file = file
    this.#files = files
    this.#onError = onError
    this.#timer = setInterval(() => void this.sync().catch(() => {}), SYNC_INTERVAL)
    this.#timer.unref()
  }

  /** @param result the line for the file of results */
  write(line: string, result = ''): void {
    this.#lines += line
    this.#results += result
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#flush())
  }

  /**
   * Resolves when everything written so far is on the disk. A call made while one sync is under way shares the next with
   * all others, because a disk can do only so many a second.
   */
  sync(): Promise<void> {
    this.#nextSync ??= (this.#currentSync ?? Promise.resolve()).then(() => {
      this.#nextSync = undefined
      this.#currentSync = this.#syncNow()
      return this.#currentSync
    })
    return this.#nextSync
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    try {
      await this.sync()
    } finally {
      this.#isClosed = true
      if (this.#files.results !== undefined) closeSync(this.#files.results)
      closeSync(this.#files.journal)
    }
  }

  #flush(): void {
    this.#isScheduled = false
    if (this.#lines === '' || this.#error || this.#isClosed) return
    try {
      // Results come first: a line of the journal names a length that the file of results has reached.
      if (this.#files.results !== undefined) writeAll(this.#files.results, this.#results)
      writeAll(this.#files.journal, this.#lines)
      this.#isDirty = true
    } catch (error) {
      this.#error = new Error(
        `The journal ${this.#file} cannot be written: ${(error as Error).message}. Rows without an answer in it are sent again by another run`,
        { cause: error },
      )
      this.#onError(this.#error)
    }
    this.#lines = ''
    this.#results = ''
  }

  async #syncNow(): Promise<void> {
    this.#flush()
    if (this.#error) throw this.#error
    if (!this.#isDirty) return
    this.#isDirty = false
    if (this.#files.results !== undefined) await datasync(this.#files.results)
    await datasync(this.#files.journal)
  }
}
