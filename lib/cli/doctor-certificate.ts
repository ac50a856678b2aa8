import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type KeyInput, loadPrivateKey } from '../crypto/index.js'
import { type PemInput, Wechatpay, type WechatpayOptions } from '../index.js'
import { attempt, bad, type Finding, good, unknown } from './finding.js'

const DAY = 86_400_000
/** So long before its end a new one should be on its way. */
const SOON = 30

/** The merchant's certificate: alive, of this serial number, of this private key. */
export function checkCertificate(
  input: PemInput,
  { serial, privateKey }: Pick<WechatpayOptions, 'serial' | 'privateKey'>,
  key: KeyInput = privateKey,
): Finding[] {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(read(input))
  } catch (error) {
    return [bad('certificate', (error as Error).message, 'give apiclient_cert.pem as PEM')]
  }
  return [
    validity(certificate),
    attempt('serial fits certificate', `use ${certificate.serialNumber}`, () => {
      if (certificate.serialNumber === serial?.toUpperCase()) return 'yes'
      throw new Error(`the certificate’s is ${certificate.serialNumber}`)
    }),
    attempt('private key fits certificate', 'give the key that came with this certificate', () => {
      if (certificate.checkPrivateKey(loadPrivateKey(key))) return 'yes'
      throw new Error('it is the key of another one')
    }),
  ]
}

function read(input: PemInput): Uint8Array | string {
  const isUrl = input instanceof URL || (typeof input === 'string' && input.startsWith('file:'))
  return isUrl ? readFileSync(new URL(input)) : input
}

function validity({ validFrom, validTo }: X509Certificate): Finding {
  const renew = 'apply for a new one on the merchant platform'
  const left = Math.floor((Date.parse(validTo) - Date.now()) / DAY)
  if (Date.parse(validFrom) > Date.now())
    return bad('certificate', `not valid before ${validFrom}`, 'set the clock')
  if (left < 0) return bad('certificate', `expired ${-left} days ago`, renew)
  return left > SOON
    ? good('certificate', `valid for ${left} more days`)
    : { ...unknown('certificate', `valid for only ${left} more days`), fix: renew }
}

/** The client certificate of APIv2, as the client would load it. */
export function checkClientCertificate(options: WechatpayOptions): Finding {
  const what = 'client certificate'
  const { merchant, mchid, serial, privateKey } = options
  if (merchant === undefined) return unknown(what, 'not given; needed for some of APIv2, such as refunds')
  return attempt(what, 'give apiclient_cert.pem: WXPAY_MERCHANT_CERT', () => {
    // Any key that is at hand: it is not used.
    new Wechatpay({ mchid, serial, privateKey, merchant, apiv3Key: '0'.repeat(32) }).close()
    return 'loads, and its key fits'
  })
}
