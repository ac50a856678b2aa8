/** Who is who at the gateways here: the merchant, the platform, and one key each. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Merchant } from './merchant.js'

export const toPem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string

/** A serial number as a certificate may bear it: positive, at most 20 bytes. */
export const createSerial = (): string => `4${randomBytes(20).toString('hex').slice(1)}`.toUpperCase()

export const KEY_ID = 'PUB_KEY_ID_0119000001092026010100000000000000'

export const merchantKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const platformKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const merchant: Omit<Merchant, 'baseURL'> = {
  mchid: '1900000109',
  serial: createSerial(),
  privateKey: toPem(merchantKeys.privateKey),
  certs: { [KEY_ID]: toPem(platformKeys.publicKey) },
}
