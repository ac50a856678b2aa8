import { canonicalResponse } from '../../crypto/canonical.js'
import { verifyWith } from '../../crypto/rsa.js'
import { VerificationError, type VerificationErrorCode } from '../../errors.js'
import type { KeyRing, PlatformKeys } from './platform-keys.js'

/** Reads a header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined

/** Seconds that the sender's clock may be away from ours. */
const CLOCK_TOLERANCE = 300

/** The headers of a signature; `undefined` where one did not come. */
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

/** A response or notification with its signature. */
export interface SignedPayload {
  readonly headers: SignatureHeaders
  /** The bytes as they came. */
  readonly body: string | Buffer
}

/**
 * Verifies a response or notification: timestamp within ±300 s, a known serial, and an RSA-SHA256 signature over the raw bytes.
 *
 * @param what the message calls it
 * @throws {VerificationError} saying why it is not to be trusted, and which serials are known.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053420
 */
export function verifySignature(payload: SignedPayload, keys: KeyRing, what: string): void {
  const flaw = findFlaw(payload, keys)
  if (flaw) throw toError(flaw, payload, keys, what)
}

function toError(
  { code, why }: Flaw,
  { headers }: SignedPayload,
  keys: KeyRing,
  what: string,
): VerificationError {
  return new VerificationError(`${what} is not to be trusted: ${why}`, {
    code,
    serial: headers.serial,
    knownSerials: serialsOf(keys),
  })
}

interface Flaw {
  readonly code: VerificationErrorCode
  readonly why: string
}

function findFlaw({ headers, body }: SignedPayload, keys: KeyRing): Flaw | undefined {
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
 * Verifies a response like {@link verifySignature}; where its serial is unknown, the platform certificates are first refreshed, unless the
 * user has fixed them.
 */
export async function verifyResponse(
  payload: SignedPayload,
  keys: PlatformKeys,
  what: () => string,
): Promise<void> {
  if (!isKeyKnown(payload, keys)) await refreshKeys(payload, keys)
  const flaw = findFlaw(payload, keys)
  if (flaw) throw toError(flaw, payload, keys, what())
}

/** Whether there is nothing to refresh: the key is known, or none is named. */
export function isKeyKnown({ headers }: SignedPayload, keys: KeyRing): boolean {
  const { serial } = headers
  return !serial || keys.get(serial) !== undefined
}

/** Refreshes the platform keys for the serial that a response or notification names. */
export async function refreshKeys({ headers }: SignedPayload, keys: PlatformKeys): Promise<void> {
  await keys.ready()
  const { serial = '' } = headers
  // A failed refresh is not reported here: what the caller must hear is that the serial is unknown.
  if (!keys.get(serial)) await keys.refreshFor(serial).catch(() => false)
}
