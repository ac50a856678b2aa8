import { createHash, type KeyObject } from 'node:crypto'
import type { Endpoint } from '../../catalog/endpoint.js'
import { nonce } from '../../crypto/canonical.js'
import { sign } from '../../crypto/sign.js'
import { RequestError } from '../../errors.js'
import { type Account, assertMaySpeak, rsaKeyOf } from '../../identity.js'
import { isSignType, type Message, type SignType, signMessage } from './sign.js'

/** What messages of APIv2 are signed with. */
export interface V2Keys {
  readonly signer: Account
  /** APIv2 key. */
  readonly secret: KeyObject | undefined
  /** Secret of the payment application in WeCom. */
  readonly workwxSecret: KeyObject | undefined
}

/** A message as it will be sent, and its algorithm, which its response has to use as well. */
export interface SignedMessage {
  readonly message: Message
  readonly signType: SignType
}

/** The fields of a merchant's own id, on one endpoint or another. */
const MERCHANT_FIELDS = ['mch_id', 'mchid', 'combine_mch_id', 'partner'] as const

/**
 * Adds the fields that the caller may leave out (the merchant's id, `nonce_str`, `sign_type`) and the signature.
 *
 * @param given the fields of the XML, the query or the upload
 * @param where for error messages: `xml`, `query` or `multipart`
 * @throws {RequestError} when a value cannot be sent, another merchant is named, or the client has no APIv2 key.
 */
export function completeMessage(
  given: unknown,
  where: string,
  endpoint: Endpoint,
  keys: V2Keys,
): SignedMessage {
  const { secret, signer } = keys
  assertMaySpeak(signer, endpoint.name, 'v2')
  if (!secret) {
    throw new RequestError(
      `${endpoint.name}: APIv2 requests are signed with the APIv2 key: give new Wechatpay({ secret })`,
    )
  }
  const message = textsOf(given ?? {}, where, endpoint)
  const { nonceless, redirect, noSignType, signType: usual = 'MD5', extraSigns = [] } = endpoint.traits
  addMerchant(message, where, endpoint, signer.mchid)
  if (!nonceless && !redirect && !message.nonce_str) message.nonce_str = nonce()
  if (!noSignType && !message.sign_type) message.sign_type = usual
  const signType = message.sign_type ?? usual
  if (!isSignType(signType)) {
    throw new RequestError(`${endpoint.name}: ${where}.sign_type must be MD5 or HMAC-SHA256`)
  }
  for (const name of extraSigns) {
    const value = message[name] || EXTRA_SIGNS[name]?.(message, keys)
    if (value) message[name] = value
  }
  message.sign = signMessage(message, signType, secret)
  return { message, signType }
}

type ExtraSign = (message: Message, keys: V2Keys) => string | undefined

/** The fields that `workwx_sign` covers; the first of them tells a red packet from a payment. */
const WORKWX_FIELDS: readonly (readonly string[])[] = [
  ['mch_billno', 'act_name', 'mch_id', 'nonce_str', 're_openid', 'total_amount', 'wxappid'],
  ['partner_trade_no', 'amount', 'appid', 'desc', 'mch_id', 'nonce_str', 'openid', 'ww_msg_type'],
]

/**
 * WeCom's own signature: MD5 over its fields and the secret of its payment application.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90281
 */
const workwxSign: ExtraSign = (message, { workwxSecret }) => {
  const fields = WORKWX_FIELDS.find(([first = '']) => first in message)
  if (!workwxSecret || !fields) return undefined
  const pairs = [...fields].sort().flatMap((name) => (message[name] ? [`${name}=${message[name]}`] : []))
  const text = [...pairs, `secret=${workwxSecret.export().toString()}`].join('&')
  return createHash('md5').update(text).digest('hex').toUpperCase()
}

/**
 * RSA-SHA256 over certificate number and timestamp, by the merchant's private key.
 *
 * @see https://pay.weixin.qq.com/doc/v2/merchant/4011987792
 */
const certSign: ExtraSign = ({ cert_serialno, timestamp }, { signer }) =>
  cert_serialno && timestamp && signer.privateKey
    ? sign(`cert_serialno=${cert_serialno}&timestamp=${timestamp}`, rsaKeyOf(signer, 'cert_sign'))
    : undefined

/** Signatures beyond `sign`, which covers them; they are left out where they cannot be made. */
const EXTRA_SIGNS: Readonly<Record<string, ExtraSign>> = { workwx_sign: workwxSign, cert_sign: certSign }

function addMerchant(
  message: Record<string, string>,
  where: string,
  endpoint: Endpoint,
  mchid: string,
): void {
  const { documented, traits } = endpoint
  const field = traits.merchantId ?? 'mch_id'
  if (field === false) return
  const given = message[field]
  // The name of the field is unknown where the endpoint is not documented; the caller may have given it.
  if (!documented && MERCHANT_FIELDS.some((name) => message[name])) return
  if (given && given !== mchid) {
    throw new RequestError(
      `${endpoint.name}: ${where}.${field} is ${given}, but this client is that of merchant ${mchid}; leave it out`,
    )
  }
  message[field] = mchid
}

function textsOf(given: unknown, where: string, endpoint: Endpoint): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new RequestError(`${endpoint.name}: ${where} must be an object of fields`)
  }
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || name === 'sign') continue
    const problem = findProblem(name, value)
    if (problem) throw new RequestError(`${endpoint.name}: ${where}.${name} ${problem}`)
    texts[name] = String(value)
  }
  return texts
}

function findProblem(name: string, value: unknown): string | undefined {
  if (name in Object.prototype || name === 'prototype') return 'is no name of a field'
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'is not well-formed Unicode'
  if (typeof value === 'bigint') return undefined
  if (typeof value === 'number') {
    return Number.isFinite(value) && !String(value).includes('e')
      ? undefined
      : `is ${value}: give numbers so large or small as text`
  }
  if (typeof value === 'boolean')
    return `must be text or a number; APIv2 knows no booleans, mostly 'Y' and 'N'`
  return `must be text or a number; where APIv2 takes a list or an object, it takes it as JSON: JSON.stringify(…)`
}
