import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { resolve } from 'node:path'

/** An entry of a store: collection, key, value; without a value the entry is deleted. */
export type StoreEntry = readonly [collection: string, key: string, value?: unknown]

/** A file to which the changes of a store are appended, one a line. */
export interface StoreFile {
  append(entry: StoreEntry): void
  close(): void
}

const HEADER = JSON.stringify({ format: 'wechatpay-fluent emulator', version: 1 })
const OWNER_ONLY = 0o600
/** The number of lines for each entry beyond which a file is written afresh when it is opened. */
const STALE_RATIO = 3
const LINE_FEED = 10
const CHUNK = 64 * 1024

/**
 * Opens the file of a store, and reads its entries.
 *
 * @throws {Error} when the file belongs to a running emulator, or is something else.
 */
export function openStoreFile(
  file: string,
  { read, entries }: { read: (entry: StoreEntry) => void; entries: () => Iterable<StoreEntry> },
): StoreFile {
  const path = resolve(file)
  const unlock = lock(path)
  let descriptor: number | undefined
  try {
    descriptor = openOwn(path)
    const lines = readLines(descriptor, path, read)
    if (lines === 0 || lines > STALE_RATIO * [...entries()].length) {
      closeSync(descriptor)
      descriptor = undefined
      rewrite(path, entries())
      descriptor = openOwn(path)
    }
    // It may have been made by somebody else.
    fchmodSync(descriptor, OWNER_ONLY)
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor)
    unlock()
    throw error
  }
  return writerTo(descriptor, unlock)
}

/** Undefined on Windows, where links need rights that strangers do not have. */
const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_RDWR } = constants

/**
 * Opens a file for its owner alone, because it holds private keys. One that a link leads to may be anybody's.
 *
 * @throws {Error} for a link.
 */
function openOwn(path: string): number {
  try {
    return openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, OWNER_ONLY)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ELOOP') throw cause
    throw new Error(`storage: ${path} is a link; name the file itself`, { cause })
  }
}

function writerTo(descriptor: number, unlock: () => void): StoreFile {
  let open = true
  return {
    append(entry) {
      if (!open) return
      const line = Buffer.from(`${JSON.stringify(entry)}\n`)
      let written = 0
      try {
        while (written < line.length) written += writeSync(descriptor, line, written)
      } catch (error) {
        // A full disk may have taken half of the line; the next line must not be appended to it.
        if (written > 0) ftruncateSync(descriptor, fstatSync(descriptor).size - written)
        throw error
      }
    },
    close() {
      if (!open) return
      open = false
      fsyncSync(descriptor)
      closeSync(descriptor)
      unlock()
    },
  }
}

/** Reads the lines, and returns their number. A last line that was torn when its writer was killed is cut off. */
function readLines(descriptor: number, path: string, read: (entry: StoreEntry) => void): number {
  let rest = Buffer.alloc(0)
  let lines = 0
  let position = 0
  for (const chunk of chunksOf(descriptor)) {
    rest = Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, start)) {
      const line = rest.subarray(start, end).toString()
      if (lines > 0) read(parse(line, path, lines + 1))
      else if (line !== HEADER) throw new Error(`storage: ${path} is no file of the emulator's`)
      lines += 1
      start = end + 1
    }
    position += start
    rest = rest.subarray(start)
  }
  if (lines === 0 && rest.length > 0 && !HEADER.startsWith(rest.toString())) {
    throw new Error(`storage: ${path} is no file of the emulator's`)
  }
  if (rest.length > 0) ftruncateSync(descriptor, position)
  return Math.max(0, lines - 1)
}

function* chunksOf(descriptor: number): Generator<Buffer> {
  for (let position = 0; ; ) {
    const chunk = Buffer.alloc(CHUNK)
    const size = readSync(descriptor, chunk, 0, CHUNK, position)
    if (size === 0) return
    position += size
    yield chunk.subarray(0, size)
  }
}

function parse(line: string, path: string, number: number): StoreEntry {
  const entry = parseSafely(line)
  if (Array.isArray(entry)) return entry as unknown as StoreEntry
  throw new Error(`storage: line ${number} of ${path} is damaged; take it out, or the file away`)
}

function parseSafely(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Writes all entries afresh, to a new file first: a process that is killed meanwhile leaves the old file. */
function rewrite(path: string, entries: Iterable<StoreEntry>): void {
  const fresh = `${path}.new`
  rmSync(fresh, { force: true })
  const descriptor = openSync(fresh, 'wx', OWNER_ONLY)
  writeSync(descriptor, `${HEADER}\n`)
  for (const entry of entries) writeSync(descriptor, `${JSON.stringify(entry)}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(fresh, path)
}

/** Locks the file for one emulator; returns what unlocks it. A lock whose owner is gone is taken over. */
function lock(path: string): () => void {
  const file = `${path}.lock`
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
  if (owner !== undefined) {
    if (isRunning(owner)) throw new Error(`storage: ${path} is in use by the emulator of process ${owner}`)
    rmSync(file, { force: true })
  }
  try {
    writeFileSync(file, String(process.pid), { mode: OWNER_ONLY, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Error(`storage: ${path} is being opened by another emulator`, { cause: error })
  }
  locked.add(path)
  return () => {
    locked.delete(path)
    rmSync(file, { force: true })
  }

  function isRunning(pid: number): boolean {
    if (pid === process.pid) return locked.has(path)
    // An empty lock could not be written; 0 and negative numbers would be groups of processes.
    if (!(pid > 0)) return false
    try {
      process.kill(pid, 0)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  }
}

/** The files that this process has locked: it may have the number of a process that is gone. */
const locked = new Set<string>()
