import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const

/** Encrypts with AEAD_AES_256_GCM: base64 of the ciphertext with its 16-byte tag behind it. */
export function encryptAesGcm(text: string, key: string, nonce: string, associatedData: string): string {
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), Buffer.from(nonce))
  cipher.setAAD(Buffer.from(associatedData))
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** @throws when the ciphertext was made under another key. */
export function decryptAesGcm(
  ciphertext: string,
  key: string,
  nonce: string,
  associatedData: string,
): string {
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key), Buffer.from(nonce))
  decipher.setAAD(Buffer.from(associatedData)).setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString()
}

/** Encrypts with AES-256-ECB under the MD5 digest of the APIv2 key, as v2 does in `req_info`. */
export function encryptAesEcb(text: string, secret: string): string {
  const key = createHash('md5').update(secret).digest('hex')
  const cipher = createCipheriv('aes-256-ecb', key, null)
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64')
}

/** @throws when the ciphertext was made under another key. */
export function decryptAesEcb(ciphertext: string, secret: string): string {
  const key = createHash('md5').update(secret).digest('hex')
  const decipher = createDecipheriv('aes-256-ecb', key, null)
  return Buffer.concat([decipher.update(ciphertext, 'base64'), decipher.final()]).toString()
}

/** Encrypts with RSA-OAEP for the holder of a public key: base64, as the API writes its encrypted fields. */
export function encryptOaep(text: string, key: KeyObject): string {
  return publicEncrypt({ key, ...OAEP }, Buffer.from(text)).toString('base64')
}

/** @throws when the ciphertext was made for another key. */
export function decryptOaep(ciphertext: string, key: KeyObject): string {
  return privateDecrypt({ key, ...OAEP }, Buffer.from(ciphertext, 'base64')).toString()
}
