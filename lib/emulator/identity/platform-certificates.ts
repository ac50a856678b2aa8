import { type KeyObject, X509Certificate } from 'node:crypto'
import type { Authority } from './authority.js'
import { sharedRsaKey } from './rsa-keys.js'
import type { StoredIdentity } from './stored-identity.js'

/** A key that signs responses and notifications, with the id that `Wechatpay-Serial` carries. */
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

/** The platform certificates that merchants can download. */
export interface PlatformCertificates {
  /** The listed certificates, newest last; the newest is the current one. */
  listed(): readonly PlatformCertificate[]
  rotate(): Promise<PlatformCertificate>
  /** Drops all certificates but the current one. */
  retire(): void
}

function refuse(): never {
  throw new Error(
    "there are no platform certificates: createEmulator({ platform: 'certificates' }), or 'switching'",
  )
}

/** The certificates of a merchant that has none. */
export const NO_CERTIFICATES: PlatformCertificates = {
  listed: () => [],
  rotate: async () => refuse(),
  retire: refuse,
}

/** The certificates of an earlier run, or a first one. */
export async function createPlatformCertificates(
  stored: StoredIdentity,
  authority: Authority,
): Promise<PlatformCertificates> {
  let listed: readonly PlatformCertificate[] = stored.certificates().map(withDates)

  function list(certificates: readonly PlatformCertificate[]): void {
    listed = certificates
    stored.setCertificates(listed)
  }
  async function issueNext(): Promise<PlatformCertificate> {
    const key = await sharedRsaKey(`platform certificate ${stored.next('issued')}`)
    const serial = authority.newSerial()
    const newerThan = listed.at(-1)?.notBefore.getTime()
    const pem = await authority.issue('Emulated Platform', key, { serial, newerThan })
    const certificate = withDates({ id: serial, key, pem })
    list([...listed, certificate])
    return certificate
  }
  if (listed.length === 0) await issueNext()
  return { listed: () => listed, rotate: issueNext, retire: () => list(listed.slice(-1)) }
}

/** A certificate with the dates that stand in it. */
function withDates(stored: PlatformKey & { readonly pem: string }): PlatformCertificate {
  const { validFrom, validTo } = new X509Certificate(stored.pem)
  return { ...stored, notBefore: new Date(validFrom), notAfter: new Date(validTo) }
}
