import type { KeyObject } from 'node:crypto'
import { decryptAesGcm } from '../crypto/aes.js'
import { RequestError } from '../errors.js'
import type { PlatformKeys } from '../v3/platform-keys.js'

/** What notifications are verified and decrypted with. */
export interface Secrets {
  readonly keys: PlatformKeys
  readonly apiv3Key: KeyObject | undefined
  readonly secret: KeyObject | undefined
}

/** The error for a key that was not given as an option. */
export function missingOption(name: 'apiv3Key' | 'secret', what: string): RequestError {
  const key = name === 'secret' ? 'APIv2' : 'APIv3'
  return new RequestError(
    `${what} needs the option ${name}: new Wechatpay({ ${name} }), the 32 bytes of the ${key} key`,
  )
}

/** Decrypts what a genuine message holds: that the key is the wrong one is all that can be amiss. */
export function openGcm(ciphertext: string, key: KeyObject, nonce: string, associatedData: string): string {
  try {
    return decryptAesGcm(ciphertext, key, nonce, associatedData)
  } catch (cause) {
    throw new RequestError(
      'apiv3Key cannot decrypt this genuine notification: is it the APIv3 key of this merchant, and the current one?',
      { code: 'DECRYPTION_FAILED', cause },
    )
  }
}
