import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Endpoint, ProtocolName } from './catalog/endpoint.js'
import { ConfigError, RequestError } from './errors.js'

/** Who a client is. Its options say so, and it signs for nobody else. */
export type Identity = 'merchant' | 'brand'

/** The id that a client signs with: a merchant's, or a brand's. */
export type Id = MerchantId | BrandId

export interface MerchantId {
  readonly mchid: string
  readonly brandId?: undefined
}

export interface BrandId {
  readonly brandId: string
  readonly mchid?: undefined
}

/** The property that holds a client's id, for the parts of the package that are loaded apart from it. */
export const ID: unique symbol = Symbol.for('wechatpay-fluent.id')

/** The id that a client signs with. */
export const idOf = (client: object): Id => (client as { readonly [ID]: Id })[ID]

/** The property that holds a client's own {@link deriveKey}. */
export const DERIVE_KEY: unique symbol = Symbol.for('wechatpay-fluent.derive-key')

/** Derives a key of 32 bytes for one purpose from the private key of a client: whoever has that key, and nobody else, has this one. */
export const deriveKey = (client: object, purpose: string): KeyObject =>
  (client as { readonly [DERIVE_KEY]: (purpose: string) => KeyObject })[DERIVE_KEY](purpose)

export function deriveKeyOf(privateKey: KeyObject, purpose: string): KeyObject {
  const bytes = privateKey.export({ type: 'pkcs8', format: 'der' })
  return createSecretKey(Buffer.from(hkdfSync('sha256', bytes, '', `wechatpay-fluent ${purpose}`, 32)))
}

/** An identity with the key that it signs by. */
export type Signer = Id & {
  /** Serial number of the merchant certificate, or of the brand API certificate. */
  readonly serial: string
  readonly privateKey: KeyObject
}

/** The protocols that each identity may speak. */
const MAY_SPEAK: Readonly<Record<Identity, readonly ProtocolName[]>> = {
  merchant: ['v3', 'v2'],
  brand: ['brand'],
}

/** The options of a client that may speak a protocol. */
const OPTIONS_FOR: Readonly<Record<ProtocolName, string>> = {
  v3: '{ mchid, serial, privateKey, certs, apiv3Key }',
  v2: '{ mchid, serial, privateKey, certs, secret }',
  brand: '{ brandId, serial, privateKey, certs, brandApiKey }',
}

/** Options that make no sense for any other identity. */
const OWN_OPTIONS = {
  merchant: ['mchid', 'apiv3Key', 'secret', 'merchant', 'workwxSecret', 'store'],
  brand: ['brandId', 'brandApiKey'],
} as const satisfies Readonly<Record<Identity, readonly string[]>>

/**
 * The identity that options ask for; a merchant's where they say nothing of it.
 *
 * @throws {ConfigError} when they are those of two clients.
 */
export function identityOf(options: object): Identity {
  const given = (names: readonly string[]): string[] =>
    names.filter((name) => (options as Readonly<Record<string, unknown>>)[name] !== undefined)
  const merchant = given(OWN_OPTIONS.merchant)
  const brand = given(OWN_OPTIONS.brand)
  if (brand.length === 0) return 'merchant'
  if (merchant.length === 0) return 'brand'
  throw new ConfigError(
    `A client is a merchant or a brand, not both: ${list(merchant)} of a merchant, ${list(brand)} of a brand. Make two clients: new Wechatpay(${OPTIONS_FOR.v3}) and new Wechatpay(${OPTIONS_FOR.brand})`,
  )
}

const list = (names: readonly string[]): string =>
  `${names.join(', ')} ${names.length === 1 ? 'is an option' : 'are options'}`

/** `merchant 1900000109`, `brand 120344`. */
export function describeId({ mchid, brandId }: Id): string {
  return brandId === undefined ? `merchant ${mchid}` : `brand ${brandId}`
}

/** Whether an identity may speak a protocol. */
export function maySpeak({ brandId }: Id, protocol: ProtocolName): boolean {
  return MAY_SPEAK[brandId === undefined ? 'merchant' : 'brand'].includes(protocol)
}

/** The error for an endpoint that a client cannot sign for: it says which options a client needs that can. */
export function cannotCall(id: Id, { name, protocol }: Pick<Endpoint, 'name' | 'protocol'>): RequestError {
  const whose = protocol === 'brand' ? 'a brand' : 'a merchant'
  return needsAnother(`${name} can be called by ${whose} alone`, id, protocol)
}

/**
 * Makes sure that a client is a merchant's.
 *
 * @param what the part of the client that is asked for: `paySign.jsapi`
 * @throws {RequestError} saying which options a merchant's client needs.
 */
export function assertMerchant(id: Id, what: string, protocol: 'v2' | 'v3'): asserts id is MerchantId {
  if (id.brandId === undefined) return
  throw needsAnother(`${what} is for merchants alone`, id, protocol)
}

/** The error for what this client cannot do, though another could. */
function needsAnother(why: string, id: Id, protocol: ProtocolName): RequestError {
  return new RequestError(
    `${why}, and this client is that of ${describeId(id)}. Make a second client for it: new Wechatpay(${OPTIONS_FOR[protocol]})`,
  )
}
