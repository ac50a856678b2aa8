import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { RequestError } from '../../index.js'

interface Owner {
  readonly pid: number
  readonly host: string
  /** The start time of the process: another process may get the same id later. */
  readonly began: string | undefined
}

/**
 * Takes the lock of a journal, and returns the function that releases it. The lock of a process that was killed is
 * taken over.
 *
 * @throws {RequestError} when another run holds it.
 */
export function takeLock(file: string): () => void {
  const me: Owner = { pid: process.pid, host: hostname(), began: startTimeOf(process.pid) }
  const text = JSON.stringify(me)
  for (let attempt = 0; !create(file, text); attempt++) {
    const owner = read(file)
    if (attempt > 10 || (owner && isAlive(owner))) throw inUse(file, owner)
    if (owner) discard(file, owner)
  }
  return () => rmSync(file, { force: true })
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes the lock of a process that has ended. Of several processes that find it only one can rename it; a lock that a
 * running process has taken in the meantime is put back.
 */
function discard(file: string, stale: Owner): void {
  const staleFile = `${file}.${process.pid}`
  try {
    renameSync(file, staleFile)
  } catch {
    return
  }
  const found = read(staleFile)
  if (found && JSON.stringify(found) !== JSON.stringify(stale)) create(file, JSON.stringify(found))
  rmSync(staleFile, { force: true })
}

function read(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner
  } catch (error) {
    // The lock was cut short while it was written, so it has no owner.
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return gone ? undefined : { pid: 0, host: hostname(), began: undefined }
  }
}

function isAlive({ pid, host, began }: Owner): boolean {
  if (host !== hostname()) return true
  if (pid === 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return began === startTimeOf(pid)
}

/** The start time of a process; only Linux tells it, elsewhere the id is all there is. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function inUse(file: string, owner: Owner | undefined): RequestError {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
  return new RequestError(
    `The journal is in use by ${who}. Wait for it; if it is gone for good, delete ${file} and run again`,
  )
}
