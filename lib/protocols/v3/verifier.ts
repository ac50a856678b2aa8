import type { AxiosHeaders, AxiosResponse } from 'axios'
import { canonicalResponse } from '../../crypto/canonical.js'
import { verifyWith } from '../../crypto/rsa.js'
import { VerificationError, type VerificationErrorCode } from '../../errors.js'
import { bytesOf } from '../../transport/body.js'
import type { KeyRing, PlatformKeys } from './platform-keys.js'

/** Reads a header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined

/** How far, in seconds, the sender's clock may be from ours. */
const CLOCK_TOLERANCE = 300

/** What says that an answer or notification is genuine; `undefined` what did not come with it. */
export interface SignatureHeaders {
  readonly serial: string | undefined
  readonly signature: string | undefined
  readonly timestamp: string | undefined
  readonly nonce: string | undefined
}

export function signatureHeaders(header: HeaderReader): SignatureHeaders {
  return {
    serial: header('wechatpay-serial'),
    signature: header('wechatpay-signature'),
    timestamp: header('wechatpay-timestamp'),
    nonce: header('wechatpay-nonce'),
  }
}

/** What a signature can be verified of. */
export interface SignedAnswer {
  readonly headers: SignatureHeaders
  /** As it came. */
  readonly body: string | Buffer
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
export function verifySignature(answer: SignedAnswer, keys: KeyRing, { what, doubt }: Wording): void {
  const flaw = flawOf(answer, keys)
  if (!flaw) return
  throw new VerificationError(`${what} is not to be trusted: ${flaw.why}${doubt}`, {
    code: flaw.code,
    serial: answer.headers.serial,
    knownSerials: serialsOf(keys),
  })
}

/** Why an answer is not to be trusted. */
interface Flaw {
  readonly code: VerificationErrorCode
  readonly why: string
}

function flawOf({ headers, body }: SignedAnswer, keys: KeyRing): Flaw | undefined {
  const { serial, signature, timestamp, nonce } = headers
  if (!serial || !signature || !timestamp || !nonce) {
    const why = 'it lacks Wechatpay-Serial, -Signature, -Timestamp or -Nonce'
    return { code: 'SIGNATURE_MISSING', why }
  }
  if (!isFresh(timestamp)) {
    const why = `clock skew, or an old answer replayed: ${bothTimes(timestamp)}`
    return { code: 'TIMESTAMP_INVALID', why }
  }
  const platformKey = keys.get(serial)
  if (!platformKey) {
    const why = `serial ${serial} is unknown; known: ${serialsOf(keys).join(', ') || 'none'}`
    return { code: 'SERIAL_UNKNOWN', why }
  }
  const isGenuine = verifyWith(platformKey.key, canonicalResponse({ timestamp, nonce, body }), signature)
  if (isGenuine) return undefined
  return { code: 'SIGNATURE_INVALID', why: `its signature does not fit the key of ${serial}` }
}

function serialsOf(keys: KeyRing): string[] {
  return keys.all().map(({ serial }) => serial)
}

function isFresh(timestamp: string): boolean {
  return Math.abs(Date.now() / 1000 - Number(timestamp)) <= CLOCK_TOLERANCE
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
export function isKeyKnown({ headers }: SignedAnswer, keys: KeyRing): boolean {
  const { serial } = headers
  return !serial || keys.get(serial) !== undefined
}

/** Looks for the key that an answer names. */
export async function learnKey({ headers }: SignedAnswer, keys: PlatformKeys): Promise<void> {
  await keys.ready()
  const { serial = '' } = headers
  // A failed refresh is no news here: that the serial is unknown is what the caller must hear.
  if (!keys.get(serial)) await keys.learn(serial).catch(() => false)
}

/** An answer as axios gives it, its body as an array buffer. */
export function toSignedAnswer(response: AxiosResponse): SignedAnswer {
  return { headers: signatureHeaders(headerReader(response)), body: bytesOf(response.data) }
}

export function headerReader({ headers }: AxiosResponse): HeaderReader {
  // An adapter of the user's may spell them its own way.
  return (name) => (headers[name] ?? (headers as Partial<AxiosHeaders>).get?.(name)) as string | undefined
}
