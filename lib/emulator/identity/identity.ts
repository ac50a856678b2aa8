import { createPublicKey, type KeyObject } from 'node:crypto'
import { beijingDigits } from '../beijing-time.js'
import type { Collection } from '../state/store.js'
import { type Authority, createAuthority } from './authority.js'
import {
  createPlatformCertificates,
  NO_CERTIFICATES,
  type PlatformCertificates,
} from './platform-certificates.js'
import { createPlatformKeys, type PlatformKeys, type PlatformOptions } from './platform-keys.js'
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
  /** The WeChat Pay public key by its id and the platform certificates by their serial numbers, as PEM: those in use. */
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
  readonly merchant: Omit<EmulatorMerchant, 'baseURL' | 'certs'>
  /** The `certs` of the merchant, at this moment. */
  certs(): Record<string, string>
  /** The merchant's public key. */
  readonly merchantKey: KeyObject
  /** The keys by which WeChat Pay responds to the merchant and notifies it. */
  readonly platform: PlatformKeys
  readonly authority: Authority
  /** A key that belongs to nobody, for forgeries. */
  forger(): Promise<KeyObject>
  /** The merchant's certificate and its key, as PEM. */
  clientCertificate(): Promise<{ cert: string; key: string }>
}

/** What an identity is made from. */
export interface IdentityOptions {
  readonly platform: Required<PlatformOptions>
  /** Random numbers, by what they are for. */
  readonly random: (purpose: string) => Random
  readonly now: () => number
  /** The keys and secrets of an earlier run. */
  readonly texts: Collection<string>
}

/**
 * Makes the merchant's key and the platform keys that are in use. All else (the authority, client certificates) is made
 * when it is first asked for, so that an emulator starts fast.
 */
export async function createIdentity({
  platform,
  random: stream,
  now,
  texts,
}: IdentityOptions): Promise<Identity> {
  const random = stream('identity')
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
  const publicKeyPem = createPublicKey(platformPair).export({ type: 'spki', format: 'pem' }).toString()
  const certificates =
    platform.mode === 'public-key' ? NO_CERTIFICATES : await createPlatformCertificates(stored, authority)
  const keys = createPlatformKeys(platform, { id, key: platformPair }, certificates, stream('platform'))
  return {
    ...certificates,
    merchant: { mchid: MCHID, serial, privateKey, apiv3Key, secret },
    certs: () => ({
      ...(keys.publicKey && { [id]: publicKeyPem }),
      ...Object.fromEntries(certificates.listed().map((one) => [one.id, one.pem])),
    }),
    merchantKey: createPublicKey(merchantPair),
    platform: keys,
    authority,
    forger: () => sharedRsaKey('forger'),
    async clientCertificate() {
      return { cert: await authority.issue(MCHID, merchantPair, { serial }), key: privateKey }
    },
  }
}
