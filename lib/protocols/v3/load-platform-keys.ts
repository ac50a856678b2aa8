import { type KeyInput, loadPlatformKey } from '../../crypto/keys.js'
import { ConfigError } from '../../errors.js'
import { type PlatformKey, plainSerial } from './platform-keys.js'
import type { Signer } from './signer.js'

/**
 * The keys of the option `certs`.
 *
 * @throws {ConfigError} when one of them is no key of the platform's, or is listed under another's name.
 */
export function loadPlatformKeys(certs: Readonly<Record<string, KeyInput>>, signer: Signer): PlatformKey[] {
  if (typeof certs !== 'object' || certs === null || Array.isArray(certs)) {
    throw new ConfigError('certs must be an object: { PUB_KEY_ID_…: key } or { serial number: certificate }')
  }
  const keys = Object.entries(certs).map(([id, input]) => toPlatformKey(id, input, signer))
  if (keys.length > 0) return keys
  throw new ConfigError(
    `certs is empty: no answer could be verified. List the ${
      signer.brandId === undefined
        ? 'platform public key or certificates, or leave certs out and give apiv3Key to have the certificates downloaded'
        : 'WeChat Pay public key of the brand'
    }`,
  )
}

function toPlatformKey(id: string, input: KeyInput, { serial, brandId }: Signer): PlatformKey {
  if (plainSerial(id) === plainSerial(serial)) {
    const own = brandId === undefined ? 'merchant' : 'brand API'
    throw new ConfigError(
      `certs lists ${id}, the serial of your own ${own} certificate; certs takes the platform's keys, which verify answers`,
    )
  }
  const { key, certificate } = loadPlatformKey(input, `certs.${id}`)
  if (!certificate) return { serial: id, key }
  const actual = certificate.serialNumber
  if (plainSerial(id) !== plainSerial(actual)) {
    throw new ConfigError(`certs.${id} is the certificate with serial ${actual}; list it under that`)
  }
  return {
    serial: actual,
    key,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}
