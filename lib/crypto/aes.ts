import { createCipheriv, createDecipheriv, KeyObject } from 'node:crypto'
import { ConfigError, RequestError } from '../errors.js'

/** A key of 32 bytes: text, bytes or a secret `KeyObject`. */
export type SecretInput = string | Uint8Array | KeyObject

const KEY_BYTES = 32
const TAG_BYTES = 16

function secretKey(input: SecretInput): KeyObject | Buffer {
  if (!(typeof input === 'string' || input instanceof Uint8Array || input instanceof KeyObject)) {
    throw new ConfigError('An AES-256 key is text, bytes or a secret KeyObject', { code: 'KEY_INVALID' })
  }
  const key = input instanceof KeyObject ? input : Buffer.from(input as string)
  const size = key instanceof KeyObject ? (key.symmetricKeySize ?? 0) : key.length
  if (size === KEY_BYTES) return key
  throw new ConfigError(`An AES-256 key has ${KEY_BYTES} bytes; this one has ${size}`, {
    code: 'KEY_INVALID',
  })
}

function undecryptable(): RequestError {
  return new RequestError(
    'The ciphertext cannot be decrypted: wrong key, nonce or associated data, or it was altered',
    {
      code: 'DECRYPTION_FAILED',
    },
  )
}

/**
 * Encrypts text with AEAD_AES_256_GCM, to base64 of ciphertext and tag.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key has not 32 bytes.
 * @throws {RequestError} when the nonce is empty.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012071382
 */
export function encryptAesGcm(text: string, key: SecretInput, nonce: string, associatedData = ''): string {
  const secret = secretKey(key)
  if (typeof nonce !== 'string' || nonce === '')
    throw new RequestError('The nonce of AES-GCM must be a text that is not empty')
  const cipher = createCipheriv('aes-256-gcm', secret, nonce)
  cipher.setAAD(Buffer.from(associatedData))
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/**
 * Decrypts an AEAD_AES_256_GCM ciphertext (base64 of ciphertext and tag).
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key has not 32 bytes.
 * @throws {RequestError} code `DECRYPTION_FAILED` when key, nonce, associated data and ciphertext do not belong together.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012071382
 */
export function decryptAesGcm(
  ciphertext: string,
  key: SecretInput,
  nonce: string,
  associatedData = '',
): string {
  const secret = secretKey(key)
  const bytes = Buffer.from(ciphertext, 'base64')
  if (bytes.length < TAG_BYTES) throw undecryptable()
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES })
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

/**
 * Encrypts text with AES-256-ECB and PKCS#7 padding, as APIv2 does with `req_info`, to base64.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key has not 32 bytes.
 */
export function encryptAesEcb(text: string, key: SecretInput): string {
  const cipher = createCipheriv('aes-256-ecb', secretKey(key), null)
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64')
}

/**
 * Decrypts an AES-256-ECB ciphertext (base64). For `req_info` the key is the MD5 of the APIv2 key, in lower-case hex.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key has not 32 bytes.
 * @throws {RequestError} code `DECRYPTION_FAILED` when key and ciphertext do not belong together.
 */
export function decryptAesEcb(ciphertext: string, key: SecretInput): string {
  const secret = secretKey(key)
  try {
    const decipher = createDecipheriv('aes-256-ecb', secret, null)
    return Buffer.concat([decipher.update(ciphertext, 'base64'), decipher.final()]).toString()
  } catch {
    throw undecryptable()
  }
}
