import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  authorization,
  decryptOaep,
  encryptOaep,
  loadPrivateKey,
  loadPublicKey,
  sign,
  signAsync,
  verify,
} from '../../lib/crypto/index.js'
import { ConfigError } from '../../lib/errors.js'
import { createSm2Identity, opensslSm2Sign, opensslSm2Verifies } from '../openssl.js'

const { privateKey, publicKey, certificate } = createSm2Identity()
const other = createSm2Identity()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const message = 'GET\n/v3/certificates\n1554208460\n商户\n\n'

const pem = (key: KeyObject): string =>
  key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }) as string
const bare = (text: string): Buffer => Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64')
/** The public key, of whose point only x and the parity of y are written. */
function compressed(): Buffer {
  const point = bare(publicKey).subarray(-64)
  const parity = 2 + ((point[63] as number) & 1)
  const head = Buffer.from('3039301306072a8648ce3d020106082a811ccf5501822d032200', 'hex')
  return Buffer.concat([head, Buffer.from([parity]), point.subarray(0, 32)])
}
const keyInvalid = expect.objectContaining({ code: 'KEY_INVALID' })

describe('an SM2 signature', () => {
  it('is taken by openssl, under the identifier of the standard', async () => {
    expect(opensslSm2Verifies(message, sign(message, privateKey), publicKey)).toBe(true)
    expect(opensslSm2Verifies(message, await signAsync(message, privateKey), publicKey)).toBe(true)
    expect(opensslSm2Verifies('another', sign(message, privateKey), publicKey)).toBe(false)
  })

  it('of openssl is taken, over text and over bytes', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0])
    expect(verify(message, opensslSm2Sign(message, privateKey), publicKey)).toBe(true)
    expect(verify(bytes, opensslSm2Sign(bytes, privateKey), certificate)).toBe(true)
  })

  it('is taken for one message and one key alone', () => {
    const key = loadPublicKey(publicKey)
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, another) => {
        const signature = sign(text, privateKey)
        expect(verify(text, signature, key)).toBe(true)
        expect(verify(another, signature, key)).toBe(another === text)
        expect(verify(text, signature, other.publicKey)).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  it.each(['', 'AAAA', 'no base64!', 'MEQ=', Buffer.alloc(256, 1).toString('base64')])(
    'is not %o',
    (signature) => {
      expect(verify(message, signature, publicKey)).toBe(false)
    },
  )

  it('is no RSA signature, nor the other way round', () => {
    expect(verify(message, sign(message, rsa.privateKey), publicKey)).toBe(false)
    expect(verify(message, sign(message, privateKey), rsa.publicKey)).toBe(false)
  })

  it('has a scheme of its own in the header', () => {
    const parts = { mchid: '1', serial: 'AB', nonce: 'n', timestamp: 1, signature: 's' }
    expect(authorization({ ...parts, scheme: 'WECHATPAY2-SM2-WITH-SM3' })).toMatch(
      /^WECHATPAY2-SM2-WITH-SM3 mchid="1",/,
    )
  })
})

describe('an SM2 key', () => {
  const generated = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const sec1 = generated.privateKey.export({ format: 'pem', type: 'sec1' }) as string

  it.each([
    ['PKCS#8', privateKey, publicKey],
    ['DER', bare(privateKey), bare(publicKey)],
    ['the certificate as DER', bare(privateKey), bare(certificate)],
    ['a compressed public key', privateKey, compressed()],
    ['SEC1', sec1, pem(generated.publicKey)],
    ['a KeyObject that was loaded', loadPrivateKey(privateKey), loadPublicKey(certificate)],
    ['a KeyObject that was generated', generated.privateKey, generated.publicKey],
  ])('may be given as %s', (_, own, theirs) => {
    const signature = sign(message, loadPrivateKey(own))
    expect(verify(message, signature, loadPublicKey(theirs))).toBe(true)
    const spki = pem(loadPublicKey(theirs))
    expect(opensslSm2Verifies(message, signature, spki)).toBe(true)
  })

  it('encrypts and decrypts nothing: Node.js has no SM2 encryption', () => {
    expect(() => encryptOaep('张三', publicKey)).toThrow(ConfigError)
    expect(() => encryptOaep('张三', publicKey)).toThrow(keyInvalid)
    expect(() => encryptOaep('张三', certificate)).toThrow('no run time has SM2 encryption')
    expect(() => decryptOaep('AAAA', privateKey)).toThrow('this private key is an SM2 key')
  })

  it('is refused by name where the run time has no SM2', async () => {
    const crypto = await import('node:crypto')
    const unknown = (): never => {
      throw new Error('unsupported')
    }
    vi.doMock('node:crypto', () => ({
      ...crypto,
      ...{ createPrivateKey: unknown, createPublicKey: unknown },
      X509Certificate: function read(bytes: Buffer) {
        return Object.defineProperty(new X509Certificate(bytes), 'publicKey', { get: unknown })
      },
    }))
    try {
      // A copy of the module that loads keys: other files go on with theirs.
      const copy = '../../lib/crypto/keys.js?without-sm2'
      const { loadPrivateKey, loadPublicKey } = (await import(
        copy
      )) as typeof import('../../lib/crypto/keys.js')
      for (const load of [
        () => loadPrivateKey(privateKey),
        () => loadPublicKey(publicKey),
        () => loadPublicKey(certificate),
      ])
        expect(load).toThrow(/is an SM2 key, and Node\.js [\d.]+ \(OpenSSL .*\) has no SM2/)
    } finally {
      vi.doUnmock('node:crypto')
    }
  })
})
