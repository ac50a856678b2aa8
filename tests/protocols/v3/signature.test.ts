import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { canonicalResponse, sign } from '../../../lib/crypto/index.js'
import { VerificationError } from '../../../lib/errors.js'
import { createFixedKeys, type PlatformKeys } from '../../../lib/protocols/v3/platform-keys.js'
import {
  isProbe,
  type SignedPayload,
  signatureHeaders,
  verifySignature,
} from '../../../lib/protocols/v3/signature.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const NOW = 1_700_000_000
const keys = createFixedKeys([
  { serial: 'PUB_KEY_ID_1', key: publicKey },
  { serial: 'AB12', key: publicKey },
])

function signed(
  change: Partial<SignedPayload['headers']> = {},
  body: string | Buffer = '{"a":"中"}',
): SignedPayload {
  const timestamp = change.timestamp ?? String(NOW)
  const signature = sign(canonicalResponse({ timestamp, nonce: 'n', body }), privateKey)
  return { headers: { serial: 'AB12', signature, timestamp, nonce: 'n', ...change }, body }
}
const refusal = async (payload: SignedPayload, known: PlatformKeys = keys): Promise<VerificationError> => {
  const error = await verifySignature(payload, known, () => ['The answer', '. Ask again']).catch(
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(VerificationError)
  return error as VerificationError
}
const believed = (payload: SignedPayload, known: PlatformKeys = keys): Promise<void> =>
  verifySignature(payload, known, () => ['The answer', ''])

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1_000 }))
afterEach(() => void vi.useRealTimers())

describe('a signature', () => {
  it.each([
    ['of a certificate', signed()],
    ['of a serial written in another way', signed({ serial: '00ab12' })],
    ['of a public key', signed({ serial: 'PUB_KEY_ID_1' })],
    ['over bytes', signed({}, Buffer.from([0xff, 0xfe]))],
    ['five minutes old', signed({ timestamp: String(NOW - 300) })],
    ['five minutes ahead', signed({ timestamp: String(NOW + 300) })],
  ])('%s is believed', async (_, payload) => {
    await expect(believed(payload)).resolves.toBeUndefined()
  })

  it.each([
    ['over another body', { ...signed(), body: '{"a":"国"}' }, 'SIGNATURE_INVALID'],
    ['over the body without its last byte', { ...signed(), body: '{"a":"中"' }, 'SIGNATURE_INVALID'],
    ['that is none', signed({ signature: 'AAAA' }), 'SIGNATURE_INVALID'],
    ['over another nonce', signed({ nonce: 'm' }), 'SIGNATURE_INVALID'],
    ['that is missing', signed({ signature: undefined }), 'SIGNATURE_MISSING'],
    ['without a serial', signed({ serial: undefined }), 'SIGNATURE_MISSING'],
    ['without a nonce', signed({ nonce: '' }), 'SIGNATURE_MISSING'],
    ['without a timestamp', signed({ timestamp: '' }), 'SIGNATURE_MISSING'],
    ['that is too old', signed({ timestamp: String(NOW - 301) }), 'TIMESTAMP_INVALID'],
    ['that is too far ahead', signed({ timestamp: String(NOW + 301) }), 'TIMESTAMP_INVALID'],
    ['at a time that is none', signed({ timestamp: 'now' }), 'TIMESTAMP_INVALID'],
    ['by a key that is unknown', signed({ serial: 'CD34' }), 'SERIAL_UNKNOWN'],
    ['that probes', signed({ signature: 'WECHATPAY/SIGNTEST/AAAA' }), 'SIGNATURE_PROBE'],
  ])('%s is refused', async (_, payload, code) => {
    const error = await refusal(payload)
    expect(error).toMatchObject({ code, serial: payload.headers.serial })
    expect(error.knownSerials).toEqual(['PUB_KEY_ID_1', 'AB12'])
    expect(error.message).not.toContain('pub_key.pem')
    expect(error.message).toMatch(/^The answer is not to be trusted: .+\. Ask again$/)
  })

  it('that probes is called a probe', async () => {
    const probe = await refusal(signed({ signature: 'WECHATPAY/SIGNTEST/AAAA' }))
    expect(probe.message).toContain('it is a probe (WECHATPAY/SIGNTEST/…)')
    expect([probe, await refusal(signed({ nonce: '' })), new Error('x'), undefined].map(isProbe)).toEqual([
      ...[true, false, false, false],
    ])
  })

  it('is read from four headers', () => {
    const names: string[] = []
    const read = signatureHeaders((name) => {
      names.push(name)
      return name.replace('wechatpay-', '')
    })
    expect(read).toEqual({ serial: 'serial', signature: 'signature', timestamp: 'timestamp', nonce: 'nonce' })
    expect(names.every((name) => name.startsWith('wechatpay-'))).toBe(true)
  })

  it('names both times where they are too far apart', async () => {
    const { message } = await refusal(signed({ timestamp: String(NOW - 301) }))
    expect(message).toContain('2023-11-14T22:08:19.000Z')
    expect(message).toContain('2023-11-14T22:13:20.000Z')
    expect(message).toContain('300 s')
    expect((await refusal(signed({ timestamp: 'now' }))).message).toContain("'now'")
  })

  it('names the serial that is unknown, and those that are known', async () => {
    const payload = signed({ serial: 'CD34' })
    expect((await refusal(payload)).message).toContain('serial CD34 is unknown; known: PUB_KEY_ID_1, AB12')
    expect((await refusal(payload, createFixedKeys([]))).message).toContain('known: none')
    expect((await refusal(signed({ serial: 'PUB_KEY_ID_2' }))).message).toContain(
      'add pub_key.pem to certs under PUB_KEY_ID_2',
    )
  })
})

describe('the key of a signature', () => {
  it('is looked up where it is not known, once, and not where it is', async () => {
    let known = createFixedKeys([])
    const lookUp = vi.fn(async () => {
      known = keys
    })
    const growing: PlatformKeys = {
      ...keys,
      get: (serial) => known.get(serial),
      all: () => known.all(),
      lookUp,
    }
    await believed(signed(), growing)
    await believed(signed(), growing)
    expect(lookUp).toHaveBeenCalledExactlyOnceWith('AB12')
  })

  it('is not looked up for what is refused in any case', async () => {
    const lookUp = vi.fn(async () => undefined)
    for (const change of [
      { serial: 'CD34', nonce: '' },
      { serial: 'CD34', timestamp: '1' },
    ]) {
      await refusal(signed(change), { ...keys, lookUp })
    }
    expect(lookUp).not.toHaveBeenCalled()
  })

  it('is unknown when it cannot be looked up, which is told', async () => {
    const cause = new Error('the gateway is away')
    const error = await refusal(signed({ serial: 'CD34' }), { ...keys, lookUp: () => Promise.reject(cause) })
    expect(error).toMatchObject({ code: 'SERIAL_UNKNOWN', cause })
    expect(error.message).toMatch(/known: PUB_KEY_ID_1, AB12; the gateway is away\. Ask again$/)
    expect((await refusal(signed({ serial: 'CD34' }))).message).toMatch(
      /known: PUB_KEY_ID_1, AB12\. Ask again$/,
    )
  })
})
