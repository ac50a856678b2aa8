import type { KeyObject } from 'node:crypto'
import { decodeXml, type XmlFields, XmlProblem } from '../crypto/xml.js'
import { VerificationError } from '../errors.js'
import { printable } from '../printable.js'
import { failureOf } from '../protocols/v2/outcome.js'
import { decryptReqInfo } from '../protocols/v2/req-info.js'
import { isGenuine, type Message } from '../protocols/v2/sign.js'
import type { PlainEvent } from './event.js'
import { identify } from './identify.js'
import type { XmlMessage } from './message-facts.js'
import { decryptResource, malformed, missingOption, parseJsonObject, type Secrets } from './resource.js'

/** The length of an HMAC-SHA256 in hexadecimal; an MD5 has half of it. */
const HMAC_LENGTH = 64
/** More marks than a message has by far: about a hundred fields, in CDATA, with lists in JSON. */
const MAX_MARKS = 3_000
/** States of a trade that was not paid, though the message about it is one of success. */
const NOT_PAID = /FAIL|ERROR|BACK|REVOKED|CLOSED|NOTPAY/
/** The event type of a genuine message that is not documented. */
const UNKNOWN = 'unknown'

/**
 * Verifies a notification of v2 where it is signed, and decrypts what is encrypted in it.
 *
 * @see https://pay.weixin.qq.com/doc/v2/merchant/4011985891
 */
export function parseXml(body: string | Buffer, secrets: Secrets): PlainEvent {
  const { secret, identity, mchid } = secrets
  if (identity === 'brand') throw malformed('it is XML, which is for merchants: a brand is told in JSON')
  assertLikely(body.toString())
  if (!secret) throw missingOption('secret', 'A notification of APIv2')
  const fields = decode(body)
  const message = identify(fields)
  const event_type = eventTypeOf(fields, message)
  const what = `The notification ${printable(event_type)}`
  if (message?.verify !== 'none') assertSigned(fields, message, secret, what)
  const cipher = message?.cipher
  if (!cipher) return { event_type, resource: fields, authenticated: true }
  const ciphertext = textOf(fields[cipher.at])
  if (!ciphertext) throw malformed(`${what} has no ${cipher.at}`)
  if (cipher.algorithm === 'AES_256_ECB') {
    const resource = decryptUnsigned(ciphertext, secret, `${what}: ${cipher.at}`)
    const flaw = findFlaw(fields, resource, mchid)
    if (!flaw) return { event_type, resource, authenticated: false }
    throw new VerificationError(`${what} is not to be trusted: ${flaw}`, { code: 'SIGNATURE_INVALID' })
  }
  // The other fields of the event have the prefix of its ciphertext: `event_ciphertext`, `event_nonce` …
  const field = (name: string): string | undefined => textOf(fields[cipher.at.replace(/ciphertext$/, name)])
  const encrypted = {
    ciphertext,
    nonce: field('nonce') ?? '',
    associatedData: field('associated_data') ?? '',
  }
  const text = decryptResource(encrypted, secrets, what)
  const id = field('id')
  const create_time = field('create_time')
  const resource = parseJsonObject(text) ?? decode(text)
  return { ...(id && { id }), ...(create_time && { create_time }), event_type, resource, authenticated: true }
}

/** Refuses by a glance what cannot be genuine: to parse it would take many times longer, and anybody may have sent it. */
function assertLikely(xml: string): void {
  if (!/>\s*$/.test(xml.slice(-64))) throw malformed('the XML is cut short')
  if (!/<(sign|req_info)>/.test(xml)) {
    throw new VerificationError('The notification is not to be trusted: it has neither sign nor req_info', {
      code: 'SIGNATURE_MISSING',
    })
  }
  if (xml.split(/[<&=]/, MAX_MARKS).length === MAX_MARKS) throw malformed('the XML has too many elements')
}

