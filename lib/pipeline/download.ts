import { randomUUID } from 'node:crypto'
import { createWriteStream, realpathSync, type Stats, statSync } from 'node:fs'
import { chmod, rename, rm } from 'node:fs/promises'
import { type Readable, Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NetworkError, WechatpayError } from '../errors.js'

/** The bytes that may wait for the disk; with fewer, a fast connection and the disk would take turns. */
const WAITING_BYTES: number = 1024 * 1024

/** Where the body of a response goes: a file, by its path, or a stream. */
export type Sink = string | Writable

/**
 * Streams the body of a response to its sink. A file is written under another name and gets its own when it is whole, so that a torn or
 * altered download leaves nothing behind that looks like one.
 *
 * @param stalled milliseconds without a byte, after which the download is given up; 0 for never
 * @throws {NetworkError} when the connection is torn or stalls.
 * @throws {WechatpayError} code `SINK_FAILED` when the sink cannot be written.
 */
export async function writeSink(body: Readable, sink: Sink, stalled: number, name: string): Promise<void> {
  if (typeof sink !== 'string') return pump(body, sink, stalled, name)
  const found = existing(sink)
  // A device or a pipe is written into; there is no putting another file in its place.
  if (found && !found.isFile()) return pump(body, createWriteStream(sink), stalled, name)
  const file = found ? targetOf(sink) : sink
  const aside = `${file}.${randomUUID()}.part`
  try {
    await pump(body, createWriteStream(aside, { flags: 'wx', highWaterMark: WAITING_BYTES }), stalled, name)
    await commitFile(aside, file, found).catch((cause: Error) => {
      throw sinkFailure(cause, name)
    })
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

/** Synchronous, because a body that breaks off meanwhile would have nobody to hear of it. */
function existing(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/** The file that a link leads to. */
function targetOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Gives a complete file its name, and the permissions of the file that had it. */
async function commitFile(aside: string, file: string, before: Stats | undefined): Promise<void> {
  if (before) await chmod(aside, before.mode & 0o777)
  await rename(aside, file)
}

async function pump(body: Readable, sink: Writable, stalled: number, name: string): Promise<void> {
  let broken: Error | undefined
  body.once('error', (error: Error) => {
    broken = error
  })
  try {
    if (stalled > 0) await pipeline(body, stallGuard(body, stalled), sink)
    else await pipeline(body, sink)
  } catch (error) {
    if (error instanceof WechatpayError) throw error
    if (broken instanceof WechatpayError) throw broken
    throw broken ? torn(broken, name) : sinkFailure(error as Error, name)
  }
}

/** The time limit between two pieces of the body: that of the attempt ends where the body begins. */
function stallGuard(body: Readable, stalled: number): Transform {
  const timer = setTimeout(() => body.destroy(new Error(`no data for ${stalled} ms`)), stalled)
  return new Transform({
    transform(chunk, _encoding, callback) {
      timer.refresh()
      callback(null, chunk)
    },
    destroy(error, callback) {
      clearTimeout(timer)
      callback(error)
    },
  })
}

function torn(error: Error, name: string): NetworkError {
  return new NetworkError(`${name}: the download broke off: ${error.message}`, {
    code: 'CONNECTION_FAILED',
    retryable: true,
  })
}

function sinkFailure(cause: Error, name: string): WechatpayError {
  return new WechatpayError(`${name}: the sink cannot be written: ${cause.message}`, {
    code: 'SINK_FAILED',
    cause,
  })
}
