import { type CipherGCMTypes, createHash, getCiphers, KeyObject } from 'node:crypto'
import { ConfigError } from '../errors.js'
import { runtimeName } from '../runtime.js'
import { type SecretInput, secretKey } from './aes.js'
import { decryptGcm, encryptGcm } from './gcm.js'

/** OpenSSL has it from 3.1; Node's types do not list it. */
const ALGORITHM = 'sm4-gcm' as CipherGCMTypes
const KEY_BYTES = 16

/**
 * Makes sure that the run time has SM4-GCM.
 *
 * @param what is encrypted with it, for the message
 * @throws {ConfigError} saying which run times have it.
 */
export function assertSm4Gcm(what: string): void {
  if (getCiphers().includes(ALGORITHM)) return
  throw new ConfigError(
    `${what} encrypted with SM4-GCM, which ${runtimeName()} does not have; Node.js has it from 24.22, and from 26.9`,
  )
}

/** The key of SM4: the first half of the SM3 digest of the APIv3 key. */
function sm4Key(apiv3Key: SecretInput): Buffer {
  const key = secretKey(apiv3Key, 'An APIv3 key')
  const bytes = key instanceof KeyObject ? key.export() : key
  return createHash('sm3').update(bytes).digest().subarray(0, KEY_BYTES)
}

/**
 * Encrypts text with AEAD_SM4_GCM under the key that belongs to an APIv3 key, to base64 of ciphertext and tag.
 *
 * @throws {ConfigError} where the run time has no SM4-GCM; code `KEY_INVALID` when the key has not 32 bytes.
 * @throws {RequestError} when the nonce is empty.
 * @see https://pay.weixin.qq.com/doc/v3/partner/4012082629
 */
export function encryptSm4Gcm(
  text: string,
  apiv3Key: SecretInput,
  nonce: string,
  associatedData = '',
): string {
  assertSm4Gcm('The text is to be')
  return encryptGcm(ALGORITHM, text, sm4Key(apiv3Key), nonce, associatedData)
}

/**
 * Decrypts an AEAD_SM4_GCM ciphertext (base64 of ciphertext and tag) under the key that belongs to an APIv3 key.
 *
 * @throws {ConfigError} where the run time has no SM4-GCM; code `KEY_INVALID` when the key has not 32 bytes.
 * @throws {RequestError} code `DECRYPTION_FAILED` when key, nonce, associated data and ciphertext do not belong together.
 * @see https://pay.weixin.qq.com/doc/v3/partner/4012082629
 */
export function decryptSm4Gcm(
  ciphertext: string,
  apiv3Key: SecretInput,
  nonce: string,
  associatedData = '',
): string {
  assertSm4Gcm('The ciphertext is')
  return decryptGcm(ALGORITHM, ciphertext, sm4Key(apiv3Key), nonce, associatedData)
}
