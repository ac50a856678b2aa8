import { type KeyObject, X509Certificate } from 'node:crypto'
import { ConfigError, RequestError, VerificationError } from '../../errors.js'
import { parseJson } from '../../parse-json.js'
import { AEAD } from './aead.js'
import { type PlatformKey, plainSerial, weaknessOf } from './platform-keys.js'

/** The answer of `GET /v3/certificates`: each certificate encrypted under the APIv3 key. */
export interface CertificateList {
  readonly data: readonly {
    readonly serial_no: string
    readonly encrypt_certificate: {
      readonly algorithm?: string
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

/** Milliseconds by which this clock may be behind that of the platform. */
const CLOCK_TOLERANCE = 300_000

/** Whether a key is in force. */
export function isAlive({ notBefore, notAfter }: PlatformKey): boolean {
  const now = Date.now()
  return (notBefore ?? 0) <= now + CLOCK_TOLERANCE && now < (notAfter ?? Infinity)
}

/** The text of an entry is one certificate, and nothing else: under the APIv3 key, other things are encrypted, too. */
function readCertificate(pem: string, serial: string): { certificate: X509Certificate; key: KeyObject } {
  const isOne = /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/.test(pem)
  try {
    if (isOne) {
      const certificate = new X509Certificate(pem)
      return { certificate, key: certificate.publicKey }
    }
  } catch {
    // OpenSSL's own message says no more.
  }
  throw notACertificate(serial)
}

function notACertificate(serial: string): VerificationError {
  const message = `GET v3/certificates: what is listed as ${serial} is no certificate`
  return new VerificationError(message, { code: 'ANSWER_INVALID', serial })
}

function toPlatformKey(entry: CertificateList['data'][number], apiv3Key: KeyObject): PlatformKey {
  const { certificate, key } = readCertificate(decryptEntry(entry, apiv3Key), entry.serial_no)
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
  const problem = weaknessOf(key)
  if (problem)
    throw new VerificationError(`GET v3/certificates: ${serial} ${problem}`, {
      code: 'ANSWER_INVALID',
      serial,
    })
  return {
    serial,
    key,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

function decryptEntry(
  { serial_no, encrypt_certificate: encrypted }: CertificateList['data'][number],
  key: KeyObject,
): string {
  const { algorithm = 'AEAD_AES_256_GCM', associated_data } = encrypted
  const decrypt = AEAD.get(algorithm)
  if (!decrypt || associated_data !== 'certificate') throw notACertificate(serial_no)
  try {
    return decrypt(encrypted.ciphertext, key, encrypted.nonce, encrypted.associated_data)
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause
    throw new ConfigError(
      'apiv3Key cannot decrypt the platform certificates: it is not the APIv3 key set for this mchid, or was changed lately',
    )
  }
}
