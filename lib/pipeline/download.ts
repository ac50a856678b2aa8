import { randomUUID } from 'node:crypto'
import { createWriteStream, realpathSync, type Stats, statSync } from 'node:fs'
import { chmod, rename, rm } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NetworkError, WechatpayError } from '../errors.js'

/** The bytes that may wait for the disk; with fewer, a fast connection and the disk would take turns. */
const WAITING_BYTES: number = 1024 * 1024

/** The permissions of a file that replaces none: downloads hold payments and names. */
const OWNER_ONLY = 0o600

/** Where the body of a response goes: a file, by its path, or a stream. */
export type Sink = string | Writable

/**
 * Streams the body of a response to its sink. A file is written under another name and gets its own when it is whole, so that a torn or
 * altered download leaves nothing behind that looks like one.
 *
 * @throws {NetworkError} when the connection is torn, or the sender falls silent.
 * @throws {WechatpayError} code `SINK_FAILED` when the sink cannot be written.
 */
export async function writeSink(body: Readable, sink: Sink, name: string): Promise<void> {
  if (typeof sink !== 'string') return pump(body, sink, name)
  const found = existing(sink)
  // A device or a pipe is written into; there is no putting another file in its place.
  if (found && !found.isFile()) return pump(body, openFile(sink, {}, body, name), name)
  const file = found ? targetOf(sink) : sink
  const aside = `${file}.${randomUUID()}.part`
  const part = openFile(aside, { flags: 'wx', mode: OWNER_ONLY, highWaterMark: WAITING_BYTES }, body, name)
  try {
    await pump(body, part, name)
    await commitFile(aside, file, found).catch((cause: Error) => {
      throw sinkFailure(cause, name)
    })
  } catch (error) {
    // What could not be written cannot always be removed either, as with a name that is too long.
    await rm(aside, { force: true }).catch(() => undefined)
    throw error
  }
}

/** @throws {WechatpayError} code `SINK_FAILED` for a path that no file can have. */
function openFile(path: string, options: object, body: Readable, name: string): Writable {
  try {
    return createWriteStream(path, options)
  } catch (error) {
    body.destroy()
    throw sinkFailure(error as Error, name)
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

async function pump(body: Readable, sink: Writable, name: string): Promise<void> {
  // A pipeline destroys one with the error of the other: the first to fail is the cause.
  let failed: 'body' | 'sink' | undefined
  body.once('error', () => {
    failed ??= 'body'
  })
  sink.once('error', () => {
    failed ??= 'sink'
  })
  try {
    await pipeline(body, sink)
  } catch (error) {
    if (failed === 'sink') throw sinkFailure(error as Error, name)
    if (error instanceof WechatpayError) throw error
    throw failed === 'body' ? torn(error as Error, name) : sinkFailure(error as Error, name)
  }
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
