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

/**
 * Why the gateway refused a signature, as far as both sides' messages and clocks show it. The message itself is
 * not printed: its parts are named by length and digest.
 *
 * @param gatewayTime of the refusal, in milliseconds since the epoch
 */
export function explainSignError(
  signed: SignedRequest,
  detail: unknown,
  gatewayTime: number,
  signer: Id & { readonly serial: string },
): string {
  const information = (detail as { sign_information?: SignInformation } | undefined)?.sign_information
  const cause =
    clockSkew(signed, gatewayTime) ??
    difference(signed, information) ??
    `${information ? 'the gateway computed the same message, so' : 'if the gateway computed the same message,'} privateKey is not the key of serial ${signer.serial}, or that certificate is not that of ${describeId(signer)}; compare with: openssl x509 -in apiclient_cert.pem -noout -serial`
  return `${describe(signed)}; ${cause}`
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
