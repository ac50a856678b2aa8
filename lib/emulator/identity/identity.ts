import { createPublicKey, type KeyObject } from 'node:crypto'
import { beijingDigits } from '../beijing-time.js'
import type { Collection } from '../state/store.js'
import { type Authority, createAuthority } from './authority.js'
import { MCHID, type MerchantFacts } from './merchant-options.js'
import {
  createPlatformCertificates,
  NO_CERTIFICATES,
  type PlatformCertificates,
} from './platform-certificates.js'
import { createPlatformKeys, type PlatformKeys, type PlatformOptions } from './platform-keys.js'
import type { Random } from './random.js'
import { sharedRsaKey, sharedRsaKeySync } from './rsa-keys.js'
import { createStoredIdentity, type StoredIdentity } from './stored-identity.js'

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
export interface Identity {
  readonly certificates: PlatformCertificates
  readonly merchant: Omit<EmulatorMerchant, 'baseURL' | 'certs'>
  /** The `certs` of the merchant, at this moment. */
  certs(): Record<string, string>
  /** Who may call for whom, and with which appids. */
  readonly facts: MerchantFacts
  /** The merchant's public key. */
  readonly merchantKey: KeyObject
  /** The keys by which WeChat Pay responds to the merchant and notifies it. */
  readonly platform: PlatformKeys
  readonly authority: Authority
  /** A key that belongs to nobody, for forgeries. */
  forger(): Promise<KeyObject>
  /** The merchant's certificate and its key, as PEM; only after the authority has issued something. */
  clientCertificate(): { cert: string; key: string }
}

/** What an identity is made from. */
export interface IdentityOptions {
  readonly facts: MerchantFacts
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
export async function createIdentity(options: IdentityOptions): Promise<Identity> {
  const { facts, platform, now } = options
  const stored = createStoredIdentity(options.texts)
  const random = options.random('identity')
  const authority = createAuthority(stored, random, now)
  // Before the keys: a seed makes the same texts whether keys are there already or not.
  const texts = makeTexts(options, stored, random, authority)
  const [merchantPair, platformPair] = await Promise.all([
    facts.privateKey ?? stored.key('merchant', () => sharedRsaKey('merchant')),
    stored.key('platform public key', () => sharedRsaKey('platform public key')),
  ])
  const certificates =
    platform.mode === 'public-key' ? NO_CERTIFICATES : await createPlatformCertificates(stored, authority)
  return assembleIdentity(options, texts, { merchantPair, platformPair, authority, certificates })
}

/**
 * The identity of another merchant, at once: it is made when it is first asked for. It has keys of its own; the authority
 * and the platform certificates are those of the first.
 *
 * @param role that its keys are shared under by all emulators of the machine
 */
export function createFurtherIdentity(
  options: IdentityOptions,
  { authority, certificates }: Pick<Identity, 'authority' | 'certificates'>,
  role: string,
): Identity {
  const { facts } = options
  const stored = createStoredIdentity(options.texts)
  const texts = makeTexts(options, stored, options.random(`identity ${facts.mchid}`), authority)
  const merchantPair =
    facts.privateKey ?? stored.keySync('merchant', () => sharedRsaKeySync(`merchant ${role}`))
  const platformPair = stored.keySync('platform public key', () => {
    return sharedRsaKeySync(`platform public key ${role}`)
  })
  return assembleIdentity(options, texts, { merchantPair, platformPair, authority, certificates })
}

/** The ids and secrets of a merchant: those that were given, those of an earlier run, or new ones. */
function makeTexts(
  { facts, now }: IdentityOptions,
  stored: StoredIdentity,
  random: Random,
  authority: Authority,
): Readonly<Record<'id' | 'serial' | 'apiv3Key' | 'secret', string>> {
  const { mchid } = facts
  return {
    id: stored.text('public key id', () => {
      const owner = mchid.padStart(10, '0')
      return `PUB_KEY_ID_01${owner}${beijingDigits(now()).slice(2, 8)}${random.digits(10)}`
    }),
    serial: facts.serial ?? stored.text('serial', authority.newSerial),
    apiv3Key: facts.apiv3Key ?? stored.text('apiv3Key', () => random.text(32)),
    secret: facts.secret ?? stored.text('secret', () => random.text(32)),
  }
}

interface IdentityKeys extends Pick<Identity, 'authority' | 'certificates'> {
  readonly merchantPair: KeyObject
  readonly platformPair: KeyObject
}

function assembleIdentity(
  { facts, platform, random }: IdentityOptions,
  { id, serial, apiv3Key, secret }: ReturnType<typeof makeTexts>,
  { merchantPair, platformPair, authority, certificates }: IdentityKeys,
): Identity {
  const { mchid } = facts
  const purpose = mchid === MCHID ? 'platform' : `platform ${mchid}`
  const privateKey = merchantPair.export({ type: 'pkcs8', format: 'pem' }).toString()
  const publicKeyPem = createPublicKey(platformPair).export({ type: 'spki', format: 'pem' }).toString()
  let client: { cert: string; key: string } | undefined
  const keys = createPlatformKeys(platform, { id, key: platformPair }, certificates, random(purpose))
  return {
    certificates,
    facts,
    merchant: { mchid, serial, privateKey, apiv3Key, secret },
    certs: () => ({
      ...(keys.publicKey && { [id]: publicKeyPem }),
      ...Object.fromEntries(certificates.listed().map((one) => [one.id, one.pem])),
    }),
    merchantKey: createPublicKey(merchantPair),
    platform: keys,
    authority,
    forger: () => sharedRsaKey('forger'),
    clientCertificate() {
      client ??= { cert: authority.issueNow(mchid, merchantPair, { serial }), key: privateKey }
      return client
    },
  }
}
