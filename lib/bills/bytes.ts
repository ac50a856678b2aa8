import { createDecipheriv, createHash, type Hash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'
import { NetworkError, WechatpayError } from '../errors.js'
import { join } from '../protocols/response-stream.js'
import { type BillName, brokenOff, notTheBill, wrongDigest } from './trouble.js'

/** Large pieces: each one costs a hop to the thread pool and back. */
const PIECE_BYTES = 128 * 1024
const TAG_BYTES = 16
/** A stream of gzip begins so. */
const GZIP = [0x1f, 0x8b] as const

/** Ends waiting for bytes that do not come. */
export interface Patience {
  /** Milliseconds; 0 is for ever. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
  /** Set while bytes are waited for. */
  giveUp?: ((reason: Error) => void) | undefined
}

/**
 * The bytes of an answer as they arrive. What waits for its reader takes as long as it takes; what waits for the other
 * side is given up in time.
 */
export async function* arriving(body: Readable, name: BillName, patience: Patience): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const { limit } = patience
  const late = () => patience.giveUp?.(new Error(`no data for ${limit} ms`))
  const timer = limit > 0 ? setTimeout(late, limit) : undefined
  try {
    for (;;) {
      timer?.refresh()
      const { done, value } = await orGivenUp(chunks.next(), patience)
      if (done) return
      if (value.length > 0) yield value
    }
  } catch (error) {
    if (error instanceof WechatpayError && !(error instanceof NetworkError)) throw error
    throw brokenOff(name, error as Error, patience.signal)
  } finally {
    clearTimeout(timer)
    body.destroy()
  }
}

function orGivenUp<Result>(waiting: Promise<Result>, patience: Patience): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    patience.giveUp = reject
    waiting.then((result) => {
      patience.giveUp = undefined
      resolve(result)
    }, reject)
  })
}

/** Unzips what is gzip, by its first bytes, and passes on what is not. */
export async function* unzipped(bytes: AsyncIterable<Buffer>, name: BillName): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]()
  let first: Buffer = Buffer.alloc(0)
  while (first.length < GZIP.length) {
    const next = await chunks.next()
    if (next.done) break
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
  }
  const whole = join(first, { [Symbol.asyncIterator]: () => chunks })
  const isZipped = first[0] === GZIP[0] && first[1] === GZIP[1]
  try {
    yield* isZipped ? gunzipped(whole, name) : whole
  } finally {
    await chunks.return?.()
  }
}

async function* gunzipped(bytes: AsyncIterable<Buffer>, name: BillName): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES, finishFlush: constants.Z_FINISH })
  // Whoever reads hears of a failure there.
  const plain = pipeline(Readable.from(bytes, { objectMode: false }), gunzip, () => undefined)
  try {
    yield* plain as AsyncIterable<Buffer>
  } catch (error) {
    if (error instanceof WechatpayError) throw error
    throw notTheBill(name, `its gzip is broken: ${(error as Error).message}`, error)
  } finally {
    plain.destroy()
  }
}

/** How one file is encrypted: AEAD_AES_256_GCM, the tag at its end. */
export interface Encryption {
  readonly key: Buffer
  readonly nonce: string
}

/** Decrypts as the bytes come. Only the end shows whether they were genuine; then it throws. */
export async function* decrypted(
  bytes: AsyncIterable<Buffer>,
  { key, nonce }: Encryption,
  name: BillName,
): AsyncGenerator<Buffer> {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce), { authTagLength: TAG_BYTES })
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const known = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const end = Math.max(0, known.length - TAG_BYTES)
    held = Buffer.from(known.subarray(end))
    if (end > 0) yield decipher.update(known.subarray(0, end))
  }
  try {
    decipher.setAuthTag(held)
    decipher.final()
  } catch (cause) {
    throw notTheBill(name, 'it cannot be decrypted: it was altered, or is meant for another', cause)
  }
}

/** Takes the SHA-1 of what passes. */
export async function* hashed(bytes: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
}

/**
 * Compares the SHA-1 of what has passed with the one announced, at its end.
 *
 * @param delivered that of the file as it came, where it may have been meant instead
 */
export async function* digestChecked(
  bytes: AsyncIterable<Buffer>,
  announced: string,
  name: BillName,
  delivered?: Hash,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha1')
  yield* hashed(bytes, hash)
  const actual = hash.digest('hex')
  const expected = announced.toLowerCase()
  if (actual !== expected && delivered?.digest('hex') !== expected) throw wrongDigest(name, announced, actual)
}
