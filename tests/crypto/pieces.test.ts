import {
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  generatePrimeSync,
  type KeyObject,
} from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as crypto from '../../lib/crypto/index.js'
import { ConfigError, RequestError } from '../../lib/errors.js'
import { opensslVerifies } from '../openssl.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const apiv3Key = 'a'.repeat(32)

/** What a function throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('should have failed')
}

const base64url = (value: bigint): string => {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

/** An RSA key of 400 bits, which has no room for an RSA-SHA256 signature. */
function tooShortKey(): KeyObject {
  const e = 65537n
  for (;;) {
    const [p, q] = [generatePrimeSync(200, { bigint: true }), generatePrimeSync(200, { bigint: true })]
    const phi = (p - 1n) * (q - 1n)
    let d = 1n
    // The inverse of e: of e numbers one is a multiple of it.
    for (let k = 1n; k < e; k++) if ((1n + k * phi) % e === 0n) d = (1n + k * phi) / e
    if (d === 1n || p === q) continue
    const inverse = modularPower(q, p - 2n, p)
    const parts = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse }
    const jwk = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, base64url(value)]))
    return createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' })
  }
}

function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let power = 1n
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = (power * square) % modulus
    square = (square * square) % modulus
  }
  return power
}

describe('RSA', () => {
  it('verifies what it signed, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (message, other) => {
        const signature = crypto.sign(message, privateKey)
        expect(crypto.verify(message, signature, publicKey)).toBe(true)
        if (other !== message) expect(crypto.verify(other, signature, publicKey)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  it('gives the same signature in the thread pool', async () => {
    expect(await crypto.signAsync('订单', privateKey)).toBe(crypto.sign('订单', privateKey))
  })

  it('signs and verifies bytes as it does the text of them', () => {
    const signature = crypto.sign(Buffer.from('订单'), privateKey)
    expect(signature).toBe(crypto.sign('订单', privateKey))
    expect(crypto.verify(Buffer.from('订单'), signature, publicKey)).toBe(true)
  })

  it('rejects in the thread pool what cannot be signed', async () => {
    await expect(crypto.signAsync('订单', tooShortKey())).rejects.toThrow(/too big|too small/)
  })

  it('leaves the event loop turning while many messages are signed in the thread pool', async () => {
    let turns = 0
    let signing = true
    const turn = () => {
      turns++
      if (signing) setImmediate(turn)
    }
    setImmediate(turn)
    await Promise.all(Array.from({ length: 200 }, (_, at) => crypto.signAsync(String(at), privateKey)))
    signing = false
    // On the event loop, the last signature would be there before the first turn.
    expect(turns).toBeGreaterThan(0)
  })

  it('signs what openssl verifies', () => {
    const message = 'GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n'
    expect(opensslVerifies(message, crypto.sign(message, privateKey), publicKey)).toBe(true)
    expect(opensslVerifies(`${message}\n`, crypto.sign(message, privateKey), publicKey)).toBe(false)
  })

  it('decrypts what it encrypted with OAEP, differently each time', () => {
    const one = crypto.encryptOaep('张三', publicKey)
    expect(one).not.toBe(crypto.encryptOaep('张三', publicKey))
    expect(crypto.decryptOaep(one, privateKey)).toBe('张三')
  })

  it('says how long an OAEP text may be', () => {
    expect(crypto.decryptOaep(crypto.encryptOaep('a'.repeat(214), publicKey), privateKey)).toHaveLength(214)
    expect(() => crypto.encryptOaep('a'.repeat(215), publicKey)).toThrow('holds 214 bytes')
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    expect(crypto.encryptOaep('a'.repeat(86), short.publicKey)).toHaveLength(172)
    expect(() => crypto.encryptOaep('a'.repeat(87), short.publicKey)).toThrow('of 87 bytes is too long')
  })

  it('encrypts nothing but text', () => {
    const error = thrownBy(() => crypto.encryptOaep(42 as never, publicKey))
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({ message: expect.stringContaining('Only text') })
  })

  it('says that a field was meant for another key', () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const ciphertext = crypto.encryptOaep('张三', other.publicKey)
    const error = thrownBy(() => crypto.decryptOaep(ciphertext, privateKey))
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({
      code: 'DECRYPTION_FAILED',
      message: expect.stringContaining('another merchant certificate'),
    })
  })
})

describe('AES-256-GCM', () => {
  it('gives back what it encrypted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, associated) => {
        const ciphertext = crypto.encryptAesGcm(text, apiv3Key, '0123456789ab', associated)
        expect(crypto.decryptAesGcm(ciphertext, apiv3Key, '0123456789ab', associated)).toBe(text)
      }),
    )
  })

  it.each([
    ['key', ['b'.repeat(32), '0123456789ab', 'certificate']],
    ['nonce', [apiv3Key, 'ba9876543210', 'certificate']],
    ['associated data', [apiv3Key, '0123456789ab', 'transaction']],
  ] as const)('refuses another %s', (_, [key, nonce, associated]) => {
    const ciphertext = crypto.encryptAesGcm('{}', apiv3Key, '0123456789ab', 'certificate')
    const error = thrownBy(() => crypto.decryptAesGcm(ciphertext, key, nonce, associated))
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', message: expect.stringContaining('altered') })
  })

  it('takes no associated data for an empty text', () => {
    const ciphertext = crypto.encryptAesGcm('{}', apiv3Key, '0123456789ab')
    expect(crypto.encryptAesGcm('{}', apiv3Key, '0123456789ab', '')).toBe(ciphertext)
    expect(crypto.decryptAesGcm(ciphertext, apiv3Key, '0123456789ab', '')).toBe('{}')
    expect(
      crypto.decryptAesGcm(
        crypto.encryptAesGcm('{}', apiv3Key, '0123456789ab', ''),
        apiv3Key,
        '0123456789ab',
      ),
    ).toBe('{}')
  })

  it.each([
    ['bytes', Buffer.from(apiv3Key)],
    ['a KeyObject', createSecretKey(Buffer.from(apiv3Key))],
  ])('takes %s for a key', (_, key) => {
    const ciphertext = crypto.encryptAesGcm('退款', key, '0123456789ab')
    expect(crypto.decryptAesGcm(ciphertext, apiv3Key, '0123456789ab')).toBe('退款')
    expect(crypto.decryptAesGcm(ciphertext, key, '0123456789ab')).toBe('退款')
  })

  it('refuses a ciphertext that was altered or cut', () => {
    const bytes = Buffer.from(crypto.encryptAesGcm('{"a":1}', apiv3Key, '0123456789ab'), 'base64')
    bytes[0] = (bytes[0] as number) ^ 1
    expect(() => crypto.decryptAesGcm(bytes.toString('base64'), apiv3Key, '0123456789ab')).toThrow(
      RequestError,
    )
    expect(() => crypto.decryptAesGcm('AAAA', apiv3Key, '0123456789ab')).toThrow(RequestError)
  })

  it.each([[''], [undefined], [12]])('takes no nonce of %j', (nonce) => {
    const error = thrownBy(() => crypto.encryptAesGcm('{}', apiv3Key, nonce as string))
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({ message: expect.stringContaining('The nonce of GCM must be a text') })
  })

  it('reads the tag alone as an empty text, and nothing shorter', () => {
    const tag = crypto.encryptAesGcm('', apiv3Key, '0123456789ab')
    expect(crypto.decryptAesGcm(tag, apiv3Key, '0123456789ab')).toBe('')
    const cut = Buffer.from(tag, 'base64').subarray(1).toString('base64')
    expect(thrownBy(() => crypto.decryptAesGcm(cut, apiv3Key, '0123456789ab'))).toBeInstanceOf(RequestError)
  })

  it.each<[string, unknown, string]>([
    ['31 bytes', 'a'.repeat(31), 'this one has 31'],
    ['33 bytes', Buffer.alloc(33), 'this one has 33'],
    ['a KeyObject of 16 bytes', createSecretKey(Buffer.alloc(16)), 'this one has 16'],
    ['a private key', privateKey, 'this one has 0'],
    ['an object', {}, 'is text, bytes or a secret KeyObject'],
    ['nothing', undefined, 'is text, bytes or a secret KeyObject'],
  ])('refuses a key that is %s', (_, given, why) => {
    const key = given as string
    const works = [
      () => crypto.encryptAesGcm('', key, '0123456789ab'),
      () => crypto.decryptAesGcm('', key, '0123456789ab'),
      () => crypto.encryptAesEcb('', key),
      () => crypto.decryptAesEcb('', key),
    ]
    for (const error of works.map(thrownBy)) {
      expect(error).toBeInstanceOf(ConfigError)
      expect(error).toMatchObject({ code: 'KEY_INVALID', message: expect.stringContaining(why) })
    }
  })
})

