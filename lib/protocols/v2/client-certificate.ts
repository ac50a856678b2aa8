import { type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { isKeyOf, type KeyInput, loadCertificates, loadPrivateKey } from '../../crypto/keys.js'
import { invalidKey, readMaterial } from '../../crypto/material.js'
import { isSm2, mentionsSm2 } from '../../crypto/sm2.js'
import { ConfigError } from '../../errors.js'
import type { TrustedAuthorities } from '../../transport/agents.js'
import { plainSerial } from '../v3/platform-keys.js'

/** PEM text, bytes or a `file://` URL. */
export type PemInput = string | Uint8Array | URL

/** The merchant's client certificate, which some endpoints of APIv2 ask for. */
export type ClientCertificate =
  | PemCertificate
  | {
      /** `apiclient_cert.p12`: bytes or `file://` URL. */
      readonly pfx: PemInput
      /** The merchant id when absent, as WeChat Pay issues it. */
      readonly passphrase?: string
    }

export interface PemCertificate {
  /** `apiclient_cert.pem`: PEM text, bytes or `file://` URL; certificates that lead to its authority may follow. */
  readonly cert: PemInput
  /** `apiclient_key.pem`, in every form that `privateKey` takes; that one when absent. */
  readonly key?: KeyInput
}

/** What a certificate is loaded with. */
export interface CertificateDefaults {
  readonly mchid: string
  /** Serial number and key of the merchant certificate that signs requests of APIv3. */
  readonly serial?: string
  readonly privateKey?: KeyObject
  /** Authorities to trust in place of Node's. */
  readonly ca: TrustedAuthorities | undefined
}

/** The one command that turns a file OpenSSL 3 refuses into one it takes. */
const CONVERSION = 'openssl pkcs12 -legacy -in apiclient_cert.p12 -nodes -out apiclient.pem'

/** The serial number of a client certificate. */
export function certificateSerial({ cert }: PemCertificate): string {
  return new X509Certificate(loadCertificates(cert, 'merchant.cert')).serialNumber
}

/**
 * Loads a client certificate into a TLS context, which gives none of it away again.
 *
 * @throws {ConfigError} saying which of its parts cannot be read, and why.
 */
export function loadClientCertificate(
  certificate: ClientCertificate,
  { mchid, serial, privateKey, ca }: CertificateDefaults,
): SecureContext {
  const authorities = ca === undefined ? {} : { ca: ca as string | Buffer | (string | Buffer)[] }
  if (typeof certificate !== 'object' || certificate === null) {
    throw new ConfigError('merchant must be { cert, key } or { pfx, passphrase }')
  }
  if ('pfx' in certificate && 'cert' in certificate) {
    throw new ConfigError('merchant has cert and pfx; give { cert, key } or { pfx, passphrase }')
  }
  if ('pfx' in certificate) {
    const { pfx, passphrase = mchid } = certificate
    if (typeof passphrase !== 'string') throw new ConfigError('merchant.passphrase must be text')
    const bytes = readPfx(pfx)
    return attempt(() => createSecureContext({ pfx: bytes, passphrase, ...authorities }), explainPfx)
  }
  if (!('cert' in certificate))
    throw new ConfigError(
      `merchant must be { cert, key } or { pfx, passphrase }, and has ${Object.keys(certificate).join(', ') || 'nothing'}`,
    )
  const pem = loadCertificates(certificate.cert, 'merchant.cert')
  const x509 = new X509Certificate(pem)
  if (mentionsSm2(x509.raw)) throw noSm2Tls('merchant.cert')
  const key = certificate.key === undefined ? privateKey : loadPrivateKey(certificate.key, 'merchant.key')
  if (!key)
    throw new ConfigError('merchant.key is missing: this client has no privateKey to take in its place')
  if (isSm2(key)) throw noSm2Tls(certificate.key === undefined ? 'privateKey' : 'merchant.key')
  if (!isKeyOf(key, x509)) {
    const whose = certificate.key === undefined ? 'privateKey is' : 'merchant.key is'
    throw invalidKey(`${whose} not the key of merchant.cert; the two of one download belong together`)
  }
  // The serial number of an SM2 client is that of its SM2 certificate.
  const isSame = privateKey === undefined || !isSm2(privateKey)
  if (isSame && serial !== undefined && plainSerial(x509.serialNumber) !== plainSerial(serial)) {
    throw invalidKey(
      `merchant.cert has the serial number ${x509.serialNumber}, but serial is ${serial}: they are of different certificates; renew both together`,
    )
  }
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' })
  return attempt(
    () => createSecureContext({ cert: pem, key: keyPem, ...authorities }),
    () => 'merchant.cert cannot be used for TLS',
  )
}

function noSm2Tls(what: string): ConfigError {
  return invalidKey(
    `${what} is of SM2, which TLS does not take here: give merchant the cert and key of the RSA certificate`,
  )
}

function readPfx(input: PemInput): Buffer {
  const { blocks, der } = readMaterial(input, 'merchant.pfx')
  if (der) return der
  throw invalidKey(`merchant.pfx is a ${blocks[0]?.label} in PEM; give apiclient_cert.p12, or { cert, key }`)
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
    throw invalidKey(explain(error as Error))
  }
}
