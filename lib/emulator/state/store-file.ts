import {
  chmodSync,
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { resolve } from 'node:path'

/** Collection, key, value; without a value the entry is gone. */
export type Entry = readonly [collection: string, key: string, value?: unknown]

/** A file to which changes are appended, one a line. */
export interface Log {
  append(entry: Entry): void
  close(): void
}

const HEADER = JSON.stringify({ format: 'wechatpay-fluent emulator', version: 1 })
const OWNER_ONLY = 0o600
/** A log with as many lines for each entry is written afresh when it is opened. */
const STALE_RATIO = 3
const LINE_FEED = 10

/**
 * Opens a log, and reads what is in it.
 *
 * @throws {Error} when the file belongs to a running emulator, or is something else.
 */
export async function openLog(
  file: string,
  { read, entries }: { read: (entry: Entry) => void; entries: () => Iterable<Entry> },
): Promise<Log> {
  const path = resolve(file)
  const unlock = lock(path)
  try {
    const lines = existsSync(path) ? await readLines(path, read) : 0
    if (lines === 0 || lines > STALE_RATIO * [...entries()].length) rewrite(path, entries())
  } catch (error) {
    unlock()
    throw error
  }
  const descriptor = openSync(path, 'a', OWNER_ONLY)
  // There are keys in it, whoever made the file.
  chmodSync(path, OWNER_ONLY)
  let open = true
  return {
    append(entry) {
      if (!open) return
      const line = Buffer.from(`${JSON.stringify(entry)}\n`)
      let written = 0
      try {
        while (written < line.length) written += writeSync(descriptor, line, written)
      } catch (error) {
        // On a full disk half of a line may be there; the next must not be appended to it.
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

/** The number of entries. A last line that was torn when its writer was killed is cut off. */
async function readLines(path: string, read: (entry: Entry) => void): Promise<number> {
  let rest = Buffer.alloc(0)
  let lines = 0
  let position = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
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
  if (rest.length > 0) truncateSync(path, position)
  return Math.max(0, lines - 1)
}

function parse(line: string, path: string, number: number): Entry {
  const entry = parseSafely(line)
  if (Array.isArray(entry)) return entry as unknown as Entry
  throw new Error(`storage: line ${number} of ${path} is damaged; take it out, or the file away`)
}

function parseSafely(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** All of it anew, in a file of its own first: whoever is killed meanwhile has the old one. */
function rewrite(path: string, entries: Iterable<Entry>): void {
  const fresh = `${path}.new`
  const descriptor = openSync(fresh, 'w', OWNER_ONLY)
  writeSync(descriptor, `${HEADER}\n`)
  for (const entry of entries) writeSync(descriptor, `${JSON.stringify(entry)}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(fresh, path)
}

/** One emulator a file. A lock whose owner is gone is taken over. */
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
    // Of a lock that could not be written; 0 and less would be groups of processes.
    if (!(pid > 0)) return false
    try {
      process.kill(pid, 0)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  }
}

/** Those of this process, which may have the number of one that is gone. */
const locked = new Set<string>()
