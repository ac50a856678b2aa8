import {
  constants,
  createVerify,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign as rsaSign,
} from 'node:crypto'
import { availableParallelism } from 'node:os'
import { RequestError } from '../errors.js'
import { type KeyInput, loadPrivateKey, loadPublicKey } from './keys.js'

const ALGORITHM = 'RSA-SHA256'

function bytesOf(message: string | Buffer): Buffer {
  return typeof message === 'string' ? Buffer.from(message) : message
}

/**
 * The RSA-SHA256 (PKCS#1 v1.5) signature of a message, in base64.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key is not an RSA private key.
 */
export function sign(message: string | Buffer, privateKey: KeyInput): string {
  return rsaSign(ALGORITHM, bytesOf(message), loadPrivateKey(privateKey)).toString('base64')
}

/** Like {@link sign}, in libuv's thread pool where there is a second processor, so that the event loop is not blocked. */
export function signAsync(message: string | Buffer, privateKey: KeyInput): Promise<string> {
  return signWith(loadPrivateKey(privateKey), message)
}

/** Whether a thread of the pool would run beside the event loop; with one processor the loop would only wait for it. */
const HAS_OTHER_PROCESSOR: boolean = availableParallelism() > 1

/** Like {@link signAsync}, with a key that is already loaded. */
export async function signWith(privateKey: KeyObject, message: string | Buffer): Promise<string> {
  if (!HAS_OTHER_PROCESSOR) return rsaSign(ALGORITHM, bytesOf(message), privateKey).toString('base64')
  return new Promise((resolve, reject) => {
    rsaSign(ALGORITHM, bytesOf(message), privateKey, (error, signature) => {
      if (error) reject(error)
      else resolve(signature.toString('base64'))
    })
  })
}

/** Whether `signature` (base64) is the RSA-SHA256 signature of a message by the owner of `publicKey`. */
export function verify(message: string | Buffer, signature: string, publicKey: KeyInput): boolean {
  return verifyWith(loadPublicKey(publicKey), message, signature)
}

/** Like {@link verify}, with a key that is already loaded. */
export function verifyWith(publicKey: KeyObject, message: string | Buffer, signature: string): boolean {
  return createVerify(ALGORITHM).update(message).verify(publicKey, signature, 'base64')
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const
/** The bytes of a block that OAEP with SHA-1 uses: two digests and two bytes more. */
const OAEP_OVERHEAD = 42

/**
 * Encrypts a sensitive field of APIv3 with the platform's public key, by RSA-OAEP with SHA-1, to base64.
 *
 * @throws {RequestError} when the text is longer than a block: 214 bytes for a key of 2048 bits.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053257
 */
export function encryptOaep(text: string, publicKey: KeyInput): string {
  const key = loadPublicKey(publicKey)
  const limit = (key.asymmetricKeyDetails?.modulusLength ?? 2048) / 8 - OAEP_OVERHEAD
  if (typeof text !== 'string') throw new RequestError('Only text can be encrypted as a sensitive field')
  const plain = Buffer.from(text)
  if (plain.length > limit) {
    throw new RequestError(
      `A sensitive field of ${plain.length} bytes is too long: RSA-OAEP holds ${limit} bytes`,
    )
  }
  return publicEncrypt({ key, ...OAEP }, plain).toString('base64')
}

/**
 * Decrypts a field (base64) that the API has encrypted with the public key of the merchant certificate.
 *
 * @throws {RequestError} code `DECRYPTION_FAILED` when it was encrypted with another key, or is not a ciphertext.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053257
 */
export function decryptOaep(ciphertext: string, privateKey: KeyInput): string {
  const key = loadPrivateKey(privateKey)
  try {
    return privateDecrypt({ key, ...OAEP }, Buffer.from(ciphertext, 'base64')).toString()
  } catch {
    throw new RequestError(
      'The field cannot be decrypted with this private key: it is no RSA-OAEP ciphertext, or meant for the key of another merchant certificate',
      { code: 'DECRYPTION_FAILED' },
    )
  }
}