describe('AES-256-ECB', () => {
  it('gives back what it encrypted, and refuses another key', () => {
    const ciphertext = crypto.encryptAesEcb('<root>退款</root>', apiv3Key)
    expect(crypto.decryptAesEcb(ciphertext, apiv3Key)).toBe('<root>退款</root>')
    expect(() => crypto.decryptAesEcb(ciphertext, 'b'.repeat(32))).toThrow(RequestError)
  })
})

describe('the APIv2 signature', () => {
  // The example of the official documentation.
  const key = '192006250b4c09247ec02edce69f6a2d'
  const params = {
    appid: 'wxd930ea5d5a258f4f',
    mch_id: '10000100',
    device_info: '1000',
    body: 'test',
    nonce_str: 'ibuaiVcKdpRxkhJA',
  }

  it('is the published one', () => {
    expect(crypto.md5Sign(params, key)).toBe('9A0A8659F005D6984697E2CA0A9CF3B7')
    expect(crypto.hmacSign(params, key)).toBe(
      '6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6',
    )
  })

  it.each([[''], [undefined], [Buffer.from(key)]])('is not made with a key of %j', (wrong) => {
    for (const sign of [crypto.md5Sign, crypto.hmacSign]) {
      const error = thrownBy(() => sign(params, wrong as string))
      expect(error).toBeInstanceOf(ConfigError)
      expect(error).toMatchObject({
        code: 'KEY_INVALID',
        message: 'The APIv2 key must be a text that is not empty',
      })
    }
  })

  it('is not made of what has no text', () => {
    const wrong = { ...params, detail: { goods: [] } } as never
    expect(() => crypto.md5Sign(wrong, key)).toThrow('detail is no text: write the JSON')
    expect(() => crypto.hmacSign('a=1' as never, key)).toThrow('What is signed must be an object')
  })

  it('leaves out empty values and sign itself', () => {
    const more = { sign: 'x', attach: '', detail: undefined, scene: null, ...params }
    expect(crypto.md5Sign(more, key)).toBe(crypto.md5Sign(params, key))
  })
})

