import { Readable } from 'node:stream'
import { NetworkError, VerificationError, WechatpayError } from '../errors.js'

/** The size of unzipped chunks. They are large because each needs a turn of the thread pool. */
export const UNZIPPED_BYTES: number = 128 * 1024

/** Bytes that tell a file from a document that says why there is none. */
const HEAD_BYTES = 64

/**
 * The beginning of a body that is still arriving, and all of it once more as a stream.
 *
 * @param patience milliseconds to wait for it; 0 for any time
 * @throws {NetworkError} when it breaks off before, or does not come.
 */
export async function peek(
  body: Readable,
  name: string,
  patience: number,
): Promise<{ head: Buffer; whole: Readable }> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>
  let head = Buffer.alloc(0)
  await inTime(body, name, patience, async () => {
    while (head.length < HEAD_BYTES) {
      const next = await chunks.next()
      if (next.done) return
      head = Buffer.concat([head, next.value])
    }
  })
  return { head, whole: Readable.from(join(head, chunks), { objectMode: false }) }
}

/** What was read of a body to see what it is, and then the rest. */
export async function* join(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  yield* rest
}

/** A document that comes as a stream; at most about `limit` bytes of it are read. */
export async function readDocument(
  body: Readable,
  name: string,
  patience: number,
  limit: number,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  await inTime(body, name, patience, async () => {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > limit) return
    }
  })
  return Buffer.concat(chunks)
}

async function inTime(
  body: Readable,
  name: string,
  patience: number,
  read: () => Promise<void>,
): Promise<void> {
  const timer =
    patience > 0 && setTimeout(() => body.destroy(new Error(`not here in ${patience} ms`)), patience)
  try {
    await read()
  } catch (error) {
    throw new NetworkError(`${name}: the answer broke off: ${(error as Error).message}`, {
      code: 'CONNECTION_FAILED',
      retryable: true,
    })
  } finally {
    if (timer) clearTimeout(timer)
  }
}

/**
 * A body as a stream of its own, which fails when its sender falls silent: a reader may take any time. From the stream of the connection
 * a reader would get to the request, and from its errors to the config, both with the `Authorization` header.
 *
 * @param patience milliseconds without a byte while there is somebody to read it; 0 for any time
 * @param limit bytes that may come, after decompression; -1 for any number
 */
export function detach(body: Readable, name: string, patience: number, limit = -1): Readable {
  const chunks = readInTime(body, name, patience)
  const own = Readable.from(limit < 0 ? chunks : upTo(limit, chunks, name), { objectMode: false })
  // What fails before anybody reads is heard of by the reader.
  body.on('error', () => undefined)
  return own.once('close', () => body.destroy())
}

/** @throws {VerificationError} for more bytes than the caller takes: a small file may unpack without end. */
async function* upTo(limit: number, chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > limit) {
      const why = `the answer is larger than maxContentLength, ${limit} bytes`
      throw new VerificationError(`${name}: ${why}`, { code: 'ANSWER_INVALID' })
    }
    yield chunk
  }
}

async function* readInTime(body: Readable, name: string, patience: number): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let isSilent = false
  const giveUp = (): void => {
    isSilent = true
    body.destroy(new Error(`no data for ${patience} ms`))
  }
  for (;;) {
    const timer = patience > 0 ? setTimeout(giveUp, patience) : undefined
    let next: IteratorResult<Buffer>
    try {
      next = await chunks.next()
    } catch (error) {
      throw error instanceof WechatpayError ? error : brokenOff(error as Error, name, isSilent)
    } finally {
      clearTimeout(timer)
    }
    if (next.done) return
    yield next.value
  }
}

function brokenOff(error: Error, name: string, isSilent: boolean): NetworkError {
  const isAborted = (error as NodeJS.ErrnoException).code === 'ERR_CANCELED'
  return new NetworkError(`${name}: the answer broke off: ${error.message}`, {
    code: isAborted ? 'ABORTED' : isSilent ? 'TIMEOUT' : 'CONNECTION_FAILED',
    // Only downloads stream, and they can be had again.
    retryable: !isAborted,
  })
}
