import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Endpoint, ProtocolName } from './catalog/endpoint.js'
import type { OwnValues } from './catalog/own-values.js'
import { isSm2 } from './crypto/sm2.js'
import { ConfigError, RequestError } from './errors.js'

/** Who a client is. Its options say so, and it signs for nobody else. */
export type Identity = 'merchant' | 'v2' | 'receiver' | 'brand'

/** The id that a client signs with: a merchant's, or a brand's; one that only receives has none. */
export type Id = MerchantId | BrandId | NoId

export interface MerchantId {
  readonly mchid: string
  readonly brandId?: undefined
}

export interface NoId {
  readonly mchid?: undefined
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

/** The property that holds what a client fills into requests. */
export const OWN_VALUES: unique symbol = Symbol.for('wechatpay-fluent.own-values')

/** What a client fills into requests that leave it out. */
export const ownValuesOf = (client: object): OwnValues =>
  (client as { readonly [OWN_VALUES]: OwnValues })[OWN_VALUES]

/** The property that holds a client's own {@link deriveKey}. */
export const DERIVE_KEY: unique symbol = Symbol.for('wechatpay-fluent.derive-key')

/** Derives a key of 32 bytes for one purpose from the private key of a client: whoever has that key, and nobody else, has this one. */
export const deriveKey = (client: object, purpose: string): KeyObject =>
  (client as { readonly [DERIVE_KEY]: (purpose: string) => KeyObject })[DERIVE_KEY](purpose)

export function deriveKeyOf(key: KeyObject, purpose: string): KeyObject {
  const bytes = key.type === 'secret' ? key.export() : key.export({ type: 'pkcs8', format: 'der' })
  return createSecretKey(Buffer.from(hkdfSync('sha256', bytes, '', `wechatpay-fluent ${purpose}`, 32)))
}

/** Who a client is, with the key that it signs by. APIv2 alone takes none, and who only receives has none. */
export type Account = Id & {
  readonly serial?: string
  readonly privateKey?: KeyObject
}

/** An account with the key that it signs by. */
export type Signer = (MerchantId | BrandId) & {
  /** Serial number of the merchant certificate, or of the brand API certificate. */
  readonly serial: string
  readonly privateKey: KeyObject
}

/** The protocols that each identity may speak. */
const MAY_SPEAK: Readonly<Record<Identity, readonly ProtocolName[]>> = {
  merchant: ['v3', 'v2'],
  v2: ['v2'],
  receiver: [],
  brand: ['brand'],
}

/** The options of a client that may speak a protocol. */
const OPTIONS_FOR: Readonly<Record<ProtocolName, string>> = {
  v3: '{ mchid, serial, privateKey, certs, apiv3Key }',
  v2: '{ mchid, secret }',
  brand: '{ brandId, serial, privateKey, certs, brandApiKey }',
}

/** Options that make no sense for any other identity. */
const OWN_OPTIONS = {
  merchant: ['mchid', 'apiv3Key', 'secret', 'merchant', 'workwxSecret', 'store'],
  brand: ['brandId', 'brandApiKey'],
} as const satisfies Readonly<Partial<Record<Identity, readonly string[]>>>

/**
 * The identity that options ask for; a merchant's where they are not enough for any.
 *
 * @throws {ConfigError} when they are those of two clients.
 */
export function identityOf(options: Readonly<Record<string, unknown>>): Identity {
  const given = (names: readonly string[]): string[] => names.filter((name) => options[name] !== undefined)
  const merchant = given(OWN_OPTIONS.merchant)
  const brand = given(OWN_OPTIONS.brand)
  if (brand.length === 0) return merchantOf(options)
  if (merchant.length === 0) return 'brand'
  throw new ConfigError(
    `A client is a merchant or a brand, not both: ${list(merchant)} of a merchant, ${list(brand)} of a brand. Make two clients: new Wechatpay(${OPTIONS_FOR.v3}) and new Wechatpay(${OPTIONS_FOR.brand})`,
  )
}

const list = (names: readonly string[]): string =>
  `${names.join(', ')} ${names.length === 1 ? 'is an option' : 'are options'}`

/** Without a private key, a merchant's client speaks APIv2; without an id, it receives notifications. */
function merchantOf(options: Readonly<Record<string, unknown>>): Identity {
  const has = (...names: readonly string[]): boolean => names.some((name) => options[name] !== undefined)
  if (has('serial', 'privateKey')) return 'merchant'
  if (has('mchid')) return has('secret') && !has('certs', 'apiv3Key') ? 'v2' : 'merchant'
  const canReceive = has('secret') || (has('certs') && has('apiv3Key'))
  return canReceive && !has('merchant', 'workwxSecret') ? 'receiver' : 'merchant'
}

/** `merchant 1900000109`, `brand 120344`. */
export function describeId({ mchid, brandId }: Id): string {
  return brandId === undefined ? `merchant ${mchid}` : `brand ${brandId}`
}

/** Who an account is. */
export function kindOf({ mchid, brandId, privateKey }: Account): Identity {
  if (brandId !== undefined) return 'brand'
  if (mchid === undefined) return 'receiver'
  return privateKey === undefined ? 'v2' : 'merchant'
}

/** Whether an account has a private key to sign by, as APIv3 and brands do. */
export const maySign = (account: Account): account is Signer => account.privateKey !== undefined

/** Whether an account may speak a protocol. */
export function maySpeak(account: Account, protocol: ProtocolName): boolean {
  return MAY_SPEAK[kindOf(account)].includes(protocol)
}

/** The error for an endpoint that a client cannot sign for: it says which options a client needs that can. */
export function cannotCall(
  account: Account,
  { name, protocol }: Pick<Endpoint, 'name' | 'protocol'>,
): RequestError {
  if (protocol !== 'brand' && account.brandId === undefined) return lacksOptions(name, account, protocol)
  const whose = protocol === 'brand' ? 'a brand' : 'a merchant'
  return needsAnother(`${name} can be called by ${whose} alone`, account, protocol)
}

/**
 * Makes sure that a client may speak one of a merchant's protocols.
 *
 * @param what the part of the client that is asked for: `paySign.jsapi`
 * @throws {RequestError} saying which options the client lacks, or those of a client that may.
 */
export function assertMaySpeak(
  account: Account,
  what: string,
  protocol: 'v2' | 'v3',
): asserts account is Account & MerchantId {
  if (maySpeak(account, protocol)) return
  if (account.brandId === undefined) throw lacksOptions(what, account, protocol)
  throw needsAnother(`${what} is for merchants alone`, account, protocol)
}

/**
 * The private key of an account.
 *
 * @throws {RequestError} saying which options the client lacks.
 */
export function privateKeyOf(account: Account, what: string): KeyObject {
  if (account.privateKey !== undefined) return account.privateKey
  throw lacksOptions(what, account, 'v3')
}

/**
 * The private key of an account, for what is done with RSA alone.
 *
 * @throws {RequestError} saying which options the client lacks, or that its key is an SM2 key.
 */
export function rsaKeyOf(account: Account, what: string): KeyObject {
  const key = privateKeyOf(account, what)
  if (!isSm2(key)) return key
  throw new RequestError(
    `${what} needs an RSA private key, and that of this client is an SM2 key. Make a second client with the key and serial of the merchant's RSA certificate`,
  )
}

/** The options without which an account cannot speak a protocol. */
const NEEDED = { v3: ['mchid', 'serial', 'privateKey'], v2: ['mchid'] } as const

/** The error for what a client could do if it had more options. */
export function lacksOptions(what: string, account: Account, protocol: 'v2' | 'v3'): RequestError {
  const lacking = NEEDED[protocol].filter((name) => account[name] === undefined).join(', ')
  return new RequestError(
    `${what} needs ${lacking}, which this client lacks: new Wechatpay(${OPTIONS_FOR[protocol]})`,
  )
}

/** The error for what this client cannot do, though another could. */
function needsAnother(why: string, id: Id, protocol: ProtocolName): RequestError {
  const whose =
    id.mchid === undefined && id.brandId === undefined
      ? 'one that only receives'
      : `that of ${describeId(id)}`
  return new RequestError(
    `${why}, and this client is ${whose}. Make a second client for it: new Wechatpay(${OPTIONS_FOR[protocol]})`,
  )
}
