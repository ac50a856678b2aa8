import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Fields of a v2 message. */
export type V2Fields = Readonly<Record<string, string>>

/** What a v2 signature covers: the filled fields but `sign`, in order of their names. The key follows. */
export function canonicalMessage(fields: V2Fields): string {
  return Object.keys(fields)
    .filter((name) => name !== 'sign' && fields[name] !== '')
    .sort()
    .map((name) => `${name}=${fields[name]}&`)
    .join('')
}

/** The `sign` of a message: what the protocol says, written down once more, apart from the client's. */
export function signFields(fields: V2Fields, signType: string, key: string): string {
  const text = `${canonicalMessage(fields)}key=${key}`
  const hash = signType === 'HMAC-SHA256' ? createHmac('sha256', key) : createHash('md5')
  return hash.update(text, 'utf8').digest('hex').toUpperCase()
}

/** Whether a message carries the signature of who has the key. */
export function isSignedWith(fields: V2Fields, key: string): boolean {
  const given = Buffer.from(fields.sign ?? '')
  const expected = Buffer.from(signFields(fields, fields.sign_type ?? 'MD5', key))
  return given.length === expected.length && timingSafeEqual(given, expected)
}
