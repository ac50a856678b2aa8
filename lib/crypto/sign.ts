import { createVerify, type KeyObject, sign as rsaSign } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type KeyInput, loadPrivateKey, loadPublicKey } from './keys.js'
import { isSm2, signSm2, verifySm2 } from './sm2.js'

const ALGORITHM = 'RSA-SHA256'

function bytesOf(message: string | Buffer): Buffer {
  return typeof message === 'string' ? Buffer.from(message) : message
}

/**
 * The signature of a message, in base64: RSA-SHA256 (PKCS#1 v1.5), or SM2 with SM3 by an SM2 key.
 *
 * @throws {ConfigError} code `KEY_INVALID` when the key is no private key of RSA or SM2.
 */
export function sign(message: string | Buffer, privateKey: KeyInput): string {
  return signAtOnce(loadPrivateKey(privateKey), message)
}

function signAtOnce(privateKey: KeyObject, message: string | Buffer): string {
  if (isSm2(privateKey)) return signSm2(privateKey, message)
  return rsaSign(ALGORITHM, bytesOf(message), privateKey).toString('base64')
}

/**
 * Like {@link sign}, in libuv's thread pool where there is a second processor, so that the event loop is not blocked. Node.js has no
 * such way for SM2.
 */
export function signAsync(message: string | Buffer, privateKey: KeyInput): Promise<string> {
  return signWith(loadPrivateKey(privateKey), message)
}

/** Whether a thread of the pool would run beside the event loop; with one processor the loop would only wait for it. */
const HAS_OTHER_PROCESSOR: boolean = availableParallelism() > 1

/** Like {@link signAsync}, with a key that is already loaded. */
export async function signWith(privateKey: KeyObject, message: string | Buffer): Promise<string> {
  if (!HAS_OTHER_PROCESSOR || isSm2(privateKey)) return signAtOnce(privateKey, message)
  return new Promise((resolve, reject) => {
    rsaSign(ALGORITHM, bytesOf(message), privateKey, (error, signature) => {
      if (error) reject(error)
      else resolve(signature.toString('base64'))
    })
  })
}

/** Whether `signature` (base64) is that of a message by the owner of `publicKey`, by RSA-SHA256 or SM2 as the key says. */
export function verify(message: string | Buffer, signature: string, publicKey: KeyInput): boolean {
  return verifyWith(loadPublicKey(publicKey), message, signature)
}

/** Like {@link verify}, with a key that is already loaded. */
export function verifyWith(publicKey: KeyObject, message: string | Buffer, signature: string): boolean {
  if (isSm2(publicKey)) return verifySm2(publicKey, message, signature)
  return createVerify(ALGORITHM).update(message).verify(publicKey, signature, 'base64')
}
