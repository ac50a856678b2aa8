import { createDecipheriv, createHash, type Hash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'
import { NetworkError, WechatpayError } from '../errors.js'
import { join, UNZIPPED_BYTES } from '../protocols/response-stream.js'
import { brokenOff, notTheBill, wrongDigest } from './errors.js'

const TAG_BYTES = 16
/** The first bytes of gzip. */
const GZIP = [0x1f, 0x8b] as const

/** The time that the next bytes may take, and what rejects the wait for them. */
export interface Patience {
  /** Milliseconds; 0 is no limit. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
  /** Rejects the wait; set while there is one. */
  giveUp?: ((reason: Error) => void) | undefined
}

/**
 * The bytes of a response as they arrive. The time limit is for the server alone: a program that reads slowly may take as
 * long as it needs.
 */
export async function* arriving(body: Readable, name: string, patience: Patience): AsyncGenerator<Buffer> {
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

/** Unzips a file that begins as gzip does, and passes on any other. */
export async function* unzipped(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
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

async function* gunzipped(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: UNZIPPED_BYTES, finishFlush: constants.Z_FINISH })
  // A failure destroys `plain`, so that its reader below throws it.
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

/** The key of a file that is encrypted with AEAD_AES_256_GCM; the tag is at its end. */
export interface Encryption {
  readonly key: Buffer
  readonly nonce: string
}

/** Decrypts bytes as they arrive. Whether they are genuine is known at the end, where the tag is; if not, it throws. */
export async function* decrypted(
  bytes: AsyncIterable<Buffer>,
  { key, nonce }: Encryption,
  name: string,
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

/** Passes bytes on, and adds them to a hash. */
export async function* hashed(bytes: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
}

/**
 * Passes bytes on, and compares their SHA-1 with the announced one at the end.
 *
 * @param delivered the hash of the file before it was unzipped, where the announced digest may be of that
 */
export async function* digestChecked(
  bytes: AsyncIterable<Buffer>,
  announced: string,
  name: string,
  delivered?: Hash,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha1')
  yield* hashed(bytes, hash)
  const actual = hash.digest('hex')
  const expected = announced.toLowerCase()
  if (actual !== expected && delivered?.digest('hex') !== expected) throw wrongDigest(name, announced, actual)
}
