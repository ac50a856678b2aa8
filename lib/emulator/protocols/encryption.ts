import { createCipheriv } from 'node:crypto'

/** Encrypts with AEAD_AES_256_GCM: base64 of the cipher text with its 16-byte tag behind it. */
export function sealAesGcm(text: string, key: string, nonce: string, associatedData: string): string {
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), Buffer.from(nonce))
  cipher.setAAD(Buffer.from(associatedData))
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}
