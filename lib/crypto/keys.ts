import { createPrivateKey, createPublicKey, KeyObject, X509Certificate } from 'node:crypto'
import { IS_WORKERD } from '../runtime.js'
import { invalidKey, type PemBlock, readMaterial } from './material.js'
import { hasSm2Curve, mentionsSm2, noSm2, toSm2Key } from './sm2.js'

/** A key or certificate: PEM text, PEM or DER bytes, base64 of either, a `file://` URL, or a `KeyObject`. */
export type KeyInput = string | Uint8Array | URL | KeyObject

/** The result of the first parser that does not throw. */
function firstParsed<T>(...parsers: readonly (() => T)[]): T | undefined {
  for (const parse of parsers) {
    try {
      return parse()
    } catch {
      // The caller says what is wrong with the input: the messages of OpenSSL are about a single format.
    }
  }
  return undefined
}

/**
 * Loads an RSA or SM2 private key: PKCS#1 or PKCS#8, as PEM, DER, bare base64, `file://` URL or `KeyObject`.
 *
 * @throws {ConfigError} code `KEY_INVALID` when it is something else; the message says what.
 */
export function loadPrivateKey(input: KeyInput, what = 'privateKey'): KeyObject {
  const key = input instanceof KeyObject ? input : parsePrivateKey(input, what)
  if (key.type !== 'private') throw invalidKey(`${what} is a ${key.type} key; an RSA private key is needed`)
  return toUsable(key, what)
}

function parsePrivateKey(input: string | Uint8Array | URL, what: string): KeyObject {
  const { blocks, der } = readMaterial(input, what)
  const block = pick(blocks, /PRIVATE KEY$/)
  if (block) assertPrivate(block, what)
  const bytes = block?.der ?? (der as Buffer)
  const key = firstParsed(
    () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey(block?.text ?? ''),
  )
  if (key) return key
  if (firstParsed(() => new X509Certificate(bytes))) throw isCertificate(what)
  if (mentionsSm2(bytes)) throw noSm2(what)
  throw invalidKey(`${what} is not a readable RSA private key (PKCS#1 or PKCS#8)${aboutPkcs12(der)}`)
}

function assertPrivate({ label, text }: PemBlock, what: string): void {
  if (label.endsWith('CERTIFICATE')) throw isCertificate(what)
  if (label.endsWith('PUBLIC KEY')) throw invalidKey(`${what} is a public key; give the private key instead`)
  if (label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    throw invalidKey(
      `${what} is protected by a passphrase; load it with crypto.createPrivateKey and pass that`,
    )
  }
}

function isCertificate(what: string): Error {
  return invalidKey(`${what} is a certificate; give the private key (apiclient_key.pem) instead`)
}

/** The object identifier of the data in a PKCS#12 file, as DER. */
const PKCS7_DATA = Buffer.from('06092a864886f70d010701', 'hex')

function aboutPkcs12(der: Buffer | undefined): string {
  return der?.subarray(0, 64).includes(PKCS7_DATA)
    ? '; it looks like a .p12 file, which is given as merchant: { pfx }'
    : ''
}

/** The block of the wanted kind, where one file holds a key and its certificate; else the first, whatever it is. */
function pick(blocks: readonly PemBlock[] | undefined, kind: RegExp): PemBlock | undefined {
  return blocks?.find(({ label }) => kind.test(label)) ?? blocks?.[0]
}

/**
 * Loads certificates: PEM of one or several, DER of one. A private key in the same file is left out.
 *
 * @returns PEM
 * @throws {ConfigError} code `KEY_INVALID` when there is no certificate in it, or one that cannot be read.
 */
export function loadCertificates(input: string | Uint8Array | URL, what: string): string {
  const { blocks, der } = readMaterial(input, what)
  const found = blocks
    ? blocks.filter(({ label }) => label.endsWith('CERTIFICATE'))
    : [{ der: der as Buffer }]
  const certificates = found.map((one) => firstParsed(() => new X509Certificate(one.der)))
  if (certificates.length > 0 && certificates.every((one) => one !== undefined)) return certificates.join('')
  const isKey = blocks?.some(({ label }) => label.endsWith('KEY'))
  throw invalidKey(
    `${what} is no certificate${isKey ? ' but a key' : ''}: give one in PEM${aboutPkcs12(der)}`,
  )
}

/**
 * Loads an RSA or SM2 public key: SPKI, PKCS#1 or the one inside an X.509 certificate, in every form
 * that {@link loadPrivateKey} takes.
 *
 * @throws {ConfigError} code `KEY_INVALID` when it is something else; the message says what.
 */
export function loadPublicKey(input: KeyInput, what = 'publicKey'): KeyObject {
  return loadPlatformKey(input, what).key
}

/** A public key, and the certificate that it was read from, if it was one. */
export interface PlatformKeyMaterial {
  readonly key: KeyObject
  readonly certificate: X509Certificate | undefined
}

/** Like {@link loadPublicKey}, and returns the certificate too, which has the serial number and validity. */
export function loadPlatformKey(input: KeyInput, what: string): PlatformKeyMaterial {
  if (input instanceof KeyObject) {
    if (input.type !== 'public') throw invalidKey(`${what} is a ${input.type} key; a public key is needed`)
    return { key: toUsable(input, what), certificate: undefined }
  }
  const { blocks, der } = readMaterial(input, what)
  const block = pick(blocks, /CERTIFICATE$|PUBLIC KEY$/)
  if (block?.label.endsWith('PRIVATE KEY')) {
    throw invalidKey(`${what} is a private key; give the platform's public key or certificate instead`)
  }
  const bytes = block?.der ?? (der as Buffer)
  const certificate = firstParsed(() => new X509Certificate(bytes))
  const key = firstParsed(
    () => (certificate as X509Certificate).publicKey,
    () => createPublicKey({ key: bytes, format: 'der', type: 'spki' }),
    () => createPublicKey({ key: bytes, format: 'der', type: 'pkcs1' }),
  )
  if (key) return { key: toUsable(key, what), certificate }
  if (mentionsSm2(bytes)) throw noSm2(what)
  throw invalidKey(`${what} is not a readable RSA public key or X.509 certificate`)
}

/** A key of an algorithm that WeChat Pay uses. */
function toUsable(key: KeyObject, what: string): KeyObject {
  if (key.asymmetricKeyType === 'rsa') return key
  if (hasSm2Curve(key)) return toSm2Key(key, what)
  throw invalidKey(`${what} is of type ${key.asymmetricKeyType}; WeChat Pay uses keys of RSA or SM2`)
}

/** Whether a private key belongs to a certificate. On workerd, `checkPrivateKey` says no to every key. */
export function isKeyOf(key: KeyObject, certificate: X509Certificate): boolean {
  if (!IS_WORKERD) return certificate.checkPrivateKey(key)
  const own = createPublicKey(key.export({ type: 'pkcs8', format: 'pem' }))
  const [a, b] = [own, certificate.publicKey].map((one) => one.export({ type: 'spki', format: 'pem' }))
  return a === b
}
