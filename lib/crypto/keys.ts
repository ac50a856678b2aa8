import { createPrivateKey, createPublicKey, KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { bufferOf } from '../buffer-of.js'
import { ConfigError } from '../errors.js'

/** A key or certificate: PEM text, PEM or DER bytes, base64 of either, a `file://` URL, or a `KeyObject`. */
export type KeyInput = string | Uint8Array | URL | KeyObject

/** A key or certificate that is not parsed yet. */
interface Material {
  /** `undefined` where it was not in PEM. */
  readonly pem: string | undefined
  readonly der: Buffer
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/

const LIKE_A_PATH = /^(?:\.{0,2}[\\/]|~|[A-Za-z]:\\)|\.(?:pem|key|crt|cer|der|p12)$/i

function readMaterial(input: string | Uint8Array | URL, what: string): Material {
  if (input instanceof Uint8Array) {
    const der = bufferOf(input)
    const text = der.toString('latin1')
    return PEM.test(text) ? readMaterial(text, what) : { pem: undefined, der }
  }
  if (input === undefined || input === null) throw invalid(`${what} is missing`)
  if (typeof input !== 'string' && !(input instanceof URL)) {
    throw invalid(`${what} must be PEM text, bytes, a file:// URL or a KeyObject`)
  }
  if (input instanceof URL || /^file:\/\//i.test(input)) return readMaterial(readFile(input, what), what)
  const pem = PEM.exec(input)
  const body = (pem?.[2] ?? input).replace(/\s+/g, '')
  if (body === '') throw invalid(`${what} is empty`)
  if (!pem && !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) {
    const hint = LIKE_A_PATH.test(input) ? '; a path is given as pathToFileURL(path)' : ''
    throw invalid(`${what} is neither PEM, base64 nor a file:// URL${hint}`)
  }
  const der = Buffer.from(body, 'base64')
  // Secrets of build servers are often a whole PEM file in base64.
  if (!pem && PEM.test(der.toString('latin1'))) return readMaterial(der, what)
  return { pem: pem?.[0], der }
}

function readFile(location: string | URL, what: string): Buffer {
  try {
    return readFileSync(new URL(location))
  } catch (cause) {
    throw invalid(`${what}: cannot read ${String(location)}: ${(cause as Error).message}`)
  }
}

function invalid(message: string): ConfigError {
  return new ConfigError(message, { code: 'KEY_INVALID' })
}

/** The kind of a PEM block, such as `PRIVATE KEY`; empty where it was not in PEM. */
function labelOf(pem: string | undefined): string {
  return pem ? (PEM.exec(pem)?.[1] ?? '') : ''
}

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
 * Loads an RSA private key: PKCS#1 or PKCS#8, as PEM, DER, bare base64, `file://` URL or `KeyObject`.
 *
 * @throws {ConfigError} code `KEY_INVALID` when it is something else; the message says what.
 */
export function loadPrivateKey(input: KeyInput, what = 'privateKey'): KeyObject {
  const key = input instanceof KeyObject ? input : parsePrivateKey(input, what)
  if (key.type !== 'private') throw invalid(`${what} is a ${key.type} key; an RSA private key is needed`)
  return assertRsa(key, what)
}

function parsePrivateKey(input: string | Uint8Array | URL, what: string): KeyObject {
  const { pem, der } = readMaterial(input, what)
  const kind = labelOf(pem)
  if (kind === 'CERTIFICATE') {
    throw invalid(`${what} is a certificate; give the private key (apiclient_key.pem) instead`)
  }
  if (kind.endsWith('PUBLIC KEY')) throw invalid(`${what} is a public key; give the private key instead`)
  if (kind === 'ENCRYPTED PRIVATE KEY') {
    throw invalid(`${what} is protected by a passphrase; load it with crypto.createPrivateKey and pass that`)
  }
  const key = firstParsed(
    () => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: der, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey(pem ?? ''),
  )
  if (key) return key
  if (firstParsed(() => new X509Certificate(der))) {
    throw invalid(`${what} is a certificate; give the private key (apiclient_key.pem) instead`)
  }
  throw invalid(`${what} is not a readable RSA private key (PKCS#1 or PKCS#8)`)
}

/**
 * Loads an RSA public key: SPKI, PKCS#1 or the one inside an X.509 certificate, in every form
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
    if (input.type !== 'public') throw invalid(`${what} is a ${input.type} key; a public key is needed`)
    return { key: assertRsa(input, what), certificate: undefined }
  }
  const { pem, der } = readMaterial(input, what)
  if (labelOf(pem).endsWith('PRIVATE KEY')) {
    throw invalid(`${what} is a private key; give the platform's public key or certificate instead`)
  }
  const certificate = firstParsed(() => new X509Certificate(der))
  if (certificate) return { key: assertRsa(certificate.publicKey, what), certificate }
  const key = firstParsed(
    () => createPublicKey({ key: der, format: 'der', type: 'spki' }),
    () => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }),
  )
  if (!key) throw invalid(`${what} is not a readable RSA public key or X.509 certificate`)
  return { key: assertRsa(key, what), certificate: undefined }
}

function assertRsa(key: KeyObject, what: string): KeyObject {
  if (key.asymmetricKeyType !== 'rsa') {
    throw invalid(`${what} is of type ${key.asymmetricKeyType}; WeChat Pay uses RSA keys`)
  }
  return key
}
