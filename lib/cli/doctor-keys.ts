import { createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadPrivateKey, loadPublicKey } from '../crypto/index.js'
import type { WechatpayOptions } from '../index.js'

/** The outcome of one check. */
export interface Finding {
  readonly what: string
  readonly state: 'good' | 'bad' | 'unknown'
  readonly found: string
  /** What to do about it. */
  readonly fix?: string
}

export const good = (what: string, found: string): Finding => ({ what, state: 'good', found })
export const bad = (what: string, found: string, fix: string): Finding => ({ what, state: 'bad', found, fix })
export const unknown = (what: string, found: string): Finding => ({ what, state: 'unknown', found })

const DAY = 86_400_000

/** What a check finds wrong it throws. */
export function attempt(what: string, fix: string, check: () => string): Finding {
  try {
    return good(what, check())
  } catch (error) {
    return bad(what, (error as Error).message, fix)
  }
}

/** Merchant id, serial number, private key, platform keys. */
export function checkKeys({ mchid, serial, privateKey, certs }: WechatpayOptions): Finding[] {
  return [
    attempt('mchid', 'give the merchant id: WXPAY_MCHID', () => {
      if (!/^\d{8,10}$/.test(mchid ?? '')) throw new Error(mchid ? `${mchid} is no merchant id` : 'missing')
      return mchid
    }),
    attempt('serial', 'openssl x509 -in apiclient_cert.pem -noout -serial', () => {
      if (!/^[0-9A-Fa-f]{16,40}$/.test(serial ?? ''))
        throw new Error(serial ? 'no serial number in hexadecimal' : 'missing')
      return serial
    }),
    attempt('private key', 'give apiclient_key.pem of the merchant platform: WXPAY_PRIVATE_KEY', () => {
      const { asymmetricKeyType, asymmetricKeyDetails } = loadPrivateKey(privateKey)
      const bits = asymmetricKeyDetails?.modulusLength ?? 0
      if (bits < 2048) throw new Error(`only ${bits} bits`)
      return `${asymmetricKeyType?.toUpperCase()} ${bits}`
    }),
    ...Object.entries(certs ?? {}).map(([id, key]) =>
      attempt(`platform key ${id}`, 'download the public key of the merchant platform again', () => {
        if (id.toUpperCase() === serial?.toUpperCase())
          throw new Error('that is the merchant’s own certificate')
        loadPublicKey(key)
        return id.startsWith('PUB_KEY_ID_') ? 'public key' : 'certificate'
      }),
    ),
  ]
}

/** Whether certificate, serial number and private key belong together. */
export function checkCertificateFile(url: string, { serial, privateKey }: WechatpayOptions): Finding[] {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(readFileSync(fileURLToPath(url)))
  } catch (error) {
    return [bad('certificate', (error as Error).message, 'give apiclient_cert.pem as PEM')]
  }
  const left = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY)
  return [
    attempt('certificate', 'apply for a new one on the merchant platform', () => {
      if (left < 0) throw new Error(`expired ${-left} days ago`)
      return `good for ${left} days`
    }),
    attempt('serial fits certificate', `use ${certificate.serialNumber}`, () => {
      if (certificate.serialNumber !== serial?.toUpperCase())
        throw new Error(`${serial} is another certificate’s`)
      return 'yes'
    }),
    attempt('private key fits certificate', 'give the key that came with this certificate', () => {
      const mine = createPublicKey(loadPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' })
      if (mine !== certificate.publicKey.export({ type: 'spki', format: 'pem' }))
        throw new Error('another key pair')
      return 'yes'
    }),
  ]
}

/** Keys that are only texts: their length is all there is to see. */
export function checkSecrets({ apiv3Key, secret, merchant }: WechatpayOptions): Finding[] {
  const lengthOf = (what: string, text: string | undefined, need: string): Finding => {
    if (text === undefined) return unknown(what, `not given; needed for ${need}`)
    const bytes = Buffer.byteLength(text)
    return bytes === 32
      ? good(what, '32 bytes')
      : bad(what, `${bytes} bytes`, 'it has 32: set it anew on the merchant platform')
  }
  return [
    lengthOf('apiv3Key', apiv3Key, 'notifications and platform certificates'),
    lengthOf('secret', secret, 'APIv2'),
    merchant
      ? good('client certificate', 'given')
      : unknown('client certificate', 'not given; needed for some of APIv2'),
  ]
}
