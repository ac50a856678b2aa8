import { KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import { bufferOf } from '../../buffer-of.js'
import { type KeyInput, loadPrivateKey } from '../../crypto/keys.js'
import { ConfigError } from '../../errors.js'
import type { TrustedAuthorities } from '../../transport/agents.js'

/** PEM text, bytes or a `file://` URL. */
export type PemInput = string | Uint8Array | URL

/** The merchant's client certificate, which some endpoints of APIv2 ask for. */
export type ClientCertificate =
  | {
      /** `apiclient_cert.pem`: PEM text, bytes or `file://` URL; certificates that lead to its authority may follow. */
      readonly cert: PemInput
      /** `apiclient_key.pem`, in every form that `privateKey` takes; that one when absent. */
      readonly key?: KeyInput
    }
  | {
      /** `apiclient_cert.p12`: bytes or `file://` URL. */
      readonly pfx: PemInput
      /** The merchant id when absent, as WeChat Pay issues it. */
      readonly passphrase?: string
    }

/** What a certificate is loaded with. */
export interface CertificateDefaults {
  readonly mchid: string
  readonly privateKey: KeyObject
  /** Authorities to trust in place of Node's. */
  readonly ca: TrustedAuthorities | undefined
}

/** The one command that turns a file OpenSSL 3 refuses into one it takes. */
const CONVERSION = 'openssl pkcs12 -legacy -in apiclient_cert.p12 -nodes -out apiclient.pem'

/**
 * Loads a client certificate into a TLS context, which gives none of it away again.
 *
 * @throws {ConfigError} saying which of its parts cannot be read, and why.
 */
export function loadClientCertificate(
  certificate: ClientCertificate,
  { mchid, privateKey, ca }: CertificateDefaults,
): SecureContext {
  const authorities = ca === undefined ? {} : { ca: ca as string | Buffer | (string | Buffer)[] }
  if (typeof certificate !== 'object' || certificate === null) {
    throw new ConfigError('merchant must be { cert, key } or { pfx, passphrase }')
  }
  if ('pfx' in certificate) {
    const { pfx, passphrase = mchid } = certificate
    const bytes = readInput(pfx, 'merchant.pfx')
    return attempt(() => createSecureContext({ pfx: bytes, passphrase, ...authorities }), explainPfx)
  }
  const pem = blocks(readInput(certificate.cert, 'merchant.cert').toString(), /CERTIFICATE/)
  const key = certificate.key === undefined ? privateKey : loadKey(certificate.key)
  const x509 = attempt(
    () => new X509Certificate(pem),
    () => 'merchant.cert is no certificate in PEM: give apiclient_cert.pem',
  )
  if (!x509.checkPrivateKey(key)) {
    const whose = certificate.key === undefined ? 'privateKey is' : 'merchant.key is'
    throw invalid(`${whose} not the key of merchant.cert; the two of one download belong together`)
  }
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' })
  return attempt(
    () => createSecureContext({ cert: pem, key: keyPem, ...authorities }),
    () => 'merchant.cert cannot be used for TLS',
  )
}

/** One file may hold the certificate and its key, as the conversion of a PKCS#12 file gives them. */
function loadKey(input: KeyInput): KeyObject {
  if (input instanceof KeyObject) return loadPrivateKey(input, 'merchant.key')
  const text = readInput(input, 'merchant.key')
  return loadPrivateKey(blocks(text.toString('latin1'), /PRIVATE KEY/) || input, 'merchant.key')
}

/** The blocks of a PEM file that are of one kind. */
function blocks(text: string, kind: RegExp): string {
  const found = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g) ?? []
  return found.filter((block) => kind.test(block.slice(0, block.indexOf('\n')))).join('\n')
}

function readInput(input: PemInput, what: string): Buffer {
  if (input instanceof Uint8Array) return bufferOf(input)
  if (!(input instanceof URL) && typeof input !== 'string') {
    throw invalid(`${what} must be text, bytes or a file:// URL`)
  }
  if (!(input instanceof URL) && !/^file:\/\//i.test(input)) {
    return what.endsWith('pfx') ? Buffer.from(input, 'base64') : Buffer.from(input)
  }
  try {
    return readFileSync(new URL(input))
  } catch (cause) {
    throw invalid(`${what}: cannot read ${String(input)}: ${(cause as Error).message}`)
  }
}

function explainPfx(error: { code?: string; message?: string }): string {
  if (error.code === 'ERR_CRYPTO_UNSUPPORTED_OPERATION') {
    return (
      'merchant.pfx is encrypted with RC2 or another cipher that OpenSSL 3 counts as legacy and Node.js no longer reads. ' +
      `Convert it once: ${CONVERSION} (its passphrase is the merchant id), ` +
      "then give merchant: { cert: 'file:///…/apiclient.pem', key: 'file:///…/apiclient.pem' }"
    )
  }
  if (error.message?.includes('mac verify')) return 'merchant.passphrase does not open merchant.pfx'
  return 'merchant.pfx is no readable PKCS#12 file with certificate and private key: give apiclient_cert.p12'
}

/** OpenSSL's own error is not kept as the cause: there is no telling what it quotes. */
function attempt<Result>(
  make: () => Result,
  explain: (error: { code?: string; message?: string }) => string,
): Result {
  try {
    return make()
  } catch (error) {
    throw invalid(explain(error as Error))
  }
}

function invalid(message: string): ConfigError {
  return new ConfigError(message, { code: 'KEY_INVALID' })
}
