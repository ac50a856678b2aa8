import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeLock } from '../../lib/bulk/journal/lock.js'
import { RequestError } from '../../lib/index.js'
import { startFolder } from './folder.js'

const file = startFolder()
/** The owner of a lock whose process has ended. */
const ended = () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid, host: hostname() })
const owner = (lock: string): unknown => JSON.parse(readFileSync(lock, 'utf8'))
/** The start time of this process, as its own lock tells it. */
function startTime(): unknown {
  const lock = file('start-time.lock')
  const release = takeLock(lock)
  const { began } = owner(lock) as { readonly began?: unknown }
  release()
  return began
}
/** The files of a lock. */
const traces = (lock: string): string[] =>
  readdirSync(dirname(lock)).filter((name) => name.startsWith(basename(lock)))

describe('a lock', () => {
  it('says who holds it, to nobody but its owner, until it is released', () => {
    const lock = file('free.lock')
    const release = takeLock(lock)
    expect(owner(lock)).toMatchObject({ pid: process.pid, host: hostname() })
    expect(statSync(lock).mode & 0o777).toBe(0o600)
    release()
    expect(existsSync(lock)).toBe(false)
  })

  it.runIf(process.platform === 'linux')('tells this process from another that had the same id', () => {
    const ticks = Number(startTime())
    expect(ticks).toBeGreaterThan(0)
    const [uptime = ''] = readFileSync('/proc/uptime', 'utf8').split(' ')
    expect(ticks / 100).toBeLessThanOrEqual(Number(uptime))
  })

  it('may be gone already when it is released', () => {
    const lock = file('gone.lock')
    const release = takeLock(lock)
    rmSync(lock)
    expect(release).not.toThrow()
  })

  it('is not given to another run while its process is alive', () => {
    const lock = file('held.lock')
    const release = takeLock(lock)
    const held = readFileSync(lock, 'utf8')
    expect(() => takeLock(lock)).toThrow(RequestError)
    expect(() => takeLock(lock)).toThrow(
      `in use by process ${process.pid} on ${hostname()}. Wait for it; if it is gone for good, delete ${lock} and run again`,
    )
    expect(readFileSync(lock, 'utf8')).toBe(held)
    release()
  })

  it('of another machine is held: from here nobody can see whether its process is alive', () => {
    const lock = file('elsewhere.lock')
    const text = JSON.stringify({ ...ended(), host: `not-${hostname()}` })
    writeFileSync(lock, text)
    expect(() => takeLock(lock)).toThrow(`on not-${hostname()}`)
    expect(readFileSync(lock, 'utf8')).toBe(text)
  })

  it('is held by a process of another user too', () => {
    const lock = file('other-user.lock')
    const first = spawnSync('sh', ['-c', "sed 's/.*) //' /proc/1/stat | cut -d' ' -f20"], {
      encoding: 'utf8',
    })
    const began = process.platform === 'linux' ? first.stdout.trim() : undefined
    writeFileSync(lock, JSON.stringify({ pid: 1, host: hostname(), began }))
    expect(() => takeLock(lock)).toThrow(`in use by process 1 on ${hostname()}`)
  })

  it.each([
    ['of a process that has ended', ended],
    ['of a process that has ended and had a start time', () => ({ ...ended(), began: '1' })],
    ['of an earlier process with an id of today', () => ({ pid: process.pid, host: hostname(), began: '1' })],
    ['that was cut short while it was written', () => undefined],
  ])('%s is taken over, and leaves nothing behind', (name, stale) => {
    const lock = file(`${name}.lock`, JSON.stringify(stale()) ?? '{"pid":')
    const release = takeLock(lock)
    expect(owner(lock)).toMatchObject({ pid: process.pid, host: hostname() })
    expect(traces(lock)).toEqual([basename(lock)])
    release()
    expect(traces(lock)).toEqual([])
  })

  it('that has no owner and cannot be removed is in use', () => {
    const lock = file('stuck.lock', '')
    // Nothing can be renamed to the name of a folder.
    mkdirSync(`${lock}.${process.pid}`)
    expect(() => takeLock(lock)).toThrow(/^The journal is in use/)
  })

  it('that is there, and yet cannot be read, is in use', () => {
    const lock = file('dangling.lock')
    symlinkSync(file('nowhere'), lock)
    expect(() => takeLock(lock)).toThrow('in use by another process')
  })

  it('is not waited for where its folder is not there', () => {
    expect(() => takeLock(file('no/folder.lock'))).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})
