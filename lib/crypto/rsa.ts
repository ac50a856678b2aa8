import {
  constants,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign as rsaSign,
  verify as rsaVerify,
} from 'node:crypto'
import { RequestError } from '../errors.js'
import { type KeyInput, loadPrivateKey, loadPublicKey } from './keys.js'

const ALGORITHM = 'RSA-SHA256'

function bytes(message: string | Buffer): Buffer {
  return typeof message === 'string' ? Buffer.from(message) : message
}

/** RSA-SHA256 (PKCS#1 v1.5) over `message`, as base64. */
export function sign(message: string | Buffer, privateKey: KeyInput): string {
  return rsaSign(ALGORITHM, bytes(message), loadPrivateKey(privateKey)).toString('base64')
}

/** Like {@link sign}, in libuv's thread pool, so that the event loop goes on meanwhile. */
export function signAsync(message: string | Buffer, privateKey: KeyInput): Promise<string> {
  return signWith(loadPrivateKey(privateKey), message)
}

/** Like {@link signAsync}, with a key that is loaded. */
export function signWith(privateKey: KeyObject, message: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    rsaSign(ALGORITHM, bytes(message), privateKey, (error, signature) => {
      if (error) reject(error)
      else resolve(signature.toString('base64'))
    })
  })
}

/** Whether `signature` (base64) is the RSA-SHA256 signature over `message` by the owner of `publicKey`. */
export function verify(message: string | Buffer, signature: string, publicKey: KeyInput): boolean {
  return verifyWith(loadPublicKey(publicKey), message, signature)
}

/** Like {@link verify}, with a key that is loaded. */
export function verifyWith(publicKey: KeyObject, message: string | Buffer, signature: string): boolean {
  return rsaVerify(ALGORITHM, bytes(message), publicKey, Buffer.from(signature, 'base64'))
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const
/** OAEP with SHA-1 takes up two digests and two bytes of every block. */
const OAEP_OVERHEAD = 42

/**
 * RSA-OAEP (SHA-1) of `text` under the platform's public key, as base64: how APIv3 wants sensitive fields.
 *
 * @throws {RequestError} when the text is longer than the key can hold (214 bytes at 2048 bits).
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
 * The text behind a field that the API encrypted with the merchant certificate's public key.
 *
 * @throws {RequestError} when it was encrypted for another key, or is no ciphertext.
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
