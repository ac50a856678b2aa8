import { type KeyObject, timingSafeEqual } from 'node:crypto'
import { hmacSign, md5Sign } from '../../crypto/hash.js'

/** How an APIv2 message is signed. */
export type SignType = 'MD5' | 'HMAC-SHA256'

/** An APIv2 message: flat, every value a text. */
export type Message = Readonly<Record<string, string>>

export function isSignType(name: string): name is SignType {
  return name === 'MD5' || name === 'HMAC-SHA256'
}

/** The `sign` of a message, under the APIv2 key. */
export function signMessage(message: Message, type: SignType, secret: KeyObject): string {
  const key = secret.export().toString()
  return type === 'MD5' ? md5Sign(message, key) : hmacSign(message, key)
}

/** Whether the `sign` in a message is genuine. Takes the same time wherever the two differ. */
export function isGenuine(message: Message, type: SignType, secret: KeyObject): boolean {
  const given = Buffer.from(message.sign ?? '')
  const expected = Buffer.from(signMessage(message, type, secret))
  return given.length === expected.length && timingSafeEqual(given, expected)
}
