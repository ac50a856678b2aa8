import type { AxiosResponse } from 'axios'
import { canonicalResponse } from '../crypto/canonical.js'
import { verify } from '../crypto/rsa.js'
import { VerificationError, type VerificationErrorCode } from '../errors.js'
import type { PlatformKeys } from './platform-keys.js'

/** Reads a header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined

/** How far, in seconds, the sender's clock may be from ours. */
const CLOCK_TOLERANCE = 300

/**
 * Believes an answer or notification, or throws: timestamp within ±300 s, a known serial, and an
 * RSA-SHA256 signature over the raw bytes.
 *
 * @throws {VerificationError} saying of `what`, why, and which serials are known.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053420
 */
export function verifySignature(
  header: HeaderReader,
  body: Buffer,
  keys: PlatformKeys,
  { what, doubt }: { readonly what: string; readonly doubt: string },
): void {
  const serial = header('wechatpay-serial')
  const signature = header('wechatpay-signature')
  const timestamp = header('wechatpay-timestamp')
  const nonce = header('wechatpay-nonce')
  const refusal = (code: VerificationErrorCode, why: string): VerificationError => {
    const knownSerials = keys.serials()
    return new VerificationError(`${what} is not to be trusted: ${why}${doubt}`, {
      code,
      serial,
      knownSerials,
    })
  }

  if (!serial || !signature || !timestamp || !nonce) {
    throw refusal('SIGNATURE_MISSING', 'it lacks Wechatpay-Serial, -Signature, -Timestamp or -Nonce')
  }
  const age = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (!(age <= CLOCK_TOLERANCE)) {
    throw refusal(
      'TIMESTAMP_INVALID',
      `timestamp ${timestamp} is not within ${CLOCK_TOLERANCE} s of this clock`,
    )
  }
  const platformKey = keys.get(serial)
  if (!platformKey) {
    throw refusal(
      'SERIAL_UNKNOWN',
      `serial ${serial} is unknown; known: ${keys.serials().join(', ') || 'none'}`,
    )
  }
  if (!verify(canonicalResponse({ timestamp, nonce, body }), signature, platformKey.key)) {
    throw refusal('SIGNATURE_INVALID', `its signature does not fit the key of ${serial}`)
  }
}

export function headerReader({ headers }: AxiosResponse): HeaderReader {
  return (name) => headers[name] as string | undefined
}

/** The bytes of an answer, which travels as an array buffer. */
export function bodyOf({ data }: AxiosResponse): Buffer {
  if (Buffer.isBuffer(data)) return data
  return data === undefined || data === null ? Buffer.alloc(0) : Buffer.from(data as ArrayBuffer)
}
