import { canonicalResponse } from '../../crypto/canonical.js'
import { verifyWith } from '../../crypto/sign.js'
import { VerificationError, type VerificationErrorCode } from '../../errors.js'
import { isPublicKeyId, type KeyRing, type PlatformKeys } from './platform-keys.js'

/** Reads a header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined

/** Seconds that the sender's clock may be away from ours. */
const CLOCK_TOLERANCE = 300

/** Begins the signatures by which WeChat Pay probes, now and then, whether anybody checks them. */
export const PROBE = 'WECHATPAY/SIGNTEST/'

/** A header of a signature: without blanks, commas (which join one that came twice) and characters that it never has. */
const HEADER = /^[!-+\--~]{1,128}$/
const SIGNATURE = /^[!-+\--~]{1,1024}$/

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

/** What a message calls the payload, and what it adds at its end. */
export type Wording = (code: VerificationErrorCode) => readonly [what: string, consequence: string]

/**
 * Verifies a response or notification: timestamp within ±300 s, a known serial, and a signature over the raw bytes by the
 * algorithm of that key. Where all but the serial is right, the keys are looked up first.
 *
 * @throws {VerificationError} saying why it is not to be trusted, and which serials are known.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053420
 */
export async function verifySignature(
  payload: SignedPayload,
  keys: PlatformKeys,
  wording: Wording,
): Promise<void> {
  let flaw = findFlaw(payload, keys)
  if (!flaw) return
  const { serial = '' } = payload.headers
  let cause: unknown
  if (flaw.code === 'SERIAL_UNKNOWN') {
    cause = await keys.lookUp(serial).catch((error: unknown) => error)
    flaw = findFlaw(payload, keys)
    if (!flaw) return
  }
  const { code, why } = flaw
  const [what, consequence] = wording(code)
  const advice = code === 'SERIAL_UNKNOWN' ? adviceFor(serial, cause) : ''
  throw new VerificationError(`${what} is not to be trusted: ${why}${advice}${consequence}`, {
    code,
    serial: payload.headers.serial,
    knownSerials: serialsOf(keys),
    cause,
  })
}

/** What to do about a serial that is unknown. */
function adviceFor(serial: string, cause: unknown): string {
  if (isPublicKeyId(serial)) return `; add pub_key.pem to certs under ${serial}`
  return cause instanceof Error ? `; ${cause.message}` : ''
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
  if (![serial, timestamp, nonce].every((header) => HEADER.test(header)) || !SIGNATURE.test(signature)) {
    const why = 'a header of its signature came twice, is too long, or has characters that it never has'
    return { code: 'SIGNATURE_INVALID', why }
  }
  if (signature.startsWith(PROBE)) {
    const why = `it is a probe (${PROBE}…), which WeChat Pay signs wrongly to see that it is refused`
    return { code: 'SIGNATURE_PROBE', why }
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
  const why = `its body is not, byte for byte, what was signed; or ${serial} is the id of another key`
  return { code: 'SIGNATURE_INVALID', why }
}

/** Whether an error is that of a probe. What was asked for comes when it is asked for again. */
export function isProbe(error: unknown): boolean {
  return error instanceof VerificationError && error.code === 'SIGNATURE_PROBE'
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
  return `it was signed at ${shown}, and it is ${new Date().toISOString()} here, more than ${CLOCK_TOLERANCE} s apart: set the clock`
}
