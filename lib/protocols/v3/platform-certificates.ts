import { RequestError } from '../../errors.js'
import { type Account, lacksOptions } from '../../identity.js'
import type { Certificates } from './certificates.js'
import type { PlatformKey, PlatformKeys } from './platform-keys.js'

/** A platform key as users see it. */
export interface PlatformCertificate {
  /** Serial number, or public key id. */
  readonly serial: string
  /** SPKI, as PEM. */
  readonly publicKey: string
  /** Validity; public keys have none. */
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** The platform keys that a client trusts. */
export interface PlatformCertificates {
  /** The keys that are trusted now; they are downloaded first where `certs` was not given. */
  readonly list: () => Promise<readonly PlatformCertificate[]>
  /**
   * Downloads the certificates anew.
   *
   * @throws {RequestError} when `certs` was given, as a brand always does: one that it lacks is downloaded when it is named.
   */
  readonly refresh: () => Promise<readonly PlatformCertificate[]>
}

/** @param downloaded absent where the user has given `certs` */
export function createPlatformCertificates(
  keys: PlatformKeys,
  downloaded: Certificates | undefined,
  account: Account,
): PlatformCertificates {
  const list = async () => {
    await keys.ready()
    if (!keys.current() && account.privateKey === undefined) throw lacksOptions('certificates', account, 'v3')
    return keys.all().map(describeKey)
  }
  const refresh = async () => {
    if (!downloaded) throw nothingToRefresh(account)
    await downloaded.refresh()
    return list()
  }
  return Object.freeze({ list, refresh })
}

function nothingToRefresh(account: Account): RequestError {
  if (account.brandId === undefined && account.privateKey === undefined)
    return lacksOptions('certificates.refresh', account, 'v3')
  if (account.brandId === undefined)
    return new RequestError('The platform keys are those of `certs`; there is nothing to refresh')
  return new RequestError(
    'A brand has no platform certificates to download: its WeChat Pay public key is that of `certs`',
  )
}

function describeKey({ serial, key, notBefore, notAfter }: PlatformKey): PlatformCertificate {
  return {
    serial,
    publicKey: key.export({ format: 'pem', type: 'spki' }) as string,
    ...(notBefore !== undefined && { notBefore: new Date(notBefore) }),
    ...(notAfter !== undefined && { notAfter: new Date(notAfter) }),
  }
}
