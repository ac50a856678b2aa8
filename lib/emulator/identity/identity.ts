import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { beijingDigits } from '../beijing-time.js'
import type { Collection } from '../state/store.js'
import type { Random } from './random.js'
import { generateRsaKey, sharedRsaKey } from './rsa-keys.js'
import { createKeeper } from './stored-identity.js'
import { issueCertificate } from './x509.js'

const YEAR = 365 * 86_400_000
const AUTHORITY = 'Emulated Root CA'

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
}

/** A key that signs answers and notifications, with the id that `Wechatpay-Serial` carries. */
export interface PlatformKey {
  readonly id: string
  readonly key: KeyObject
}

/** A platform certificate with its key. */
export interface PlatformCertificate extends PlatformKey {
  readonly pem: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** Who is who: the merchant, the platform's public key and its certificates. */
export interface Identity {
  readonly merchant: Omit<EmulatorMerchant, 'baseURL'>
  readonly merchantKey: KeyObject
  readonly publicKey: PlatformKey
  /** The listed platform certificates, newest last; the newest is the current one. */
  certificates(): Promise<readonly PlatformCertificate[]>
  /** Those of them that have been issued already. */
  listed(): readonly PlatformCertificate[]
  rotate(): Promise<PlatformCertificate>
  /** Drops all certificates but the current one. */
  retire(): Promise<void>
  /** A key that belongs to nobody, for forgeries. */
  forger(): Promise<KeyObject>
  authority(): Promise<{ readonly key: KeyObject; readonly pem: string }>
  issue(subject: string, key: KeyObject, hosts?: readonly string[]): Promise<string>
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
  kept: Collection<string>,
): Promise<Identity> {
  const keep = createKeeper(kept)
  const mchid = '1900000109'
  const serialNumber = (): string => `4${random.hex(39)}`
  const id = keep.text('public key id', () => {
    return `PUB_KEY_ID_01${mchid}${beijingDigits(now()).slice(2, 8)}${random.digits(10)}`
  })
  const serial = keep.text('serial', serialNumber)
  const apiv3Key = keep.text('apiv3Key', () => random.text(32))
  const secret = keep.text('secret', () => random.text(32))
  const [merchantPrivateKey, publicKeyPair] = await Promise.all([
    keep.key('merchant', () => sharedRsaKey('merchant')),
    keep.key('platform public key', () => sharedRsaKey('platform public key')),
  ])
  const platformPublicKey = createPublicKey(publicKeyPair).export({ type: 'spki', format: 'pem' })
  let listed: readonly PlatformCertificate[] = keep.certificates().map(describeCertificate)
  let first: Promise<void> | undefined
  let root: Promise<{ key: KeyObject; pem: string }> | undefined

  /** @param after what it is to be newer than: certificates count whole seconds, and clients take the newest. */
  const validity = (after = 0): { notBefore: Date; notAfter: Date } => {
    const start = Math.max(Math.floor(now() / 1000) * 1000 - 60_000, after + 1_000)
    return { notBefore: new Date(start), notAfter: new Date(start + 5 * YEAR) }
  }
  async function makeAuthority(): Promise<{ key: KeyObject; pem: string }> {
    // People may tell their machine to trust this one, so nobody else has its key.
    const key = await keep.key('authority', generateRsaKey)
    const pem = keep.text('authority certificate', () => {
      const names = { subject: AUTHORITY, issuer: AUTHORITY, serial: serialNumber() }
      return issueCertificate({ ...names, ...validity(), key, issuerKey: key, authority: true })
    })
    return { key, pem }
  }
  function authority(): Promise<{ key: KeyObject; pem: string }> {
    root ??= makeAuthority()
    return root
  }
  async function issueFor(
    subject: string,
    key: KeyObject,
    number: string,
    hosts?: readonly string[],
    dates = validity(),
  ): Promise<string> {
    const { key: issuerKey } = await authority()
    const names = { subject, issuer: AUTHORITY, serial: number }
    return issueCertificate({ ...names, ...dates, key, issuerKey, ...(hosts && { hosts }) })
  }
  async function issueNext(): Promise<PlatformCertificate> {
    const key = await sharedRsaKey(`platform certificate ${keep.next('issued')}`)
    const number = serialNumber()
    const dates = validity(listed.at(-1)?.notBefore.getTime())
    const pem = await issueFor('Emulated Platform', key, number, undefined, dates)
    const certificate = describeCertificate({ id: number, key, pem })
    list([...listed, certificate])
    return certificate
  }
  function list(certificates: readonly PlatformCertificate[]): void {
    listed = certificates
    keep.setCertificates(listed)
  }
  async function certificates(): Promise<readonly PlatformCertificate[]> {
    if (listed.length === 0) first ??= issueNext().then(() => undefined)
    await first
    return listed
  }

  return {
    merchant: {
      mchid,
      serial,
      privateKey: merchantPrivateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certs: { [id]: platformPublicKey.toString() },
      apiv3Key,
      secret,
    },
    merchantKey: createPublicKey(merchantPrivateKey),
    publicKey: { id, key: publicKeyPair },
    certificates,
    listed: () => listed,
    async rotate() {
      await certificates()
      return issueNext()
    },
    async retire() {
      list((await certificates()).slice(-1))
    },
    forger: () => sharedRsaKey('forger'),
    authority,
    async clientCertificate() {
      const key = merchantPrivateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      return { cert: await issueFor(mchid, merchantPrivateKey, serial), key }
    },
    issue: (subject, key, hosts) => issueFor(subject, key, serialNumber(), hosts),
  }
}

/** A certificate with the dates that stand in it. */
function describeCertificate(kept: PlatformKey & { readonly pem: string }): PlatformCertificate {
  const { validFrom, validTo } = new X509Certificate(kept.pem)
  return { ...kept, notBefore: new Date(validFrom), notAfter: new Date(validTo) }
}