describe('the canonical messages', () => {
  it('end every line, the empty body included', () => {
    const request = { method: 'GET', url: '/v3/certificates', timestamp: 1554208460, nonce: 'n', body: '' }
    expect(crypto.canonicalRequest(request)).toBe('GET\n/v3/certificates\n1554208460\nn\n\n')
    expect(String(crypto.canonicalResponse({ timestamp: '1', nonce: 'n', body: Buffer.from('{}') }))).toBe(
      '1\nn\n{}\n',
    )
  })

  it('of an answer are the same for its text and its bytes', () => {
    const answer = { timestamp: 1, nonce: 'n', body: '{"name":"张三"}' }
    const bytes = crypto.canonicalResponse({ ...answer, body: Buffer.from(answer.body) })
    expect(crypto.canonicalResponse(answer)).toEqual(bytes)
    expect(String(bytes)).toBe('1\nn\n{"name":"张三"}\n')
  })

  it('keep the bytes of an answer that is no UTF-8', () => {
    const body = Buffer.from([0xff, 0xfe, 0x00])
    expect(crypto.canonicalResponse({ timestamp: 1, nonce: 'n', body }).subarray(4, 7)).toEqual(body)
  })
})

describe('what would be signed wrongly without a word', () => {
  const request = { method: 'POST', url: '/v3/x', timestamp: 1, nonce: 'n', body: '{}' }
  const parts = { mchid: '1', serial: 's', nonce: 'n', timestamp: 1, signature: 'c2ln' }

  it.each(['method', 'url', 'timestamp', 'nonce', 'body'])('is a request without its %s', (name) => {
    const error = thrownBy(() => crypto.canonicalRequest({ ...request, [name]: undefined }))
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toBe(
      `The canonical message of a request: ${name} must be text or a number`,
    )
  })

  it.each(['mchid', 'serial', 'nonce', 'timestamp', 'signature'])('is a header without its %s', (name) => {
    const error = thrownBy(() => crypto.authorization({ ...parts, [name]: undefined } as never))
    expect(error).toBeInstanceOf(RequestError)
    expect((error as Error).message).toBe(`An Authorization header: ${name} must be text or a number`)
  })

  it('is a body that was parsed', () => {
    const body = { code: 'SUCCESS' } as never
    expect(() => crypto.canonicalRequest({ ...request, body })).toThrow('body must be text')
    expect(() => crypto.canonicalResponse({ timestamp: 1, nonce: 'n', body })).toThrow('not what was parsed')
    expect(() => crypto.canonicalResponse({ timestamp: undefined as never, nonce: 'n', body: '' })).toThrow(
      'The canonical message of a response: timestamp must be',
    )
  })
})

describe('an Authorization header', () => {
  const parts = { serial: '3775B6A4', nonce: 'n', timestamp: 1554208460, signature: 'c2ln' }
  const common = 'nonce_str="n",signature="c2ln",timestamp="1554208460",serial_no="3775B6A4"'

  it('names the merchant, or the brand by its own scheme', () => {
    expect(crypto.authorization({ mchid: '1900000109', ...parts })).toBe(
      `WECHATPAY2-SHA256-RSA2048 mchid="1900000109",${common}`,
    )
    expect(crypto.authorization({ brandId: '40001', ...parts })).toBe(
      `WECHATPAY-BRAND-SHA256-RSA2048 brand_id="40001",${common}`,
    )
  })
})

describe('a nonce', () => {
  it('has 32 letters and digits and never comes twice', () => {
    const nonces = new Set(Array.from({ length: 10_000 }, () => crypto.nonce()))
    expect(nonces.size).toBe(10_000)
    for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/)
  })
})