/**
 * The event type of a message. One that tells of a failure has a type of its own, so that no handler takes it for the
 * success that its fields are those of: a payment by contract that was not made is told by the message of one that was.
 */
function eventTypeOf(fields: XmlFields, message: XmlMessage | undefined): string {
  const name = message?.eventType ?? textOf(fields.event_type) ?? UNKNOWN
  if (!failureOf(fields) && !NOT_PAID.test(textOf(fields.trade_state) ?? '')) return name
  if (name.endsWith('SUCCESS')) return name.replace(/SUCCESS$/, 'FAIL')
  return `${name.replace(/-success$/, '')}-fail`
}

function decode(body: string | Buffer): XmlFields {
  try {
    return decodeXml(body)
  } catch (cause) {
    if (cause instanceof XmlProblem) throw malformed(cause.message, cause)
    throw cause
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function assertSigned(
  fields: XmlFields,
  message: XmlMessage | undefined,
  secret: KeyObject,
  what: string,
): void {
  if (!Object.values(fields).every((value) => typeof value === 'string')) {
    throw malformed(`${what} has nested elements, which no signature of v2 covers`)
  }
  const { sign = '' } = fields as Message
  if (sign === '') {
    throw new VerificationError(`${what} is not to be trusted: it has no sign`, { code: 'SIGNATURE_MISSING' })
  }
  // Where only one of the hashes is documented, a message signed with the other one is refused.
  const signType = message?.signType ?? (sign.length === HMAC_LENGTH ? 'HMAC-SHA256' : 'MD5')
  if (isGenuine(fields as Message, signType, secret)) return
  throw new VerificationError(
    `${what} is not to be trusted: its sign does not fit the APIv2 key (${signType}); was it altered, or is secret the wrong one?`,
    { code: 'SIGNATURE_INVALID' },
  )
}

/**
 * Decrypts a message without signature. That its blocks were encrypted under the secret shows that they are genuine, not
 * that they belong together: ECB lets anybody put those of several messages into one.
 */
function decryptUnsigned(ciphertext: string, secret: KeyObject, what: string): XmlFields {
  try {
    return decryptReqInfo(ciphertext, secret)
  } catch {
    throw new VerificationError(
      `${what} cannot be decrypted, so it is not to be trusted: was it altered, or is secret the wrong one?`,
      { code: 'SIGNATURE_INVALID' },
    )
  }
}

/** The fields of a refund that no message lacks. */
const REFUND_FIELDS = [
  'transaction_id',
  'out_trade_no',
  'refund_id',
  'out_refund_no',
  'refund_status',
] as const
/** Amounts of a refund of which the first is never more than the second. */
const AMOUNTS = [
  ['refund_fee', 'total_fee'],
  ['settlement_refund_fee', 'refund_fee'],
  ['settlement_total_fee', 'total_fee'],
] as const

/** What cannot be in a refund that no signature vouches for. A forger who is careful makes no such mistake. */
function findFlaw(outer: XmlFields, refund: XmlFields, mchid: string): string | undefined {
  if (!textOf(outer.appid)) return 'it has no appid'
  const merchant = textOf(outer.mch_id) ?? ''
  if (merchant === '' || (mchid && merchant !== mchid))
    return `mch_id is '${printable(merchant)}', not ${mchid}`
  const missing = REFUND_FIELDS.find((name) => !textOf(refund[name]))
  if (missing) return `its refund has no ${missing}`
  const odd = Object.keys(refund).find((name) => typeof refund[name] !== 'string')
  if (odd) return `${printable(odd)} stands in its refund several times, or holds other fields`
  const fen = (name: string): number =>
    /^\d{1,15}$/.test(textOf(refund[name]) ?? '') ? Number(refund[name]) : Number.NaN
  const excess = AMOUNTS.find(([part, whole]) => part in refund && !(fen(part) <= fen(whole)))
  if (excess) return `its ${excess.join(' is no amount up to its ')}`
  return fen('refund_fee') >= 0 ? undefined : 'its refund has no refund_fee'
}
