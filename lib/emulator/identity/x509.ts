import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** One ASN.1 value in DER: tag, length, content. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const hex = body.length.toString(16)
  const length = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}
const sequence = (...items: Buffer[]): Buffer => der(0x30, ...items)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const TRUE = der(0x01, Buffer.from([0xff]))

const ALGORITHMS = {
  rsa: sequence(oid('2a864886f70d01010b'), der(0x05)), // sha256WithRSAEncryption
  ec: sequence(oid('2a8648ce3d040302')), // ecdsa-with-SHA256
} as const
const COMMON_NAME = oid('550403')
const ORGANIZATION = oid('55040a')
const ORGANIZATION_NAME = 'wechatpay-fluent emulator'

function name(commonName: string): Buffer {
  const attribute = (type: Buffer, value: string): Buffer =>
    der(0x31, sequence(type, der(0x0c, Buffer.from(value))))
  return sequence(attribute(ORGANIZATION, ORGANIZATION_NAME), attribute(COMMON_NAME, commonName))
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '').slice(0, 14)
  const generalized = date.getUTCFullYear() >= 2050
  return der(generalized ? 0x18 : 0x17, Buffer.from(`${generalized ? digits : digits.slice(2)}Z`))
}

function address(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split('.').map(Number)))
  if (host === '::1') return der(0x87, Buffer.from([...Array<number>(15).fill(0), 1]))
  return der(0x82, Buffer.from(host))
}

/** The content of a certificate, and the key that signs it. */
export interface CertificateRequest {
  readonly subject: string
  readonly issuer: string
  /** The serial number in hexadecimal, at most 40 digits, the first below 8. */
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** The holder's key, public or private. */
  readonly key: KeyObject
  /** The issuer's private key. */
  readonly issuerKey: KeyObject
  readonly authority?: boolean
  /** Names and addresses of a TLS server. */
  readonly hosts?: readonly string[]
}

const publicHalf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key)

/** The identifier of a key: a digest of it, by which a certificate names its own key and its issuer's. */
const identifierOf = (key: KeyObject): Buffer =>
  createHash('sha1')
    .update(publicHalf(key).export({ type: 'spki', format: 'der' }))
    .digest()

/** The extensions that strict clients look for, such as Python's since 3.13: without them a chain is not trusted. */
function extensionsOf(
  { issuerKey, authority = false, hosts }: CertificateRequest,
  holder: KeyObject,
): Buffer[] {
  const extension = (id: string, content: Buffer, ...critical: Buffer[]): Buffer =>
    sequence(oid(id), ...critical, der(0x04, content))
  // Signing certificates, or digital signatures.
  const usage = der(0x03, Buffer.from(authority ? [2, 0x04] : [7, 0x80]))
  return [
    extension('551d13', authority ? sequence(TRUE) : sequence(), TRUE),
    extension('551d0f', usage, TRUE),
    extension('551d0e', der(0x04, identifierOf(holder))),
    extension('551d23', sequence(der(0x80, identifierOf(issuerKey)))),
    ...(hosts ? [extension('551d11', sequence(...hosts.map(address)))] : []),
  ]
}

/** Issues an X.509 v3 certificate, as PEM. `node:crypto` reads certificates but cannot make them. */
export function issueCertificate(request: CertificateRequest): string {
  const algorithm = ALGORITHMS[request.issuerKey.asymmetricKeyType === 'ec' ? 'ec' : 'rsa']
  const holder = publicHalf(request.key)
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from(request.serial, 'hex')),
    algorithm,
    name(request.issuer),
    sequence(utcTime(request.notBefore), utcTime(request.notAfter)),
    name(request.subject),
    holder.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensionsOf(request, holder))),
  )
  const signature = sign('sha256', content, request.issuerKey)
  const certificate = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
