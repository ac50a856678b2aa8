import { createPrivateKey, type KeyObject } from 'node:crypto'
import { assertNames } from '../assert-names.js'

/** A merchant of your own; what is left out is made up. */
export interface MerchantIdentity {
  /**
   * `merchant` calls for itself alone, and `partner` (服务商) for its sub-merchants. When absent, it is a partner if it has
   * `subMerchants`, and may do both otherwise.
   */
  readonly kind?: 'merchant' | 'partner'
  readonly mchid?: string
  /** Serial number of its API certificate. */
  readonly serial?: string
  /** PEM, of an RSA key. */
  readonly privateKey?: string
  /** 32 bytes. */
  readonly apiv3Key?: string
  /** The APIv2 key, 32 bytes. */
  readonly secret?: string
  /** The appids that are bound to it; any when absent. */
  readonly appids?: readonly string[]
  /** The merchants that a partner calls for, and the appids that are bound to them; any merchant when absent. */
  readonly subMerchants?: readonly (string | SubMerchant)[]
}

/** A merchant that a partner calls for. */
export interface SubMerchant {
  readonly mchid: string
  /** The appids that are bound to it; any when absent. */
  readonly appids?: readonly string[]
}

/** A brand of your own; what is left out is made up. */
export interface BrandIdentity {
  readonly kind: 'brand'
  readonly brandId?: string
  /** Serial number of its API certificate. */
  readonly serial?: string
  /** PEM, of an RSA key. */
  readonly privateKey?: string
  /** 32 bytes. */
  readonly brandApiKey?: string
}

/** The mchid of the merchant that an emulator has by itself. */
export const MCHID = '1900000109'

/** A merchant as an emulator has it. */
export interface MerchantFacts {
  readonly kind: 'merchant' | 'partner' | undefined
  readonly mchid: string
  readonly serial: string | undefined
  readonly privateKey: KeyObject | undefined
  readonly apiv3Key: string | undefined
  readonly secret: string | undefined
  /** `undefined` where any will do. */
  readonly appids: ReadonlySet<string> | undefined
  /** The appids of each sub-merchant, by its mchid; `undefined` where any will do. */
  readonly subMerchants: ReadonlyMap<string, ReadonlySet<string> | undefined> | undefined
  /** All merchants there are, sub-merchants included; `undefined` where that is left open. */
  readonly everyone: ReadonlySet<string> | undefined
}

/** The brand as options give it. */
export interface BrandFacts {
  readonly brandId: string | undefined
  readonly serial: string | undefined
  readonly privateKey: KeyObject | undefined
  readonly brandApiKey: string | undefined
}

/** The identities of an emulator: at least one merchant, of which the first is `emulator.merchant`. */
export interface Identities {
  readonly merchants: readonly MerchantFacts[]
  readonly brand: BrandFacts
}

/**
 * Reads the identities that options give.
 *
 * @throws {TypeError} that names the entry and what is wrong with it.
 */
export function readIdentities(given: readonly (MerchantIdentity | BrandIdentity)[] = []): Identities {
  listOf(given, 'merchants')
  const merchants: Omit<MerchantFacts, 'everyone'>[] = []
  const brands: BrandFacts[] = []
  given.forEach((one: MerchantIdentity | BrandIdentity, index) => {
    const at = `merchants[${index}]`
    if (typeof one !== 'object' || one === null) throw new TypeError(`${at} must be an object`)
    if (one.kind === 'brand') brands.push(brandFacts(one, at))
    else merchants.push(merchantFacts(one, at, String(Number(MCHID) + merchants.length)))
  })
  if (merchants.length === 0) merchants.push(merchantFacts({}, 'merchants[0]', MCHID))
  if (brands.length > 1) throw new TypeError('merchants: there can be one brand')
  const twice = merchants.find(
    ({ mchid }, index) => merchants.findIndex((one) => one.mchid === mchid) < index,
  )
  if (twice) throw new TypeError(`merchants: the mchid ${twice.mchid} is there twice`)
  const subMchids = merchants.flatMap((one) => [...(one.subMerchants?.keys() ?? [])])
  const mchids = new Set([...merchants.map(({ mchid }) => mchid), ...subMchids])
  const everyone = given.some(({ kind }) => kind !== 'brand') ? mchids : undefined
  const all = merchants.map((one) => ({ ...one, everyone }))
  return { merchants: all, brand: brands[0] ?? brandFacts({ kind: 'brand' }, 'merchants') }
}

