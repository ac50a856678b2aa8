import type { KeyObject } from 'node:crypto'
import type { Brand } from './brand.js'
import type { Identity } from './identity.js'
import type { PlatformKey } from './platform-certificates.js'

/** The names of the signature schemes of APIv3 with RSA, and the names by which a signer says who it is. */
export const SCHEMES = {
  merchant: { name: 'WECHATPAY2-SHA256-RSA2048', id: 'mchid' },
  brand: { name: 'WECHATPAY-BRAND-SHA256-RSA2048', id: 'brand_id' },
} as const

/** The scheme that a client signs by. */
export type Scheme = keyof typeof SCHEMES

/** The merchant or the brand: how it signs, and by which keys WeChat Pay responds to it and notifies it. */
export interface Client {
  readonly scheme: Scheme
  /** The `mchid` or the `brand_id`. */
  readonly id: string
  readonly serial: string
  /** The key that verifies what the client signs, and encrypts what it is to decrypt. */
  readonly key: KeyObject
  /** The WeChat Pay public key of this client. */
  readonly publicKey: PlatformKey
  /** The key that encrypts the resource of its notifications. */
  readonly apiKey: string
}

export function merchantClient({ merchant, merchantKey: key, publicKey }: Identity): Client {
  const { mchid, serial, apiv3Key } = merchant
  return { scheme: 'merchant', id: mchid, serial, key, publicKey, apiKey: apiv3Key }
}

export function brandClient({ options, key, publicKey }: Brand): Client {
  const { brandId, serial, brandApiKey } = options
  return { scheme: 'brand', id: brandId, serial, key, publicKey, apiKey: brandApiKey }
}

/** The keys by which WeChat Pay may respond to a client: those that it may name in `Wechatpay-Serial`. */
export function platformKeys({ scheme, publicKey }: Client, identity: Identity): readonly PlatformKey[] {
  return scheme === 'brand' ? [publicKey] : [publicKey, ...identity.listed()]
}
