import type { KeyObject } from 'node:crypto'
import type { Brand } from './brand.js'
import type { Identity } from './identity.js'
import { type PlatformKeys, publicKeyAlone } from './platform-keys.js'

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
  /** The keys by which WeChat Pay responds to this client and notifies it. */
  readonly platform: PlatformKeys
  /** The key that encrypts the resource of its notifications. */
  readonly apiKey: string
}

export function merchantClient({ merchant, merchantKey: key, platform }: Identity): Client {
  const { mchid, serial, apiv3Key } = merchant
  return { scheme: 'merchant', id: mchid, serial, key, platform, apiKey: apiv3Key }
}

export function brandClient({ options, key, publicKey }: Brand): Client {
  const { brandId, serial, brandApiKey } = options
  const platform = publicKeyAlone(publicKey)
  return { scheme: 'brand', id: brandId, serial, key, platform, apiKey: brandApiKey }
}