const MERCHANT_NAMES = [
  ...['kind', 'mchid', 'serial', 'privateKey', 'apiv3Key', 'secret', 'appids', 'subMerchants'],
]
const BRAND_NAMES = ['kind', 'brandId', 'serial', 'privateKey', 'brandApiKey']

function merchantFacts(given: MerchantIdentity, at: string, mchid: string): Omit<MerchantFacts, 'everyone'> {
  const { kind, apiv3Key, secret, appids, subMerchants } = given
  assertNames(given, MERCHANT_NAMES, at)
  if (kind !== undefined && kind !== 'merchant' && kind !== 'partner') {
    throw new TypeError(`${at}.kind must be merchant, partner or brand`)
  }
  if (kind === 'merchant' && subMerchants) throw new TypeError(`${at}: only a partner has subMerchants`)
  return {
    kind: kind ?? (subMerchants ? 'partner' : undefined),
    mchid: given.mchid === undefined ? mchid : digits(given.mchid, `${at}.mchid`),
    serial: serialOf(given, at),
    privateKey: keyOf(given.privateKey, at),
    apiv3Key: of32Bytes(apiv3Key, `${at}.apiv3Key`),
    secret: of32Bytes(secret, `${at}.secret`),
    appids: appidsOf(appids, at),
    subMerchants:
      subMerchants &&
      new Map(
        listOf(subMerchants, `${at}.subMerchants`).map((one, index) =>
          subMerchantOf(one, `${at}.subMerchants[${index}]`),
        ),
      ),
  }
}

function subMerchantOf(
  given: string | SubMerchant,
  at: string,
): readonly [mchid: string, appids: ReadonlySet<string> | undefined] {
  if (typeof given !== 'object' || given === null) return [digits(given, at), undefined]
  assertNames(given, ['mchid', 'appids'], at)
  return [digits(given.mchid, `${at}.mchid`), appidsOf(given.appids, at)]
}

function brandFacts(given: BrandIdentity, at: string): BrandFacts {
  assertNames(given, BRAND_NAMES, at)
  return {
    brandId: given.brandId === undefined ? undefined : digits(given.brandId, `${at}.brandId`),
    serial: serialOf(given, at),
    privateKey: keyOf(given.privateKey, at),
    brandApiKey: of32Bytes(given.brandApiKey, `${at}.brandApiKey`),
  }
}

/** A text is a list of its characters to JavaScript: all appids would be refused. */
function listOf<Item>(given: readonly Item[], at: string): readonly Item[] {
  if (Array.isArray(given)) return given
  throw new TypeError(`${at} must be a list`)
}

function appidsOf(given: readonly string[] | undefined, at: string): ReadonlySet<string> | undefined {
  if (given === undefined) return undefined
  const appids = listOf(given, `${at}.appids`)
  if (appids.every((one) => typeof one === 'string')) return new Set(appids)
  throw new TypeError(`${at}.appids must be a list of texts`)
}

function serialOf({ serial }: { readonly serial?: string }, at: string): string | undefined {
  if (serial === undefined) return undefined
  if (typeof serial === 'string' && /^[\da-f]{1,40}$/i.test(serial)) return serial.toUpperCase()
  throw new TypeError(`${at}.serial must be a text of up to 40 hexadecimal digits`)
}

function digits(text: string, at: string): string {
  if (typeof text === 'string' && /^\d{1,32}$/.test(text)) return text
  throw new TypeError(`${at} must be a text of digits`)
}

function of32Bytes(text: string | undefined, at: string): string | undefined {
  if (text === undefined || (typeof text === 'string' && Buffer.byteLength(text) === 32)) return text
  throw new TypeError(`${at} must be a text of 32 bytes`)
}

function keyOf(pem: string | undefined, at: string): KeyObject | undefined {
  if (pem === undefined) return undefined
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Node's own error may quote the key.
  }
  throw new TypeError(`${at}.privateKey is no RSA private key in PEM`)
}
