import type { KeyObject } from 'node:crypto'
import { decryptAesGcm } from '../crypto/aes.js'
import { RequestError } from '../errors.js'
import type { Identity } from '../identity.js'
import type { PlatformKeys } from '../protocols/v3/platform-keys.js'

/** What notifications are verified and decrypted with. */
export interface Secrets {
  readonly identity: Identity
  readonly keys: PlatformKeys
  readonly apiv3Key: KeyObject | undefined
  readonly brandApiKey: KeyObject | undefined
  readonly secret: KeyObject | undefined
}

/** What the keys are called elsewhere. */
const KEYS = { apiv3Key: 'APIv3 key', brandApiKey: 'brand API key', secret: 'APIv2 key' } as const

/** The error for a key that was not given as an option. */
export function missingOption(name: keyof typeof KEYS, what: string): RequestError {
  return new RequestError(
    `${what} needs the option ${name}: new Wechatpay({ ${name} }), the 32 bytes of the ${KEYS[name]}`,
  )
}

/**
 * Decrypts what a genuine message holds: that the key is the wrong one is all that can be amiss.
 *
 * @param what the notification, for messages
 * @throws {RequestError} when this client has no key to it, or another.
 */
export function openGcm(
  { ciphertext, nonce, associatedData }: Sealed,
  { identity, apiv3Key, brandApiKey }: Secrets,
  what: string,
): string {
  const isBrand = identity === 'brand'
  const [name, key] = isBrand ? (['brandApiKey', brandApiKey] as const) : (['apiv3Key', apiv3Key] as const)
  if (!key) throw missingOption(name, what)
  try {
    return decryptAesGcm(ciphertext, key, nonce, associatedData)
  } catch (cause) {
    throw new RequestError(
      `${name} cannot decrypt this genuine notification: is it the ${KEYS[name]} of this ${identity}, and the current one?`,
      { code: 'DECRYPTION_FAILED', cause },
    )
  }
}

/** What AES-GCM has encrypted. */
export interface Sealed {
  /** Base64. */
  readonly ciphertext: string
  readonly nonce: string
  readonly associatedData: string
}
