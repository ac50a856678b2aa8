import { createSecretKey, getCiphers } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decryptSm4Gcm, encryptSm4Gcm } from '../../lib/crypto/index.js'
import { ConfigError, RequestError } from '../../lib/errors.js'
import { encryptWithOpenssl, sm4KeyOf } from '../sm4-gcm.js'

const apiv3Key = '0123456789abcdefghijklmnopqrstuv'
const [text, nonce, associatedData] = ['{"payer":"张三"}', 'n'.repeat(12), 'transaction'] as const
const ciphertext = encryptWithOpenssl({
  ...{ key: sm4KeyOf(apiv3Key), nonce: Buffer.from(nonce) },
  ...{ associatedData: Buffer.from(associatedData), plain: Buffer.from(text) },
}).toString('base64')
const hex = (digits: string) => Buffer.from(digits, 'hex')

it('the counterpart of the tests computes the example of RFC 8998', () => {
  const encrypted = encryptWithOpenssl({
    key: hex('0123456789abcdeffedcba9876543210'),
    nonce: hex('00001234567800000000abcd'),
    associatedData: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
    plain: hex(['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'ee', 'aa'].map((byte) => byte.repeat(8)).join('')),
  })
  expect(encrypted.toString('hex')).toBe(
    '17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735' +
      'd82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d' +
      '83de3541e4c2b58177e065a9bf7b62ec',
  )
})

if (getCiphers().includes('sm4-gcm')) {
  describe('SM4-GCM', () => {
    it.each([
      ['text', apiv3Key],
      ['bytes', Buffer.from(apiv3Key)],
      ['a KeyObject', createSecretKey(Buffer.from(apiv3Key))],
    ])('under an APIv3 key given as %s is that of openssl', (_, key) => {
      expect(encryptSm4Gcm(text, key, nonce, associatedData)).toBe(ciphertext)
      expect(decryptSm4Gcm(ciphertext, key, nonce, associatedData)).toBe(text)
    })

    it.each([
      ['another key', ciphertext, 'x'.repeat(32), nonce, associatedData],
      ['another nonce', ciphertext, apiv3Key, 'm'.repeat(12), associatedData],
      ['other associated data', ciphertext, apiv3Key, nonce, ''],
      ['a changed ciphertext', `A${ciphertext.slice(1)}`, apiv3Key, nonce, associatedData],
      ['a tag cut off', 'AAAA', apiv3Key, nonce, associatedData],
    ])('with %s is refused', (_, sent, key, salt, data) => {
      expect(() => decryptSm4Gcm(sent, key, salt, data)).toThrow(RequestError)
      expect(() => decryptSm4Gcm(sent, key, salt, data)).toThrow(
        expect.objectContaining({ code: 'DECRYPTION_FAILED' }),
      )
    })

    it('takes an APIv3 key alone, and a nonce', () => {
      expect(() => encryptSm4Gcm(text, 'short', nonce)).toThrow('An APIv3 key has 32 bytes; this one has 5')
      expect(() => encryptSm4Gcm(text, apiv3Key, '')).toThrow(RequestError)
    })
  })
} else {
  describe('SM4-GCM, where the run time lacks it,', () => {
    it.each([
      ['encrypted', () => encryptSm4Gcm(text, apiv3Key, nonce, associatedData)],
      ['decrypted', () => decryptSm4Gcm(ciphertext, apiv3Key, nonce, associatedData)],
    ])('cannot be %s, and the error says which run times have it', (_, work) => {
      expect(work).toThrow(ConfigError)
      expect(work).toThrow(/SM4-GCM, which Node\.js [\d.]+ .* does not have; Node\.js has it from 24\.22/)
    })
  })
}
