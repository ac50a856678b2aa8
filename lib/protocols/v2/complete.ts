import { nonce } from '../../crypto/canonical.js'
import { RequestError } from '../../errors.js'
import { assertMerchant } from '../../identity.js'
import type { Endpoint } from '../../pipeline/endpoint.js'
import type { V2Context } from './context.js'
import { extraSign } from './extra-signs.js'
import { isSignType, type Message, type SignType, signMessage } from './sign.js'

/** A message as it will be sent, and how it is signed: its answer has to be signed the same way. */
export interface SignedMessage {
  readonly message: Message
  readonly signType: SignType
}

/** Fields under which a merchant says who it is, on one endpoint or another. */
const MERCHANT_FIELDS = ['mch_id', 'mchid', 'combine_mch_id', 'partner'] as const

/**
 * Fills in what the caller may leave out (the merchant's id, `nonce_str`, `sign_type`) and signs.
 *
 * @param given the fields of the XML, the query or the upload
 * @param where for messages: `xml` or `query`
 * @throws {RequestError} when a value cannot be sent, another merchant is named, or the client has no APIv2 key.
 */
export function completeMessage(
  given: unknown,
  where: string,
  endpoint: Endpoint,
  context: V2Context,
): SignedMessage {
  const { secret, signer } = context
  assertMerchant(signer, endpoint.name, 'v2')
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
    const value = message[name] || extraSign(name, message, context)
    if (value) message[name] = value
  }
  message.sign = signMessage(message, signType, secret)
  return { message, signType }
}

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
  // Nobody knows what an undocumented endpoint calls it, or whom it means; the caller may.
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
