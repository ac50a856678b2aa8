import { createPublicKey, type KeyObject } from 'node:crypto'
import { beijingDigits } from '../beijing-time.js'
import type { Collection } from '../state/store.js'
import { type Authority, createAuthority } from './authority.js'
import {
  createPlatformCertificates,
  type PlatformCertificates,
  type PlatformKey,
} from './platform-certificates.js'
import type { Random } from './random.js'
import { sharedRsaKey } from './rsa-keys.js'
import { createStoredIdentity } from './stored-identity.js'

const MCHID = '1900000109'

/** Options for `new Wechatpay(...)`. The secrets in it are worth nothing outside of this emulator. */
export interface EmulatorMerchant {
  mchid: string
  /** Serial number of the merchant's certificate. */
  serial: string
  /** PEM. */
  privateKey: string
  /** The platform's public key by its id, as PEM. */
  certs: Record<string, string>
  apiv3Key: string
  /** The APIv2 key. */
  secret: string
  /** The client certificate that v2 asks for, as PEM; HTTPS only. */
  merchant?: { cert: string; key: string }
  /** The authority behind the server's certificate, as PEM; HTTPS only. */
  ca?: string
  baseURL: string
  /** The host of `baseURL` where it is not this machine and not asked over TLS. */
  insecureHosts?: string[]
}

/** Who is who: the merchant, and the platform with its public key and its certificates. */
export interface Identity extends PlatformCertificates {
  readonly merchant: Omit<EmulatorMerchant, 'baseURL'>
  /** The merchant's public key. */
  readonly merchantKey: KeyObject
  /** The WeChat Pay public key, with its private half. */
  readonly publicKey: PlatformKey
  readonly authority: Authority
  /** A key that belongs to nobody, for forgeries. */
  forger(): Promise<KeyObject>
  /** The merchant's certificate and its key, as PEM. */
  clientCertificate(): Promise<{ cert: string; key: string }>
}

/**
 * Makes the merchant's key and the platform's public-key pair. All else (authority, certificates) is made when it
 * is first asked for, so that an emulator starts fast.
 */
export async function createIdentity(
  random: Random,
  now: () => number,
  texts: Collection<string>,
): Promise<Identity> {
  const stored = createStoredIdentity(texts)
  const authority = createAuthority(stored, random, now)
  const id = stored.text('public key id', () => {
    return `PUB_KEY_ID_01${MCHID}${beijingDigits(now()).slice(2, 8)}${random.digits(10)}`
  })
  const serial = stored.text('serial', authority.newSerial)
  const apiv3Key = stored.text('apiv3Key', () => random.text(32))
  const secret = stored.text('secret', () => random.text(32))
  const [merchantPair, platformPair] = await Promise.all([
    stored.key('merchant', () => sharedRsaKey('merchant')),
    stored.key('platform public key', () => sharedRsaKey('platform public key')),
  ])
  const privateKey = merchantPair.export({ type: 'pkcs8', format: 'pem' }).toString()
  const publicKey = createPublicKey(platformPair).export({ type: 'spki', format: 'pem' }).toString()
  return {
    ...createPlatformCertificates(stored, authority),
    merchant: { mchid: MCHID, serial, privateKey, certs: { [id]: publicKey }, apiv3Key, secret },
    merchantKey: createPublicKey(merchantPair),
    publicKey: { id, key: platformPair },
    authority,
    forger: () => sharedRsaKey('forger'),
    async clientCertificate() {
      return { cert: await authority.issue(MCHID, merchantPair, { serial }), key: privateKey }
    },
  }
}
