import type { AxiosResponse } from 'axios'
import { canonicalResponse } from '../crypto/canonical.js'
import { verifyWith } from '../crypto/rsa.js'
import { VerificationError, type VerificationErrorCode } from '../errors.js'
import type { KeyRing, PlatformKeys } from './platform-keys.js'

/** Reads a header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined

/** How far, in seconds, the sender's clock may be from ours. */
const CLOCK_TOLERANCE = 300

/** What a signature can be verified of. */
export interface SignedAnswer {
  readonly header: HeaderReader
  /** The raw bytes. */
  readonly body: Buffer
}

/** What a refusal says it is about, and what follows from it. */
export interface Wording {
  readonly what: string
  readonly doubt: string
}

/**
 * Believes an answer or notification, or throws: timestamp within ±300 s, a known serial, and an
 * RSA-SHA256 signature over the raw bytes.
 *
 * @throws {VerificationError} saying of `what`, why, and which serials are known.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053420
 */
export function verifySignature(
  { header, body }: SignedAnswer,
  keys: KeyRing,
  { what, doubt }: Wording,
): void {
  const serial = header('wechatpay-serial')
  const signature = header('wechatpay-signature')
  const timestamp = header('wechatpay-timestamp')
  const nonce = header('wechatpay-nonce')
  const known = (): string[] => keys.all().map((key) => key.serial)
  const refusal = (code: VerificationErrorCode, why: string): VerificationError => {
    return new VerificationError(`${what} is not to be trusted: ${why}${doubt}`, {
      code,
      serial,
      knownSerials: known(),
    })
  }

  if (!serial || !signature || !timestamp || !nonce) {
    throw refusal('SIGNATURE_MISSING', 'it lacks Wechatpay-Serial, -Signature, -Timestamp or -Nonce')
  }
  if (!isFresh(timestamp)) {
    throw refusal('TIMESTAMP_INVALID', `clock skew, or an old answer replayed: ${bothTimes(timestamp)}`)
  }
  const platformKey = keys.get(serial)
  if (!platformKey) {
    throw refusal('SERIAL_UNKNOWN', `serial ${serial} is unknown; known: ${known().join(', ') || 'none'}`)
  }
  if (!verifyWith(platformKey.key, canonicalResponse({ timestamp, nonce, body }), signature)) {
    throw refusal('SIGNATURE_INVALID', `its signature does not fit the key of ${serial}`)
  }
}

function isFresh(timestamp: string): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(Date.now() / 1000 - Number(timestamp)) <= CLOCK_TOLERANCE
}

function bothTimes(timestamp: string): string {
  const theirs = new Date(Number(timestamp) * 1_000)
  const shown = Number.isNaN(theirs.getTime()) ? `'${timestamp}'` : theirs.toISOString()
  return `it was signed at ${shown}, and it is ${new Date().toISOString()} here, more than ${CLOCK_TOLERANCE} s apart`
}

/**
 * Like {@link verifySignature}; where the serial is unknown, the platform certificates are first refreshed,
 * if they are not fixed by the user.
 */
export async function verifyAnswer(
  answer: SignedAnswer,
  keys: PlatformKeys,
  wording: Wording,
): Promise<void> {
  if (!isKeyKnown(answer, keys)) await learnKey(answer, keys)
  verifySignature(answer, keys, wording)
}

/** Whether there is nothing to learn: the key is known, or the answer names none. */
export function isKeyKnown({ header }: SignedAnswer, keys: KeyRing): boolean {
  const serial = header('wechatpay-serial')
  return !serial || keys.get(serial) !== undefined
}

/** Looks for the key that an answer names. */
export async function learnKey({ header }: SignedAnswer, keys: PlatformKeys): Promise<void> {
  await keys.ready()
  const serial = header('wechatpay-serial') ?? ''
  // A failed refresh is no news here: that the serial is unknown is what the caller must hear.
  if (!keys.get(serial)) await keys.learn(serial).catch(() => false)
}

/** An answer as axios gives it, its body as an array buffer. */
export function toSignedAnswer(response: AxiosResponse): SignedAnswer {
  return { header: headerReader(response), body: toBuffer(response.data) }
}

export function headerReader({ headers }: AxiosResponse): HeaderReader {
  return (name) => headers[name] as string | undefined
}

function toBuffer(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data
  return data === undefined || data === null ? Buffer.alloc(0) : Buffer.from(data as ArrayBuffer)
}
