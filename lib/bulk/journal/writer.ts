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

/** The intact part of a journal that is continued; both lengths are 0 for a new one. */
export interface IntactPart {
  readonly header: JournalHeader | undefined
  readonly length: number
  readonly resultsLength: number
}

/** Appends to the files of a journal: lines of one turn of the event loop together, and to the disk every second. */
export interface JournalWriter {
  /** @param result the line for the file of results */
  write(line: string, result?: string): void
  /** Resolves when everything written so far is on the disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the files of a journal and cuts off what is not intact. Results of rows that the journal does not know are cut
 * off too, because those rows are sent again.
 *
 * @param onError called with the reason when the files cannot be written any more
 * @throws {RequestError} when the file of results holds something else.
 */
export function openWriter(
  file: string,
  header: JournalHeader,
  intact: IntactPart,
  onError: (error: Error) => void,
): JournalWriter {
  const journal = openSync(file, 'a', OWNER_ONLY)
  ftruncateSync(journal, intact.length)
  // Before the header says whose they are: what is there already belongs to somebody else.
  const results = header.results === undefined ? undefined : openResults(header.results, intact)
  if (!intact.header) {
    writeAll(journal, `${JSON.stringify(header)}\n`)
    fsyncSync(journal)
    syncFolder(dirname(file))
  }
  // Results come first: a line of the journal names a length that the file of results has reached.
  const files = results === undefined ? [journal] : [results, journal]
  let lines = ''
  let newResults = ''
  let isScheduled = false
  /** Whether something was written that is not on the disk yet. */
  let isDirty = false
  let failure: Error | undefined
  let currentSync = Promise.resolve()
  let nextSync: Promise<void> | undefined

  function flush(): void {
    isScheduled = false
    if (lines === '' || failure) return
    try {
      if (results !== undefined) writeAll(results, newResults)
      writeAll(journal, lines)
      isDirty = true
    } catch (cause) {
      const why = `The journal ${file} cannot be written: ${(cause as Error).message}`
      failure = new Error(`${why}. Rows without an answer in it are sent again by another run`, { cause })
      onError(failure)
    }
    lines = ''
    newResults = ''
  }

  async function syncNow(): Promise<void> {
    flush()
    if (failure) throw failure
    if (!isDirty) return
    isDirty = false
    for (const descriptor of files) await datasync(descriptor)
  }

  /** A call made while one sync is under way shares the next with all others, because a disk can do only so many a second. */
  function sync(): Promise<void> {
    nextSync ??= currentSync.then(() => {
      nextSync = undefined
      currentSync = syncNow()
      return currentSync
    })
    return nextSync
  }

  const timer = setInterval(() => void sync().catch(() => {}), SYNC_INTERVAL).unref()
  return {
    write(line, result = '') {
      lines += line
      newResults += result
      if (isScheduled) return
      isScheduled = true
      setImmediate(flush)
    },
    sync,
    async close() {
      clearInterval(timer)
      try {
        await sync()
      } finally {
        failure ??= new Error(`The journal ${file} is closed`)
        for (const descriptor of files) closeSync(descriptor)
      }
    },
  }
}

function openResults(output: string, { header, resultsLength }: IntactPart): number {
  const results = openSync(output, 'a', OWNER_ONLY)
  const { size } = fstatSync(results)
  if (size > 0 && header?.results !== output) {
    closeSync(results)
    throw new RequestError(`${output} is there already: name another file for the results, or take it away`)
  }
  if (size > resultsLength) ftruncateSync(results, resultsLength)
  return results
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
