import { createCipheriv, createDecipheriv, KeyObject } from 'node:crypto'
import { ConfigError } from '../errors.js'
import { decryptGcm, encryptGcm, undecryptable } from './gcm.js'
import { assertText } from './given.js'

/** A key of 32 bytes: text, bytes or a secret `KeyObject`. */
export type SecretInput = string | Uint8Array | KeyObject

const KEY_BYTES = 32

/** A key, when it has 32 bytes. */
export function secretKey(input: SecretInput, what = 'An AES-256 key'): KeyObject | Buffer {
  if (!(typeof input === 'string' || input instanceof Uint8Array || input instanceof KeyObject)) {
    throw new ConfigError(`${what} is text, bytes or a secret KeyObject`, { code: 'KEY_INVALID' })
  }
  const key = input instanceof KeyObject ? input : Buffer.from(input as string)
  const size = key instanceof KeyObject ? (key.symmetricKeySize ?? 0) : key.length
  if (size === KEY_BYTES) return key
  throw new ConfigError(`${what} has ${KEY_BYTES} bytes; this one has ${size}`, { code: 'KEY_INVALID' })
}

/**
 * Encrypts text with AEAD_AES_256_GCM, to base64 of ciphertext and tag.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key has not 32 bytes.
 * @throws {RequestError} when the nonce is empty.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012071382
 */
export function encryptAesGcm(text: string, key: SecretInput, nonce: string, associatedData = ''): string {
  return encryptGcm('aes-256-gcm', text, secretKey(key), nonce, associatedData)
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
  return decryptGcm('aes-256-gcm', ciphertext, secretKey(key), nonce, associatedData)
}

/**
 * Encrypts text with AES-256-ECB and PKCS#7 padding, as APIv2 does with `req_info`, to base64.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key has not 32 bytes.
 * @throws {RequestError} when it is no text.
 */
export function encryptAesEcb(text: string, key: SecretInput): string {
  assertText(text, 'What is encrypted')
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
