import { createHash } from 'node:crypto'
import { canonicalRequest, type SignedRequest } from '../../crypto/canonical.js'
import { describeId, type Id } from '../../identity.js'

/** What the gateway says of the message that it computed. */
interface SignInformation {
  readonly truncated_sign_message?: unknown
  readonly sign_message_length?: unknown
}

const CLOCK_TOLERANCE = 300_000
const LINES = ['method', 'url', 'timestamp', 'nonce'] as const

/** A response that refuses a signature. */
export interface SignRefusal {
  /** The API's own words. */
  readonly message: unknown
  readonly detail: unknown
  /** The gateway's time, in milliseconds since the epoch; `NaN` where it does not tell. */
  readonly time: number
}

type SignerId = Id & { readonly serial: string }

/**
 * Why the gateway refused a signature, as far as its own words, both sides' messages and clocks show it. The message itself is not
 * printed: its parts are named by length and digest.
 */
export function explainSignError(signed: SignedRequest, refusal: SignRefusal, signer: SignerId): string {
  const { message, detail, time } = refusal
  const information = (detail as { sign_information?: SignInformation } | undefined)?.sign_information
  const said = typeof message === 'string' ? message : ''
  const cause =
    clockSkew(signed, time) ??
    saidBy(said, signer) ??
    difference(signed, information) ??
    `${information ? 'the gateway computed the same message, so' : 'if the gateway computed the same message,'} privateKey is not the key of serial ${signer.serial} of ${describeId(signer)}: take both from one download, and compare with: ${COMPARE}`
  return `${cause}${Number.isNaN(time) ? aboutClock(signed) : ''}; ${describe(signed)}`
}

const COMPARE = 'openssl x509 -in apiclient_cert.pem -noout -serial'

/** The cause that the API's own words name. */
function saidBy(message: string, signer: SignerId): string | undefined {
  const { serial } = signer
  const who = describeId(signer)
  if (/时间戳|timestamp/i.test(message))
    return `the clock of this machine says ${new Date().toISOString()}; set it`
  if (/未设置|尚未/.test(message))
    return `${who} has to set up its API certificate first: 商户平台 → 账户中心 → API安全`
  if (/序列号|serial/i.test(message)) {
    return `serial ${serial} is no certificate of ${who}, or is no longer valid; see: ${COMPARE}`
  }
  if (/商户号|品牌ID|mch_?id|brand_?id/i.test(message)) {
    return `the certificate of serial ${serial} is not that of ${who}; check ${signer.brandId === undefined ? 'mchid' : 'brandId'}`
  }
  return undefined
}

/** A clock that is wrong is refused in the same words, and here nothing tells. */
function aboutClock({ timestamp }: SignedRequest): string {
  return `; the response has no Date to compare the clock with: it is ${new Date(Number(timestamp) * 1_000).toISOString()} here`
}

function describe(signed: SignedRequest): string {
  const { method, url, timestamp, nonce, body } = signed
  const parts = Object.entries({ method, url, timestamp: String(timestamp), nonce, body })
  const digests = parts.map(([name, text]) => `${name} ${Buffer.byteLength(text)} (${digest(text)})`)
  return `signed were ${Buffer.byteLength(canonicalRequest(signed))} bytes: ${digests.join(', ')}`
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

function clockSkew({ timestamp }: SignedRequest, theirs: number): string | undefined {
  const ours = Number(timestamp) * 1_000
  if (!(Math.abs(ours - theirs) > CLOCK_TOLERANCE)) return undefined
  if (Number.isNaN(new Date(theirs).getTime())) return undefined
  const [here, there] = [ours, theirs].map((time) => new Date(time).toISOString())
  return `clock skew: it is ${here} on this machine and ${there} at the gateway; set the clock`
}

function difference(signed: SignedRequest, information: SignInformation | undefined): string | undefined {
  const message = information?.truncated_sign_message
  if (typeof message !== 'string') return undefined
  const theirs = message.split('\n')
  const line = LINES.find((name, at) => String(signed[name]) !== theirs[at])
  if (line) return `the gateway saw another ${line}: '${theirs[LINES.indexOf(line)]}'`
  const length = Buffer.byteLength(canonicalRequest(signed))
  const body = theirs.slice(LINES.length).join('\n').replace(/\n$/, '')
  if (information?.sign_message_length === length && signed.body.startsWith(body)) return undefined
  return 'the gateway saw another body; does a proxy or interceptor change it after it is signed?'
}
