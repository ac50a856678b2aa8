import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type KeyInput, loadPrivateKey, loadPublicKey } from '../../crypto/index.js'
import { type PemInput, type SecretInput, Wechatpay, type WechatpayOptions } from '../../index.js'
import { bad, type CheckResult, good, runCheck, unknown } from './check-result.js'

const DAY = 86_400_000
/** The days before its end at which a certificate should be renewed. */
const RENEW_BEFORE = 30

/** Checks what a signed call needs: merchant id, serial number, private key and platform keys, each by itself. */
export function checkIdentity({
  mchid,
  serial,
  privateKey,
  certs,
  apiv3Key,
}: WechatpayOptions): CheckResult[] {
  const isKeyless = certs === undefined && apiv3Key === undefined
  return [
    runCheck('mchid', 'give the merchant id: WXPAY_MCHID', () => {
      if (mchid === undefined) throw new Error('missing')
      if (!/^\d{8,10}$/.test(mchid)) throw new Error('a merchant id is 8 to 10 digits')
      return mchid
    }),
    runCheck('serial', 'take it from: openssl x509 -in apiclient_cert.pem -noout -serial', () => {
      if (serial === undefined) throw new Error('missing')
      if (!/^[0-9A-Fa-f]{16,40}$/.test(serial)) throw new Error('a serial number is hexadecimal')
      return serial
    }),
    runCheck('private key', 'give apiclient_key.pem of the merchant platform: WXPAY_PRIVATE_KEY', () => {
      if (privateKey === undefined) throw new Error('missing')
      const { asymmetricKeyType, asymmetricKeyDetails } = loadPrivateKey(privateKey)
      if (asymmetricKeyType !== 'rsa') return 'SM2'
      const bits = asymmetricKeyDetails?.modulusLength ?? 0
      if (bits < 2048) throw new Error(`only ${bits} bits`)
      return `RSA, ${bits} bits`
    }),
    ...Object.entries(certs ?? {}).map(([id, key]) =>
      runCheck(`platform key ${id}`, 'download the public key of the merchant platform again', () => {
        if (id.toUpperCase() === serial?.toUpperCase())
          throw new Error('that is the merchant’s own certificate, not one of the platform')
        loadPublicKey(key)
        return id.startsWith('PUB_KEY_ID_') ? 'public key' : 'certificate'
      }),
    ),
    ...(isKeyless
      ? [
          bad(
            'platform keys',
            'missing',
            'give the public key, WXPAY_CERTS, or the APIv3 key, WXPAY_APIV3_KEY',
          ),
        ]
      : []),
  ]
}

/** The options with the serial number of the client certificate, where they have none of their own. */
export function withSerial(options: WechatpayOptions): WechatpayOptions {
  const { serial, merchant } = options
  if (serial !== undefined || merchant === undefined || !('cert' in merchant)) return options
  try {
    return { ...options, serial: new X509Certificate(read(merchant.cert)).serialNumber } as WechatpayOptions
  } catch {
    // The certificate has a check of its own.
    return options
  }
}

/** Checks the length of the secrets; whether one is right shows only in use. */
export function checkSecrets({ apiv3Key, secret }: WechatpayOptions): CheckResult[] {
  const checkLength = (what: string, given: SecretInput | undefined, use: string): CheckResult => {
    if (given === undefined) return unknown(what, `not given; needed for ${use}`)
    const bytes = Buffer.byteLength(String(given).trim())
    if (bytes === 32) return good(what, '32 bytes')
    return bad(what, `${bytes} bytes`, 'it has 32: set it anew on the merchant platform')
  }
  return [
    checkLength('apiv3Key', apiv3Key, 'notifications and platform certificates'),
    checkLength('secret', secret, 'APIv2'),
  ]
}

/**
 * Checks that the merchant's certificate is valid, and that merchant id, serial number and private key belong to it.
 * Where several do not, the certificate is the wrong one, and not they.
 */
export function checkCertificate(
  input: PemInput,
  { mchid, serial, privateKey }: WechatpayOptions,
): CheckResult[] {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(read(input))
  } catch (error) {
    return [bad('certificate', (error as Error).message, 'give apiclient_cert.pem as PEM')]
  }
  const { serialNumber, subject } = certificate
  const owner = /^CN=(\d+)$/m.exec(subject)?.[1]
  const fits = [
    runCheck('mchid fits certificate', `use ${owner}, or give the certificate of ${mchid}`, () => {
      if (owner === undefined || owner === mchid) return 'yes'
      throw new Error(`the certificate is that of ${owner}`)
    }),
    runCheck('serial fits certificate', `use ${serialNumber}`, () => {
      if (serialNumber === serial?.toUpperCase()) return 'yes'
      throw new Error(`the certificate’s is ${serialNumber}`)
    }),
    runCheck('private key fits certificate', 'give the key that came with this certificate', () => {
      if (certificate.checkPrivateKey(loadPrivateKey(privateKey as KeyInput))) return 'yes'
      throw new Error('it is the key of another one')
    }),
  ]
  const wrong = fits
    .filter(({ state }) => state === 'bad')
    .map(({ what }) => what.replace(' fits certificate', ''))
  const other = `give the one of serial ${serial}; this is ${serialNumber}${owner ? ` of merchant ${owner}` : ''}`
  return [
    checkValidity(certificate),
    ...(wrong.length > 1 ? [bad('certificate fits', `not to ${wrong.join(' and ')}`, other)] : fits),
  ]
}

function read(input: PemInput): Uint8Array | string {
  const isUrl = input instanceof URL || (typeof input === 'string' && input.startsWith('file:'))
  return isUrl ? readFileSync(new URL(input)) : input
}

function checkValidity({ validFrom, validTo }: X509Certificate): CheckResult {
  const renew = 'apply for a new one on the merchant platform'
  const left = Math.floor((Date.parse(validTo) - Date.now()) / DAY)
  if (Date.parse(validFrom) > Date.now())
    return bad('certificate', `not valid before ${validFrom}`, 'set the clock')
  if (left < 0) return bad('certificate', `expired ${-left} days ago`, renew)
  return left > RENEW_BEFORE
    ? good('certificate', `valid for ${left} more days`)
    : { ...unknown('certificate', `valid for only ${left} more days`), fix: renew }
}

/** Checks the client certificate of APIv2, by loading it as the client does. */
export function checkClientCertificate({
  merchant,
  mchid,
  serial,
  privateKey,
}: WechatpayOptions): CheckResult {
  const what = 'client certificate'
  if (merchant === undefined) return unknown(what, 'not given; needed for some of APIv2, such as refunds')
  return runCheck(what, 'give apiclient_cert.pem: WXPAY_MERCHANT_CERT', () => {
    // The constructor wants an APIv3 key or platform keys; any will do, because nothing is sent.
    const options = { mchid, serial, privateKey, merchant, apiv3Key: '0'.repeat(32) }
    new Wechatpay(options as WechatpayOptions).close()
    return 'loads, and its key fits'
  })
}
