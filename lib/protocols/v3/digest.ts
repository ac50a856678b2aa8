import { createHash, type Hash } from 'node:crypto'
import { finished, pipeline, Readable, Transform } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'
import { VerificationError } from '../../errors.js'
import { UNZIPPED_BYTES } from '../response-stream.js'

/** The message that is signed in place of a statement's body: the digest that a header names. */
export function digestMessage(sha1: string): Buffer {
  return Buffer.from(JSON.stringify({ sha1 }))
}

/** A digest in hexadecimal, as a response announces or signs it. */
export interface Digest {
  readonly algorithm: 'sha1' | 'sha256'
  readonly value: string
}

/**
 * Checks a body by its digest: bytes at once, a stream at its end.
 *
 * @param source who says that it is so, as in `the SHA1 that is signed`
 * @throws {VerificationError} when the digest is not that of the body.
 */
export function checkDigest(body: Buffer, digest: Digest, what: string, source: string): Buffer
export function checkDigest(body: Readable, digest: Digest, what: string, source: string): Readable
export function checkDigest(
  body: Buffer | Readable,
  digest: Digest,
  what: string,
  source: string,
): Buffer | Readable
export function checkDigest(
  body: Buffer | Readable,
  { algorithm, value }: Digest,
  what: string,
  source: string,
): Buffer | Readable {
  const hash = createHash(algorithm)
  const isRight = (): boolean => hash.digest('hex') === value.toLowerCase()
  const mismatch = (): VerificationError => mismatchOf(algorithm, what, source)
  if (!(body instanceof Readable)) {
    hash.update(body)
    if (isRight()) return body
    throw mismatch()
  }
  const check = new Transform({
    transform(chunk, _encoding, callback) {
      hash.update(chunk as Buffer)
      callback(null, chunk)
    },
    flush(callback) {
      callback(isRight() ? null : mismatch())
    },
  })
  // Whoever reads the stream hears of a failure there.
  return pipeline(body, check, () => undefined)
}

function mismatchOf(algorithm: Digest['algorithm'], what: string, source: string): VerificationError {
  const name = algorithm === 'sha1' ? 'SHA-1' : 'SHA-256'
  return new VerificationError(
    `${what} is not to be trusted: its body does not have the ${name} that is ${source}`,
    { code: 'SIGNATURE_INVALID' },
  )
}

/** The first byte of gzip; no text, picture or PDF begins with it. */
const GZIP = 0x1f

/**
 * Checks a file, at its end, by the digest that was announced beside its URL. That of a bill is of the bill unzipped, whichever way
 * it was asked for; so a gzip may have it itself, or what is in it if nothing else is behind that.
 *
 * @throws {VerificationError} when neither has it.
 */
export function checkFile(body: Readable, { algorithm, value }: Digest, what: string): Readable {
  const delivered = createHash(algorithm)
  const unzipped = createHash(algorithm)
  const isRight = (hash: Hash): boolean => hash.digest('hex') === value.toLowerCase()
  let length = 0
  let gunzip: Gunzip | undefined
  /** Asks for the next chunk. */
  let release: (() => void) | undefined
  const check = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      delivered.update(chunk)
      if (length === 0 && chunk[0] === GZIP) {
        gunzip = createGunzip({ chunkSize: UNZIPPED_BYTES }).on('data', (plain: Buffer) =>
          unzipped.update(plain),
        )
        // What only began like gzip has the digest itself, or none. A write that fails is not reported by its callback.
        gunzip.on('error', () => release?.())
      }
      length += chunk.length
      if (!gunzip || gunzip.destroyed) callback(null, chunk)
      else {
        release = () => {
          release = undefined
          callback(null, chunk)
        }
        gunzip.write(chunk, () => release?.())
      }
    },
    flush(callback) {
      const end = (isGzip: boolean): void => {
        const isKnown = isRight(delivered) || (isGzip && isRight(unzipped))
        callback(isKnown ? null : mismatchOf(algorithm, what, 'announced'))
      }
      if (!gunzip) return end(false)
      const { bytesWritten } = gunzip
      // Nobody vouches for what stands behind a gzip.
      finished(gunzip, (error) => end(!error && bytesWritten === length))
      gunzip.end()
    },
    destroy(error, callback) {
      gunzip?.destroy()
      callback(error)
    },
  })
  return pipeline(body, check, () => undefined)
}
