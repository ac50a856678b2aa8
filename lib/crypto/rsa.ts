import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'
import { RequestError } from '../errors.js'
import { IS_WORKERD } from '../runtime.js'
import { type KeyInput, loadPrivateKey, loadPublicKey } from './keys.js'
import { invalidKey } from './material.js'
import { isSm2 } from './sm2.js'

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const

/** A key to stand beside a padding; workerd knows it as text alone there. */
function besidePadding(key: KeyObject): KeyObject | string | Buffer {
  if (!IS_WORKERD) return key
  return key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' })
}

/** The bytes of a block that OAEP with SHA-1 uses: two digests and two bytes more. */
const OAEP_OVERHEAD = 42

/**
 * Encrypts a sensitive field of APIv3 with the platform's public key, by RSA-OAEP with SHA-1, to base64.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key is an SM2 key.
 * @throws {RequestError} when the text is longer than a block: 214 bytes for a key of 2048 bits.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053257
 */
export function encryptOaep(text: string, publicKey: KeyInput): string {
  const key = assertRsa(loadPublicKey(publicKey))
  const limit = (key.asymmetricKeyDetails?.modulusLength ?? 2048) / 8 - OAEP_OVERHEAD
  if (typeof text !== 'string') throw new RequestError('Only text can be encrypted as a sensitive field')
  const plain = Buffer.from(text)
  if (plain.length > limit) {
    throw new RequestError(
      `A sensitive field of ${plain.length} bytes is too long: RSA-OAEP holds ${limit} bytes`,
    )
  }
  return publicEncrypt({ key: besidePadding(key), ...OAEP }, plain).toString('base64')
}

/**
 * Decrypts a field (base64) that the API has encrypted with the public key of the merchant certificate.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key is an SM2 key.
 * @throws {RequestError} code `DECRYPTION_FAILED` when it was encrypted with another key, or is not a ciphertext.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053257
 */
export function decryptOaep(ciphertext: string, privateKey: KeyInput): string {
  const key = assertRsa(loadPrivateKey(privateKey))
  try {
    return privateDecrypt({ key: besidePadding(key), ...OAEP }, Buffer.from(ciphertext, 'base64')).toString()
  } catch {
    throw new RequestError(
      'The field cannot be decrypted with this private key: it is no RSA-OAEP ciphertext, or meant for the key of another merchant certificate',
      { code: 'DECRYPTION_FAILED' },
    )
  }
}

/** Node.js has no SM2 encryption. */
function assertRsa(key: KeyObject): KeyObject {
  if (!isSm2(key)) return key
  throw invalidKey(
    `Fields are encrypted and decrypted with RSA-OAEP, and this ${key.type} key is an SM2 key: no run time has SM2 encryption`,
  )
}
