import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { RequestError } from '../index.js'

interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process began, so that another one that got its id is told apart. */
  readonly began: string | undefined
}

/**
 * Takes the lock of a journal; returns what gives it back. One that was left by a killed process is taken over.
 *
 * @throws {RequestError} when another run holds it.
 */
export function takeLock(file: string): () => void {
  const me: Owner = { pid: process.pid, host: hostname(), began: beginOf(process.pid) }
  const text = JSON.stringify(me)
  for (let attempt = 0; !create(file, text); attempt++) {
    const left = read(file)
    if (attempt > 10 || (left && isAlive(left))) throw inUse(file, left)
    if (left) discard(file, left)
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

/** Of several that find the same stale lock only one can rename it. Whose lock was fresh by then gets it back. */
function discard(file: string, stale: Owner): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const renamed = read(aside)
  if (renamed && JSON.stringify(renamed) !== JSON.stringify(stale)) create(file, JSON.stringify(renamed))
  rmSync(aside, { force: true })
}

function read(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner
  } catch (error) {
    // Torn while it was written: nobody's.
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
  return began === beginOf(pid)
}

/** Where the system tells; elsewhere the id has to do. */
function beginOf(pid: number): string | undefined {
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
