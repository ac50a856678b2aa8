import type { KeyObject } from 'node:crypto'
import type { Context } from '../context.js'
import type { Scheme } from '../protocols/v3/authorization.js'
import type { PlatformKey } from './identity.js'

/** The merchant or the brand: how it signs, and by which keys WeChat Pay answers and notifies it. */
export interface Client {
  readonly scheme: Scheme
  /** `mchid`, or `brand_id`. */
  readonly id: string
  readonly serial: string
  /** Verifies what it signs, and encrypts what it is to decrypt. */
  readonly key: KeyObject
  /** The WeChat Pay public key of this client. */
  readonly publicKey: PlatformKey
  /** Encrypts the resource of its notifications. */
  readonly apiKey: string
}

type Who = Pick<Context, 'identity' | 'brand'>

export function merchantOf({ identity }: Who): Client {
  const { mchid, serial, apiv3Key } = identity.merchant
  const { merchantKey: key, publicKey } = identity
  return { scheme: 'merchant', id: mchid, serial, key, publicKey, apiKey: apiv3Key }
}

export function brandOf({ brand }: Who): Client {
  const { options, key, publicKey } = brand()
  const { brandId, serial, brandApiKey } = options
  return { scheme: 'brand', id: brandId, serial, key, publicKey, apiKey: brandApiKey }
}

/** Who may call a path, such as `/brand/card-member/cards`. */
export function callerOf(path: string, who: Who): Client {
  return path.startsWith('/brand/') ? brandOf(who) : merchantOf(who)
}

/** The keys that a client may name in `Wechatpay-Serial`. */
export function platformKeysOf({ scheme, publicKey }: Client, { identity }: Who): readonly PlatformKey[] {
  return scheme === 'brand' ? [publicKey] : [publicKey, ...identity.listed()]
}
