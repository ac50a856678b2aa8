import { type KeyObject, X509Certificate } from 'node:crypto'
import { decryptAesGcm } from '../../crypto/aes.js'
import { ConfigError, RequestError, VerificationError } from '../../errors.js'
import { type PlatformKey, plainSerial } from './platform-keys.js'

/** The answer of `GET /v3/certificates`: each certificate encrypted under the APIv3 key. */
export interface CertificateList {
  readonly data: readonly {
    readonly serial_no: string
    readonly encrypt_certificate: {
      readonly nonce: string
      readonly associated_data: string
      readonly ciphertext: string
    }
  }[]
}

/** @throws {VerificationError} when the answer is no list of certificates. */
export function parseList(body: string | Buffer): CertificateList {
  const parsed = parseJson(body.toString())
  if (isCertificateList(parsed) && parsed.data.length > 0) return parsed
  throw new VerificationError('GET v3/certificates: the answer lists no certificates', {
    code: 'ANSWER_INVALID',
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isCertificateList(value: unknown): value is CertificateList {
  if (typeof value !== 'object' || value === null) return false
  const { data } = value as Partial<CertificateList>
  return Array.isArray(data) && data.every(isListEntry)
}

function isListEntry(value: unknown): boolean {
  const entry = value as Partial<CertificateList['data'][number]> | null
  const encrypted = entry?.encrypt_certificate
  const texts = [entry?.serial_no, encrypted?.nonce, encrypted?.associated_data, encrypted?.ciphertext]
  return texts.every((text) => typeof text === 'string')
}

/**
 * The certificates of a list, decrypted; those that have expired are dropped.
 *
 * @throws {ConfigError} when the APIv3 key does not fit.
 */
export function decryptList(list: CertificateList, apiv3Key: KeyObject): PlatformKey[] {
  return list.data.map((entry) => toPlatformKey(entry, apiv3Key)).filter(isAlive)
}

/** Whether a key has not expired. */
export function isAlive({ notAfter }: PlatformKey): boolean {
  return notAfter === undefined || Date.now() < notAfter
}

function readCertificate(pem: string, serial: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    const message = `GET v3/certificates: what is listed as ${serial} is no certificate`
    throw new VerificationError(message, { code: 'ANSWER_INVALID', serial, cause })
  }
}

function toPlatformKey(entry: CertificateList['data'][number], apiv3Key: KeyObject): PlatformKey {
  const certificate = readCertificate(decryptEntry(entry, apiv3Key), entry.serial_no)
  const serial = certificate.serialNumber
  if (plainSerial(serial) !== plainSerial(entry.serial_no)) {
    throw new VerificationError(
      `GET v3/certificates: ${entry.serial_no} is in truth the certificate ${serial}`,
      {
        code: 'ANSWER_INVALID',
        serial,
      },
    )
  }
  return {
    serial,
    key: certificate.publicKey,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

function decryptEntry(
  { encrypt_certificate: encrypted }: CertificateList['data'][number],
  key: KeyObject,
): string {
  try {
    return decryptAesGcm(encrypted.ciphertext, key, encrypted.nonce, encrypted.associated_data)
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause
    throw new ConfigError(
      'apiv3Key cannot decrypt the platform certificates: it is not the APIv3 key set for this mchid, or was changed lately',
    )
  }
}
