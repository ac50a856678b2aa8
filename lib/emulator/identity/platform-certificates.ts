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
  /** The listed certificates, newest last; the newest is the current one. The first is issued when it is asked for. */
  certificates(): Promise<readonly PlatformCertificate[]>
  /** Those of them that have been issued already. */
  listed(): readonly PlatformCertificate[]
  rotate(): Promise<PlatformCertificate>
  /** Drops all certificates but the current one. */
  retire(): Promise<void>
}

export function createPlatformCertificates(
  stored: StoredIdentity,
  authority: Authority,
): PlatformCertificates {
  let listed: readonly PlatformCertificate[] = stored.certificates().map(withDates)
  let first: Promise<void> | undefined

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
  async function certificates(): Promise<readonly PlatformCertificate[]> {
    if (listed.length === 0) first ??= issueNext().then(() => undefined)
    await first
    return listed
  }
  return {
    certificates,
    listed: () => listed,
    async rotate() {
      await certificates()
      return issueNext()
    },
    async retire() {
      list((await certificates()).slice(-1))
    },
  }
}

/** A certificate with the dates that stand in it. */
function withDates(stored: PlatformKey & { readonly pem: string }): PlatformCertificate {
  const { validFrom, validTo } = new X509Certificate(stored.pem)
  return { ...stored, notBefore: new Date(validFrom), notAfter: new Date(validTo) }
}
