import type { KeyObject } from 'node:crypto'
import { decryptAesGcm } from '../crypto/aes.js'
import { RequestError, VerificationError } from '../errors.js'
import { parseJson } from '../parse-json.js'
import type { PlatformKeys } from '../protocols/v3/platform-keys.js'

/** The keys and secrets that notifications are verified and decrypted with. */
export interface Secrets {
  readonly identity: 'merchant' | 'brand'
  /** The merchant's own id; empty where a client does not know it. */
  readonly mchid: string
  readonly keys: PlatformKeys
  readonly apiv3Key: KeyObject | undefined
  readonly brandApiKey: KeyObject | undefined
  readonly secret: KeyObject | undefined
}

/** The names of the keys in WeChat Pay's documentation. */
const KEY_NAMES = { apiv3Key: 'APIv3 key', brandApiKey: 'brand API key', secret: 'APIv2 key' } as const

/** The error for a key that was not given as an option. */
export function missingOption(name: keyof typeof KEY_NAMES, what: string): RequestError {
  return new RequestError(
    `${what} needs the option ${name}: new Wechatpay({ ${name} }), the 32 bytes of the ${KEY_NAMES[name]}`,
  )
}

/** The error for a request that is not a notification. */
export function malformed(why: string, cause?: unknown): VerificationError {
  return new VerificationError(`This is no notification: ${why}`, { code: 'ANSWER_INVALID', cause })
}

/** A resource that is encrypted under a key of this client. */
export interface EncryptedResource {
  /** AES-GCM when absent. */
  readonly decrypt?: typeof decryptAesGcm
  /** Base64. */
  readonly ciphertext: string
  readonly nonce: string
  readonly associatedData: string
}

/**
 * The text of an encrypted resource, whose notification has been verified: when it cannot be decrypted, the key is not
 * the one that WeChat Pay has.
 *
 * @param what the notification, for messages
 * @throws {RequestError} when this client has no key, or another one.
 * @throws {ConfigError} where the run time lacks the algorithm.
 */
export function decryptResource(
  { decrypt = decryptAesGcm, ciphertext, nonce, associatedData }: EncryptedResource,
  { identity, apiv3Key, brandApiKey }: Secrets,
  what: string,
): string {
  const isBrand = identity === 'brand'
  const [name, key] = isBrand ? (['brandApiKey', brandApiKey] as const) : (['apiv3Key', apiv3Key] as const)
  if (!key) throw missingOption(name, what)
  try {
    return decrypt(ciphertext, key, nonce, associatedData)
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause
    throw new RequestError(
      `${name} cannot decrypt this genuine notification: is it the ${KEY_NAMES[name]} of this ${identity}, and the current one?`,
      { code: 'DECRYPTION_FAILED', cause },
    )
  }
}

/** An object in JSON; `undefined` when the text is something else. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text)
  return isObject(value) ? value : undefined
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
