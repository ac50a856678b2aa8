import { createHash, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../lib/catalog/endpoint.js'
import type { Traits } from '../../../lib/catalog/traits.js'
import { encryptAesEcb, loadPrivateKey, verify } from '../../../lib/crypto/index.js'
import { RequestError } from '../../../lib/errors.js'
import { completeMessage, type V2Keys } from '../../../lib/protocols/v2/message.js'
import { decryptReqInfo } from '../../../lib/protocols/v2/req-info.js'
import { isGenuine } from '../../../lib/protocols/v2/sign.js'
import { createSm2Identity } from '../../openssl.js'
import { signatureOf } from './protocol.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const SECRET = '192006250b4c09247ec02edce69f6a2d'
const secret = createSecretKey(Buffer.from(SECRET))
const signer = { mchid: '10000100', serial: 'AA', privateKey }
const keys: V2Keys = { signer, secret, workwxSecret: undefined }
const endpointOf = (traits: Traits = {}, documented = true): Endpoint => ({
  ...{ verb: 'post', path: 'v2/x', name: 'POST v2/x', protocol: 'v2', reads: false },
  ...{ traits, documented },
})
const complete = (
  given: unknown,
  traits: Traits = {},
  { where = 'xml', documented = true, known = keys } = {},
) => completeMessage(given, where, endpointOf(traits, documented), known)

describe('a message', () => {
  it('gets the merchant, a nonce, the sign type and the sign', () => {
    const { message, signType } = complete({ body: '中', total_fee: 1, big: 10n })
    expect(message).toEqual({
      ...{ body: '中', total_fee: '1', big: '10', mch_id: '10000100', sign_type: 'MD5' },
      nonce_str: expect.stringMatching(/^[0-9a-f]{32}$/),
      sign: signatureOf(message, SECRET, 'MD5'),
    })
    expect(signType).toBe('MD5')
    expect(complete(undefined).message).toHaveProperty('mch_id')
    expect(complete(null).message).toHaveProperty('mch_id')
  })

  it('keeps what its caller gives, but the sign', () => {
    const given = {
      nonce_str: 'mine',
      sign_type: 'HMAC-SHA256',
      mch_id: '10000100',
      sign: 'X',
      gone: undefined,
      a: null,
    }
    const { message, signType } = complete(given)
    const { sign, sign_type, ...rest } = message
    expect(rest).toEqual({ nonce_str: 'mine', mch_id: '10000100' })
    expect([sign_type, signType]).toEqual(['HMAC-SHA256', 'HMAC-SHA256'])
    expect(sign).toBe(signatureOf(message, SECRET, 'HMAC-SHA256'))
  })

  it('is signed as its endpoint asks', () => {
    const names = (traits: Traits): string[] => Object.keys(complete({}, traits).message).sort()
    expect(names({ nonceless: true })).toEqual(['mch_id', 'sign', 'sign_type'])
    expect(names({ redirect: true })).toEqual(['mch_id', 'sign', 'sign_type'])
    expect(names({ noSignType: true })).toEqual(['mch_id', 'nonce_str', 'sign'])
    expect(names({ merchantId: false })).toEqual(['nonce_str', 'sign', 'sign_type'])
    expect(names({ merchantId: 'partner' })).toEqual(['nonce_str', 'partner', 'sign', 'sign_type'])
    expect(complete({}, { signType: 'HMAC-SHA256' })).toMatchObject({
      signType: 'HMAC-SHA256',
      message: { sign_type: 'HMAC-SHA256', sign: expect.stringMatching(/^[0-9A-F]{64}$/) },
    })
    expect(complete({}, { signType: 'HMAC-SHA256', noSignType: true })).toMatchObject({
      signType: 'HMAC-SHA256',
      message: { sign: expect.stringMatching(/^[0-9A-F]{64}$/) },
    })
  })

  it.each(['mch_id', 'mchid', 'combine_mch_id', 'partner'])(
    'of an endpoint that is not documented may name the merchant as %s',
    (field) => {
      const { message } = complete({ [field]: '1' }, {}, { documented: false })
      expect(Object.keys(message).sort()).toEqual([field, 'nonce_str', 'sign', 'sign_type'].sort())
      expect(complete({}, {}, { documented: false }).message.mch_id).toBe('10000100')
    },
  )

  it('names no other merchant', () => {
    const sending = () => complete({ mch_id: '2' })
    expect(sending).toThrow(RequestError)
    expect(sending).toThrow(
      'POST v2/x: xml.mch_id is 2, but this client is that of merchant 10000100; leave it out',
    )
    expect(complete({ mch_id: '' }).message.mch_id).toBe('10000100')
    expect(complete({ mchid: '2' }).message).toMatchObject({ mchid: '2', mch_id: '10000100' })
  })

  it.each<[string, unknown, string]>([
    ['a list', [], 'query must be an object of fields'],
    ['a text', 'a=1', 'query must be an object of fields'],
    [
      'a number in scientific notation',
      { a: 1e21 },
      'query.a is 1e+21: give numbers so large or small as text',
    ],
    ['a small number', { a: 1e-7 }, 'query.a is 1e-7'],
    ['an endless number', { a: Number.POSITIVE_INFINITY }, 'query.a is Infinity'],
    ['half a character', { a: '\ud83d' }, 'query.a is not well-formed Unicode'],
    ['a boolean', { a: false }, "APIv2 knows no booleans, mostly 'Y' and 'N'"],
    ['an object', { a: {} }, 'JSON.stringify(…)'],
    ['a name that every object has', { toString: '1' }, 'query.toString is no name of a field'],
    ['prototype', { prototype: '1' }, 'query.prototype is no name of a field'],
    ['another sign type', { sign_type: 'SHA256' }, 'query.sign_type must be MD5 or HMAC-SHA256'],
  ])('is not made of %s', (_, given, why) => {
    const sending = () => complete(given, {}, { where: 'query' })
    expect(sending).toThrow(RequestError)
    expect(sending).toThrow(why)
    expect(sending).toThrow('POST v2/x: ')
  })

  it('needs the APIv2 key, and a merchant', () => {
    const sign = (known: V2Keys) => () => complete({}, {}, { known })
    expect(sign({ ...keys, secret: undefined })).toThrow(RequestError)
    expect(sign({ ...keys, secret: undefined })).toThrow(
      'signed with the APIv2 key: give new Wechatpay({ secret })',
    )
    const brand = { brandId: '1', serial: 'AA', privateKey }
    expect(sign({ ...keys, signer: brand })).toThrow(RequestError)
  })
})

describe('signatures beyond `sign`', () => {
  const extraSigns = ['workwx_sign', 'cert_sign']
  const workwxSecret = createSecretKey(Buffer.from('wecom'))
  const upper = (text: string): string => createHash('md5').update(text).digest('hex').toUpperCase()
  const wecom = (given: object) =>
    complete(given, { extraSigns }, { known: { ...keys, workwxSecret } }).message

  it('of WeCom cover the fields of a red packet, or of a payment', () => {
    const packet = {
      mch_billno: '1',
      act_name: 'a',
      re_openid: 'o',
      total_amount: '5',
      wxappid: 'w',
      nonce_str: 'n',
    }
    const ofPacket =
      'act_name=a&mch_billno=1&mch_id=10000100&nonce_str=n&re_openid=o&total_amount=5&wxappid=w'
    expect(wecom(packet).workwx_sign).toBe(upper(`${ofPacket}&secret=wecom`))
    const payment = { partner_trade_no: '1', amount: '5', appid: 'w', desc: 'd', openid: 'o', nonce_str: 'n' }
    const type = { ww_msg_type: 'NORMAL_MSG', check_name: 'NO_CHECK', act_name: 'a' }
    const ofPayment = 'amount=5&appid=w&desc=d&mch_id=10000100&nonce_str=n&openid=o&partner_trade_no=1'
    expect(wecom({ ...payment, ...type }).workwx_sign).toBe(
      upper(`${ofPayment}&ww_msg_type=NORMAL_MSG&secret=wecom`),
    )
    expect(wecom({ ...payment, desc: '' }).workwx_sign).toBe(
      upper(`${ofPayment.replace('&desc=d', '')}&secret=wecom`),
    )
  })

  it('of WeCom are covered by `sign`, and are those of the caller where there are any', () => {
    const message = wecom({ mch_billno: '1' })
    expect(message.sign).toBe(signatureOf(message, SECRET, 'MD5'))
    expect(wecom({ mch_billno: '1', workwx_sign: 'MINE' }).workwx_sign).toBe('MINE')
  })

  it('are left out where they cannot be made, or are not asked for', () => {
    expect(wecom({ other: '1' })).not.toHaveProperty('workwx_sign')
    expect(complete({ mch_billno: '1' }, { extraSigns }).message).not.toHaveProperty('workwx_sign')
    const asked = { mch_billno: '1', cert_serialno: '1', timestamp: '2' }
    const { message } = complete(asked, {}, { known: { ...keys, workwxSecret } })
    expect(Object.keys(message).filter((name) => extraSigns.includes(name))).toEqual([])
  })

  it('of the certificate are by the key of the merchant', () => {
    const of = (given: object) => complete(given, { extraSigns }).message.cert_sign
    const signature = of({ cert_serialno: 'AA', timestamp: '1' }) ?? ''
    expect(verify('cert_serialno=AA&timestamp=1', signature, publicKey)).toBe(true)
    expect([of({ cert_serialno: 'AA' }), of({ timestamp: '1' }), of({})]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('of the certificate are not made by an SM2 key', () => {
    const sm2 = loadPrivateKey(createSm2Identity().privateKey)
    const signer = { mchid: '10000100', serial: 'AA', privateKey: sm2 }
    const given = { cert_serialno: 'AA', timestamp: '1' }
    const make = () => complete(given, { extraSigns }, { known: { ...keys, signer } })
    expect(make).toThrow(RequestError)
    expect(make).toThrow('cert_sign needs an RSA private key')
  })
})

describe('the sign of a message', () => {
  it.each(['MD5', 'HMAC-SHA256'] as const)('is genuine in %s, or is not', (type) => {
    const fields = { a: '1', b: '中' }
    const sign = signatureOf(fields, SECRET, type)
    expect(isGenuine({ ...fields, sign }, type, secret)).toBe(true)
    expect(isGenuine({ ...fields, a: '2', sign }, type, secret)).toBe(false)
    expect(isGenuine({ ...fields, sign: sign.slice(1) }, type, secret)).toBe(false)
    expect(isGenuine({ ...fields, sign: '' }, type, secret)).toBe(false)
    expect(isGenuine(fields, type, secret)).toBe(false)
    expect(isGenuine({ ...fields, sign }, type === 'MD5' ? 'HMAC-SHA256' : 'MD5', secret)).toBe(false)
  })
})

it('what is told of a refund is decrypted under the MD5 of the APIv2 key', () => {
  const key = createHash('md5').update(SECRET).digest('hex')
  expect(decryptReqInfo(encryptAesEcb('<root><a>1</a></root>', key), secret)).toEqual({ a: '1' })
  expect(() => decryptReqInfo(encryptAesEcb('<root/>', SECRET), secret)).toThrow(
    expect.objectContaining({ code: 'DECRYPTION_FAILED' }),
  )
})
