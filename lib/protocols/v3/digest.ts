import { createHash } from 'node:crypto'
import { pipeline, Readable, Transform } from 'node:stream'
import { VerificationError } from '../../errors.js'

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
  const mismatch = (): VerificationError =>
    new VerificationError(
      `${what} is not to be trusted: its body does not have the ${algorithm === 'sha1' ? 'SHA-1' : 'SHA-256'} that is ${source}`,
      { code: 'SIGNATURE_INVALID' },
    )
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
