import { createHash } from 'node:crypto'
import { pipeline, Readable, Transform } from 'node:stream'
import { VerificationError } from '../../errors.js'

/** The message that is signed in place of a statement's body: the digest that a header names. */
export function digestMessage(sha1: string): Buffer {
  return Buffer.from(JSON.stringify({ sha1 }))
}

/**
 * Checks a body of which only the SHA-1 is signed: bytes at once, a stream at its end.
 *
 * @throws {VerificationError} when the digest is not that of the body.
 */
export function checkDigest(body: Buffer | Readable, sha1: string, what: string): Buffer | Readable {
  if (body instanceof Readable) return checkedStream(body, sha1, what)
  if (createHash('sha1').update(body).digest('hex') === sha1.toLowerCase()) return body
  throw mismatch(what)
}

function checkedStream(body: Readable, sha1: string, what: string): Readable {
  const hash = createHash('sha1')
  const check = new Transform({
    transform(chunk, _encoding, callback) {
      hash.update(chunk as Buffer)
      callback(null, chunk)
    },
    flush(callback) {
      callback(hash.digest('hex') === sha1.toLowerCase() ? null : mismatch(what))
    },
  })
  // Whoever reads the stream hears of a failure there.
  return pipeline(body, check, () => undefined)
}

function mismatch(what: string): VerificationError {
  return new VerificationError(
    `${what} is not to be trusted: its body does not have the SHA-1 that is signed`,
    {
      code: 'SIGNATURE_INVALID',
    },
  )
}
