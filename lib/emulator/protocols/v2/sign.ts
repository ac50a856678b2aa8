import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** The fields of a v2 message. */
export type V2Fields = Readonly<Record<string, string>>

/** The text that a v2 signature covers, without the key at its end: the filled fields but `sign`, sorted by name. */
export function canonicalMessage(fields: V2Fields): string {
  return Object.keys(fields)
    .filter((name) => name !== 'sign' && fields[name] !== '')
    .sort()
    .map((name) => `${name}=${fields[name]}&`)
    .join('')
}

/** The `sign` of a message, written from the protocol: it is what the client's is checked by. */
export function signFields(fields: V2Fields, signType: string, key: string): string {
  const text = `${canonicalMessage(fields)}key=${key}`
  const hash = signType === 'HMAC-SHA256' ? createHmac('sha256', key) : createHash('md5')
  return hash.update(text, 'utf8').digest('hex').toUpperCase()
}

/**
 * Whether a message carries a signature made with the key.
 *
 * @param signType the algorithm where the message names none
 */
export function isSignedWith(fields: V2Fields, key: string, signType: string): boolean {
  const given = Buffer.from(fields.sign ?? '')
  const expected = Buffer.from(signFields(fields, fields.sign_type ?? signType, key))
  return given.length === expected.length && timingSafeEqual(given, expected)
}
