import { ConfigError, RequestError } from '../../errors.js'
import type { Config } from '../../options.js'
import { DEFAULT_ORIGIN } from '../../pipeline/url.js'
import type { Agents } from '../../transport/agents.js'
import type { Sender } from '../../transport/sender.js'
import { type Certificates, createCertificates } from './certificates.js'
import { createV3Client, v3Defaults } from './client.js'
import { certificateDownload } from './download-certificates.js'
import { createFixedKeys, type PlatformKey, type PlatformKeys } from './platform-keys.js'
import { type Ciphertext, sensitive } from './sensitive.js'
import type { Signer } from './signer.js'

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
  /** What is trusted now; downloads it first where `certs` was not given. */
  readonly list: () => Promise<readonly PlatformCertificate[]>
  /**
   * Downloads the certificates anew.
   *
   * @throws {RequestError} when `certs` was given, as a brand always does: then they are what they are.
   */
  readonly refresh: () => Promise<readonly PlatformCertificate[]>
}

/** All of APIv3 that a client is made of. */
export interface V3 {
  readonly sender: Sender
  readonly keys: PlatformKeys
  readonly certificates: PlatformCertificates
  readonly encrypt: (text: string) => Promise<Ciphertext>
  readonly close: () => void
}

export function createV3(config: Config, agents: Agents): V3 {
  const { signer, platformKeys } = config
  const downloaded = platformKeys.length > 0 ? undefined : downloadedKeys(config, agents)
  const keys = downloaded ?? createFixedKeys(platformKeys)
  const list = async () => {
    await keys.ready()
    return keys.all().map(describeKey)
  }
  return {
    sender: createV3Client({ signer, keys, agents }, config.axios),
    keys,
    certificates: Object.freeze({
      list,
      refresh: async () => {
        if (!downloaded) throw nothingToRefresh(signer)
        await downloaded.refresh()
        return list()
      },
    }),
    encrypt: async (text) => {
      await keys.ready()
      return sensitive(text).encryptFor(keys.current() as PlatformKey)
    },
    close: () => downloaded?.close(),
  }
}

function nothingToRefresh({ brandId }: Signer): RequestError {
  if (brandId === undefined)
    return new RequestError('The platform keys are those of `certs`; there is nothing to refresh')
  return new RequestError(
    'A brand has no platform certificates to download: its WeChat Pay public key is that of `certs`',
  )
}

function downloadedKeys({ signer, apiv3Key, store, axios, failover }: Config, agents: Agents): Certificates {
  if (!apiv3Key || signer.mchid === undefined)
    throw new ConfigError('Give certs, or apiv3Key to have the platform certificates downloaded')
  // Who gives a baseURL wants no other.
  const accessPoints = axios.baseURL ? [axios.baseURL] : [DEFAULT_ORIGIN, ...failover]
  const download = certificateDownload(signer, agents, v3Defaults(axios), accessPoints)
  return createCertificates({ mchid: signer.mchid, apiv3Key, download, store })
}

function describeKey({ serial, key, notBefore, notAfter }: PlatformKey): PlatformCertificate {
  return {
    serial,
    publicKey: key.export({ format: 'pem', type: 'spki' }) as string,
    ...(notBefore !== undefined && { notBefore: new Date(notBefore) }),
    ...(notAfter !== undefined && { notAfter: new Date(notAfter) }),
  }
}
