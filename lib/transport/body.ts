import { PassThrough, Readable } from 'node:stream'
import { types } from 'node:util'
import { isCancel } from 'axios'
import { bufferOf } from '../buffer-of.js'
import { NetworkError, VerificationError, WechatpayError } from '../errors.js'
import { resumed } from './resumed.js'

/**
 * The raw bytes of an answer, which travels as an array buffer.
 *
 * @throws {VerificationError} when an adapter of the user's has parsed them.
 */
export function bytesOf(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data
  if (data instanceof Uint8Array) return bufferOf(data)
  if (data === undefined || data === null) return Buffer.alloc(0)
  if (typeof data === 'string' || types.isAnyArrayBuffer(data)) return Buffer.from(data as string)
  throw new VerificationError(
    'The adapter gave parsed data; only the raw bytes of an answer can be verified. The request may have been carried out',
    { code: 'ANSWER_INVALID' },
  )
}

/** So many bytes tell a file from a document that says why there is none. */
const HEAD_BYTES = 64

/**
 * The beginning of a body that is still arriving, and all of it once more as a stream.
 *
 * @param patience milliseconds; axios' own timeout ends where the body begins
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
  return { head, whole: Readable.from(resumed(head, chunks), { objectMode: false }) }
}

/** A document that comes as a stream; more of it than `limit` is not waited for. */
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
  const late =
    patience > 0 && setTimeout(() => body.destroy(new Error(`not here in ${patience} ms`)), patience)
  try {
    await read()
  } catch (error) {
    throw new NetworkError(`${name}: the answer broke off: ${(error as Error).message}`, {
      code: 'CONNECTION_FAILED',
      retryable: true,
    })
  } finally {
    if (late) clearTimeout(late)
  }
}

/**
 * A body as a stream of its own: the one of the connection leads to the request, and its errors to the config,
 * both with the `Authorization` header.
 */
export function passOn(body: Readable, name: string): Readable {
  const own = new PassThrough()
  body.once('error', (error) => {
    own.destroy(error instanceof WechatpayError ? error : brokenOff(error, name))
  })
  own.once('close', () => body.destroy())
  return body.pipe(own)
}

function brokenOff(error: Error, name: string): NetworkError {
  const aborted = isCancel(error)
  return new NetworkError(`${name}: the answer broke off: ${error.message}`, {
    code: aborted ? 'ABORTED' : 'CONNECTION_FAILED',
    // Only downloads stream, and they can be had again.
    retryable: !aborted,
  })
}
