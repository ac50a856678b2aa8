import { type CipherGCMTypes, createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { RequestError } from '../errors.js'
import { assertText } from './given.js'

const TAG_BYTES = 16

/** The error for a ciphertext that does not fit the key. */
export function undecryptable(): RequestError {
  return new RequestError(
    'The ciphertext cannot be decrypted: wrong key, nonce or associated data, or it was altered',
    { code: 'DECRYPTION_FAILED' },
  )
}

/**
 * Encrypts text, to base64 of ciphertext and tag.
 *
 * @throws {RequestError} when the nonce is empty, or something is no text.
 */
export function encryptGcm(
  algorithm: CipherGCMTypes,
  text: string,
  key: KeyObject | Buffer,
  nonce: string,
  associatedData: string,
): string {
  if (typeof nonce !== 'string' || nonce === '')
    throw new RequestError('The nonce of GCM must be a text that is not empty')
  assertText(text, 'What is encrypted')
  assertText(associatedData, 'The associated data of GCM')
  const cipher = createCipheriv(algorithm, key, nonce)
  cipher.setAAD(Buffer.from(associatedData))
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/**
 * Decrypts base64 of ciphertext and tag.
 *
 * @throws {RequestError} code `DECRYPTION_FAILED` when key, nonce, associated data and ciphertext do not belong together.
 */
export function decryptGcm(
  algorithm: CipherGCMTypes,
  ciphertext: string,
  key: KeyObject | Buffer,
  nonce: string,
  associatedData: string,
): string {
  assertText(ciphertext, 'The ciphertext')
  const bytes = Buffer.from(ciphertext, 'base64')
  if (bytes.length < TAG_BYTES) throw undecryptable()
  try {
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    decipher.setAAD(Buffer.from(associatedData))
    const text = decipher.update(bytes.subarray(0, -TAG_BYTES))
    // `final` throws when the tag does not fit; in GCM it has no more bytes to add.
    decipher.final()
    return text.toString()
  } catch {
    throw undecryptable()
  }
}
