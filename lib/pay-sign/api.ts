import type { KeyObject } from 'node:crypto'
import { RequestError } from '../errors.js'
import { type Account, assertMaySpeak, maySpeak } from '../identity.js'
import { isPlainObject } from '../plain-object.js'
import { serializeQuery } from '../protocols/url.js'
import { type Coupons, createCoupons } from './coupons.js'
import { createPayments, type Payments } from './payments.js'
import { createScore, type Score } from './score.js'
import { createPaySigning, type MerchantSigner } from './sign.js'

/**
 * The signed parameters that a front end needs. They are made without a request, and synchronously.
 *
 * @throws {RequestError} naming the field, when a value is missing or of another type; also when the client is no merchant's,
 * or has no option `secret` for a signature with the APIv2 key.
 */
export interface PaySign extends Payments, Score, Coupons {
  /** Parameters as an encoded query string: web pages and apps pass on those of payscore in this form. */
  readonly queryString: (parameters: object) => string
}

export function createPaySign(account: Account, secret: KeyObject | undefined): PaySign {
  // The methods of a brand, and of who only receives, throw before they sign.
  const signing = createPaySigning(account as MerchantSigner, secret)
  const methods: PaySign = {
    ...createPayments(signing),
    ...createScore(signing),
    ...createCoupons(signing),
    queryString,
  }
  return Object.freeze(maySpeak(account, 'v2') ? methods : refuseAll(methods, account))
}

/** Methods that throw, for a brand and a receiver: payments and payscore orders are a merchant's, who has to sign. */
function refuseAll(methods: PaySign, account: Account): PaySign {
  const refusals = Object.keys(methods).map((name) => [
    name,
    () => assertMaySpeak(account, `paySign.${name}`, 'v3'),
  ])
  return Object.fromEntries(refusals) as PaySign
}

/** Encodes all parameters. None is left out: a value that cannot be encoded is an error. */
function queryString(parameters: object): string {
  const method = 'paySign.queryString'
  if (!isPlainObject(parameters)) throw new RequestError(`${method} takes an object of texts and numbers`)
  for (const [name, value] of Object.entries(parameters)) {
    const isEncodable = typeof value === 'string' ? value.isWellFormed() : Number.isFinite(value)
    if (!isEncodable) throw new RequestError(`${method}: ${name} must be a well-formed text or a number`)
  }
  return serializeQuery(parameters)
}
