import { X509Certificate } from 'node:crypto'
import { Duplex } from 'node:stream'
import { type SecureContext, TLSSocket } from 'node:tls'
import { isKeyOf, loadCertificates, loadPrivateKey } from '../crypto/keys.js'
import type { Account } from '../identity.js'
import type { WechatpayOptions } from '../option-types.js'
import type { PemInput } from '../protocols/v2/client-certificate.js'
import { plainSerial } from '../protocols/v3/platform-keys.js'
import { bad, type Fact, good, unknown } from './finding.js'

export const DAY = 86_400_000
/** The days before its end at which a certificate should be renewed. */
export const RENEW_BEFORE = 30

/**
 * Checks that the certificate of the account is valid, and that id, serial number and private key belong to it. Where
 * several do not, the certificate is the wrong one, and not they.
 */
export function checkCertificate(input: PemInput, account: Account, options: WechatpayOptions): Fact[] {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(loadCertificates(input, 'certificate'))
  } catch (error) {
    return [bad('certificate', 'CERTIFICATE_INVALID', { reason: (error as Error).message })]
  }
  return checkLoaded(certificate, account, options)
}

/**
 * Checks the certificate of a pfx, which a TLS context is made of. Requests of APIv3 may be signed by another one of the same merchant, so
 * serial number and private key are not compared.
 */
export function checkPfx(secureContext: SecureContext, { mchid }: Account): Fact[] {
  const socket = new TLSSocket(new Duplex({ read() {}, write() {} }), { isServer: true, secureContext })
  try {
    const certificate = socket.getX509Certificate()
    return certificate && mchid !== undefined ? checkLoaded(certificate, { mchid }, {}) : []
  } finally {
    socket.destroy()
  }
}

function checkLoaded(
  certificate: X509Certificate,
  account: Account,
  options: Pick<WechatpayOptions, 'merchant'>,
): Fact[] {
  const validity = checkValidity(certificate)
  const mismatch = checkOwner(certificate, account, options)
  return validity.state === 'good' && mismatch ? [mismatch] : [validity, ...(mismatch ? [mismatch] : [])]
}

function checkValidity({ validFrom, validTo, serialNumber }: X509Certificate): Fact {
  if (Date.parse(validFrom) > Date.now()) {
    return bad('certificate', 'CERTIFICATE_NOT_YET_VALID', { date: validFrom })
  }
  const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY)
  if (days < 0) return bad('certificate', 'CERTIFICATE_EXPIRED', { days: -days })
  return days > RENEW_BEFORE
    ? good('certificate', 'CERTIFICATE_FITS', { days })
    : unknown('certificate', 'CERTIFICATE_EXPIRES_SOON', { id: serialNumber, days })
}

function checkOwner(
  certificate: X509Certificate,
  account: Account,
  options: Pick<WechatpayOptions, 'merchant'>,
): Fact | undefined {
  const { serialNumber: actual, subject } = certificate
  const owner = /^CN=(\d+)$/m.exec(subject)?.[1] ?? ''
  const { mchid = '', serial = '' } = account
  const key = keyOf(account, options)
  const wrong = {
    mchid: owner !== '' && mchid !== '' && owner !== mchid,
    serial: serial !== '' && plainSerial(serial) !== plainSerial(actual),
    privateKey: key !== undefined && !isKeyOf(key, certificate),
  }
  const names = Object.entries(wrong).flatMap(([name, isWrong]) => (isWrong ? name : []))
  if (names.length > 1) {
    return bad('certificate', 'CERTIFICATE_OF_ANOTHER', { names: names.join(', '), actual, owner })
  }
  if (wrong.mchid) return bad('certificate', 'CERTIFICATE_OF_ANOTHER_MCHID', { mchid, owner })
  if (wrong.serial) return bad('certificate', 'CERTIFICATE_OF_ANOTHER_SERIAL', { actual })
  if (wrong.privateKey) return bad('certificate', 'CERTIFICATE_OF_ANOTHER_KEY')
  return undefined
}

/** The key that belongs to the certificate: that of the account, or else that of the client certificate. */
function keyOf(
  { privateKey }: Account,
  { merchant }: Pick<WechatpayOptions, 'merchant'>,
): Account['privateKey'] {
  if (privateKey) return privateKey
  if (!merchant || !('cert' in merchant) || merchant.key === undefined) return undefined
  try {
    return loadPrivateKey(merchant.key, 'merchant.key')
  } catch {
    // The client certificate has a check of its own.
    return undefined
  }
}
