import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { RequestError } from '../index.js'
import type { JournalHeader } from './read-journal.js'

/** Rows are about people and money. */
export const OWNER_ONLY = 0o600

/** Puts the header of a new journal onto the disk. */
export function writeHeader(descriptor: number, header: JournalHeader, file: string): void {
  writeAll(descriptor, `${JSON.stringify(header)}\n`)
  fsyncSync(descriptor)
  // The name of a new file is on the disk only when its folder is; not every system can be asked for that.
  try {
    const folder = openSync(dirname(file), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch {}
}

/**
 * Opens the file of results. Answers of rows that the journal does not know come again, and are cut off.
 *
 * @param owned whether it is this job's
 * @throws {RequestError} when it holds something else.
 */
export function openResults(file: string, end: number, owned: boolean): number {
  const descriptor = openSync(file, 'a', OWNER_ONLY)
  const { size } = fstatSync(descriptor)
  if (!owned && size > 0) {
    closeSync(descriptor)
    throw new RequestError(`${file} is there already: name another file for the results, or take it away`)
  }
  if (size > end) ftruncateSync(descriptor, end)
  return descriptor
}

export function writeAll(descriptor: number, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(descriptor, bytes))
}
