import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encryptAesGcm } from '../../lib/crypto/index.js'
import { Wechatpay } from '../../lib/index.js'

const SERIAL = 'PUB_KEY_ID_0100000000000000000000000000'
const apiv3Key = 'k'.repeat(32)
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const wxpay = new Wechatpay({
  mchid: '1900000109',
  serial: 'A'.repeat(40),
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  certs: { [SERIAL]: publicKey },
  apiv3Key,
})

const resource = {
  algorithm: 'AEAD_AES_256_GCM',
  nonce: 'n'.repeat(12),
  associated_data: 'transaction',
  ciphertext: encryptAesGcm('{"out_trade_no":"1"}', apiv3Key, 'n'.repeat(12), 'transaction'),
}
const envelope = { id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', resource }

/** Parses a message that WeChat Pay's key has signed, whatever is in it. */
function parse(message: unknown, nonce = 'N', more: object = {}) {
  const body = JSON.stringify(message)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = sign('RSA-SHA256', Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), privateKey)
  const headers = {
    'Wechatpay-Serial': SERIAL,
    'Wechatpay-Signature': signature.toString('base64'),
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    ...more,
  }
  return wxpay.notifications.parse({ headers, body })
}

describe('what is genuinely signed', () => {
  it('is an event with id, event_type and an encrypted resource', async () => {
    expect(await parse(envelope)).toEqual({
      ...envelope,
      resource: { out_trade_no: '1' },
      authenticated: true,
    })
    expect(await parse({ ...envelope, authenticated: false })).toMatchObject({ authenticated: true })
  })

  it.each([
    ...['id', 'event_type', 'resource'].flatMap((name) => [
      ...[undefined, null, 1, true, []].map((value) => [name, value]),
    ]),
    ['id', { toString: 'EV-1' }],
    ['event_type', {}],
    ['resource', 'text'],
  ] as [string, unknown][])('is no notification where its %s is %j', async (name, value) => {
    await expect(parse({ ...envelope, [name]: value })).rejects.toMatchObject({
      name: 'VerificationError',
      code: 'ANSWER_INVALID',
      message: 'This is no notification: it is signed, but has no id, event_type or resource',
    })
  })

  it.each([null, 1, 'text', [], [envelope]])('is no notification as %j', async (message) => {
    await expect(parse(message)).rejects.toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
  })

  it.each([
    ['algorithm', 'AEAD_AES_128_GCM'],
    ['algorithm', 'aead_aes_256_gcm'],
    ['algorithm', 'NONE'],
    ['algorithm', ''],
    ['algorithm', ['AEAD_AES_256_GCM']],
    ['algorithm', undefined],
    ['ciphertext', undefined],
    ['ciphertext', 1],
    ['ciphertext', {}],
    ['nonce', undefined],
    ['nonce', 1],
    ['nonce', {}],
  ])('is no notification where the %s of its resource is %j', async (name, value) => {
    await expect(parse({ ...envelope, resource: { ...resource, [name]: value } })).rejects.toMatchObject({
      name: 'VerificationError',
      code: 'ANSWER_INVALID',
      message: 'This is no notification: its resource is not encrypted with AEAD_AES_256_GCM or AEAD_SM4_GCM',
    })
  })

  it.each(['[1]', 'null', '"text"', 'text', ''])(
    'is no notification where %j was encrypted',
    async (text) => {
      const ciphertext = encryptAesGcm(text, apiv3Key, resource.nonce, resource.associated_data)
      await expect(parse({ ...envelope, resource: { ...resource, ciphertext } })).rejects.toMatchObject({
        name: 'VerificationError',
        code: 'ANSWER_INVALID',
      })
    },
  )
})

describe('a header of a signature', () => {
  const because = 'a header of its signature came twice, is too long, or has characters that it never has'

  it.each(['a,b', 'a, b', 'a b', 'a\nb', 'a\rb', 'a\0', '\u001b[31m', 'ä', '中', 'n'.repeat(129)])(
    'is refused as %j, though it is signed',
    async (nonce) => {
      const error = await parse(envelope, nonce).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
      expect((error as Error).message).toContain(because)
      expect((error as Error).message).not.toContain(nonce)
    },
  )

  it.each([
    ['Serial', [SERIAL, SERIAL]],
    ['Serial', `${SERIAL}\u001b[31m\r\nforged line`],
    ['Serial', 'S'.repeat(129)],
    ['Timestamp', ['1', '2']],
    ['Timestamp', 'now\u001b[31m'],
    ['Timestamp', '9'.repeat(129)],
    ['Signature', 'A'.repeat(1_025)],
    ['Signature', ['AAAA', 'AAAA']],
  ])('is refused where Wechatpay-%s is %j, and the message quotes none of it', async (name, value) => {
    const error = await parse(envelope, 'N', { [`Wechatpay-${name}`]: value }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
    const { message } = error as Error
    expect(message).toContain(because)
    expect(message).toMatch(/^[ -~…→]{1,1200}$/)
  })
})
