import { loadPrivateKey, loadPublicKey } from '../crypto/index.js'
import type { WechatpayOptions } from '../index.js'
import { attempt, bad, type Finding, good, unknown } from './finding.js'

/** Merchant id, serial number, private key, platform keys: each by itself. */
export function checkKeys({ mchid, serial, privateKey, certs }: WechatpayOptions): Finding[] {
  return [
    attempt('mchid', 'give the merchant id: WXPAY_MCHID', () => {
      if (mchid === undefined) throw new Error('missing')
      if (!/^\d{8,10}$/.test(mchid)) throw new Error('a merchant id is 8 to 10 digits')
      return mchid
    }),
    attempt('serial', 'take it from: openssl x509 -in apiclient_cert.pem -noout -serial', () => {
      if (serial === undefined) throw new Error('missing')
      if (!/^[0-9A-Fa-f]{16,40}$/.test(serial)) throw new Error('a serial number is hexadecimal')
      return serial
    }),
    attempt('private key', 'give apiclient_key.pem of the merchant platform: WXPAY_PRIVATE_KEY', () => {
      if (privateKey === undefined) throw new Error('missing')
      const { asymmetricKeyDetails } = loadPrivateKey(privateKey)
      const bits = asymmetricKeyDetails?.modulusLength ?? 0
      if (bits < 2048) throw new Error(`only ${bits} bits`)
      return `RSA, ${bits} bits`
    }),
    ...platformKeys(certs, serial),
  ]
}

function platformKeys(certs: WechatpayOptions['certs'], serial: string | undefined): Finding[] {
  if (certs === undefined) return [unknown('platform keys', 'none given: the certificates are downloaded')]
  return Object.entries(certs).map(([id, key]) =>
    attempt(`platform key ${id}`, 'download the public key of the merchant platform again', () => {
      if (id.toUpperCase() === serial?.toUpperCase())
        throw new Error('that is the merchant’s own certificate, not one of the platform')
      loadPublicKey(key)
      return id.startsWith('PUB_KEY_ID_') ? 'public key' : 'certificate'
    }),
  )
}

/** Keys that are only texts: by themselves, their length is all there is to see. */
export function checkSecrets({ apiv3Key, secret }: WechatpayOptions): Finding[] {
  const lengthOf = (what: string, text: string | undefined, use: string): Finding => {
    if (text === undefined) return unknown(what, `not given; needed for ${use}`)
    const bytes = Buffer.byteLength(text)
    if (bytes === 32) return good(what, '32 bytes')
    return bad(what, `${bytes} bytes`, 'it has 32: set it anew on the merchant platform')
  }
  return [
    lengthOf('apiv3Key', apiv3Key, 'notifications and platform certificates'),
    lengthOf('secret', secret, 'APIv2'),
  ]
}
