import { createHash, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalResponse, encryptAesEcb, encryptAesGcm, sign } from '../../lib/crypto/index.js'
import { RequestError, VerificationError } from '../../lib/errors.js'
import { parseNotification } from '../../lib/notifications/parse.js'
import type { Secrets } from '../../lib/notifications/resource.js'
import { createFixedKeys } from '../../lib/protocols/v3/platform-keys.js'
import { type Fields, signatureOf, xmlOf } from '../protocols/v2/protocol.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const SECRET = '192006250b4c09247ec02edce69f6a2d'
const apiv3Key = createSecretKey(Buffer.alloc(32, 'k'))
const secrets: Secrets = {
  ...{ identity: 'merchant', apiv3Key, brandApiKey: undefined, secret: createSecretKey(Buffer.from(SECRET)) },
  mchid: '1900000109',
  keys: createFixedKeys([{ serial: 'PUB_KEY_ID_1', key: publicKey }]),
}
const nonce = 'n'.repeat(12)
const parse = (received: unknown, change: Partial<Secrets> = {}) =>
  parseNotification(received as never, { ...secrets, ...change })
const refusal = async (received: unknown, change: Partial<Secrets> = {}): Promise<Error> => {
  try {
    await parse(received, change)
  } catch (error) {
    return error as Error
  }
  throw new Error('should have failed')
}

describe('a notification of v3', () => {
  const sealed = (text: string, associated_data: unknown = 'transaction') => ({
    ...{ algorithm: 'AEAD_AES_256_GCM', nonce, associated_data },
    ciphertext: encryptAesGcm(text, apiv3Key, nonce, String(associated_data ?? '')),
  })
  const paid = (change: object = {}) => ({
    ...{ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', create_time: '2026-01-01T00:00:00+08:00' },
    resource: sealed('{"out_trade_no":"1"}'),
    ...change,
  })
  function signed(content: unknown, sent?: string) {
    const body = typeof content === 'string' ? content : JSON.stringify(content)
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const signature = sign(canonicalResponse({ timestamp, nonce: 'n', body }), privateKey)
    const headers = {
      ...{ 'Wechatpay-Serial': 'PUB_KEY_ID_1', 'Wechatpay-Nonce': 'n' },
      ...{ 'Wechatpay-Timestamp': timestamp, 'Wechatpay-Signature': signature },
    }
    return { headers, body: sent ?? body }
  }

  it('is what was signed, with its resource in clear', async () => {
    expect(await parse(signed(paid()))).toEqual(
      paid({ resource: { out_trade_no: '1' }, authenticated: true }),
    )
    const { headers, body } = signed(paid())
    const bytes = new TextEncoder().encode(body)
    for (const form of [Buffer.from(body), bytes, bytes.buffer]) {
      expect(await parse({ headers, body: form })).toMatchObject({ id: 'EV-1' })
    }
    for (const parsed of [JSON.parse(body), undefined, null]) {
      expect(await refusal({ headers, body: parsed })).toBeInstanceOf(RequestError)
    }
  })

  it.each([[undefined], [null], ['']])('may have %j for associated data', async (associated_data) => {
    const resource = { ...sealed('{"a":1}', ''), associated_data }
    expect(await parse(signed(paid({ resource })))).toMatchObject({ resource: { a: 1 } })
  })

  it.each<[string, object, string]>([
    ['no id', { id: undefined }, 'it is signed, but has no id, event_type or resource'],
    ['an id that is no text', { id: 1 }, 'has no id, event_type or resource'],
    ['no event type', { event_type: null }, 'has no id, event_type or resource'],
    ['no resource', { resource: undefined }, 'has no id, event_type or resource'],
    ['a list for a resource', { resource: [] }, 'has no id, event_type or resource'],
    [
      'another algorithm',
      { resource: { ...sealed('{}'), algorithm: 'X' } },
      'not encrypted with AEAD_AES_256_GCM',
    ],
    [
      'no ciphertext',
      { resource: { ...sealed('{}'), ciphertext: 1 } },
      'not encrypted with AEAD_AES_256_GCM',
    ],
    ['no nonce', { resource: { ...sealed('{}'), nonce: undefined } }, 'not encrypted with AEAD_AES_256_GCM'],
    ['a list in its resource', { resource: sealed('[1]') }, 'its decrypted resource is no JSON object'],
  ])('that is signed, but has %s, is none', async (_, change, why) => {
    const error = await refusal(signed(paid(change)))
    expect(error).toBeInstanceOf(VerificationError)
    expect(error).toMatchObject({ code: 'ANSWER_INVALID' })
    expect(error.message).toContain(`This is no notification: `)
    expect(error.message).toContain(why)
  })

  it('that is signed, but no JSON, is none', async () => {
    expect(await refusal(signed('hello'))).toMatchObject({ code: 'ANSWER_INVALID' })
    expect(await refusal(signed('[1]'))).toMatchObject({ code: 'ANSWER_INVALID' })
  })

  it('names itself where its key is missing', async () => {
    const error = await refusal(signed(paid()), { apiv3Key: undefined })
    expect(error).toBeInstanceOf(RequestError)
    expect(error.message).toContain('Notification TRANSACTION.SUCCESS needs the option apiv3Key')
  })

  it('whose body was changed says how to keep it, before it says anything of keys', async () => {
    const error = await refusal(signed(paid(), JSON.stringify(paid(), null, 1)))
    expect(error).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
    expect(error.message).toMatch(
      /^The notification is not to be trusted: .*Most likely it was parsed, and written anew/,
    )
    const other = signed(paid())
    const stale = await refusal({ ...other, headers: { ...other.headers, 'Wechatpay-Timestamp': '1' } })
    expect(stale).toMatchObject({ code: 'TIMESTAMP_INVALID' })
    expect(stale.message).toMatch(/ s apart: set the clock$/)
  })

  it.each<[string, unknown, string]>([
    ['hello', {}, 'ANSWER_INVALID'],
    ['', {}, 'ANSWER_INVALID'],
    [JSON.stringify(paid()), {}, 'SIGNATURE_MISSING'],
    ['hello', { 'Wechatpay-Nonce': 'n' }, 'SIGNATURE_MISSING'],
    ['hello', { 'Wechatpay-Serial': 'x' }, 'SIGNATURE_MISSING'],
    ['hello', { 'Wechatpay-Timestamp': '1' }, 'SIGNATURE_MISSING'],
    ['hello', { 'Wechatpay-Signature': 'x' }, 'SIGNATURE_MISSING'],
  ])('without a signature is refused: %j with %j', async (body, headers, code) => {
    const error = await refusal({ headers, body })
    expect(error).toMatchObject({ name: 'VerificationError', code })
    if (code === 'ANSWER_INVALID') {
      expect(error.message).toContain('it has no signature, and its body is neither JSON nor XML')
      expect(error.message).toMatch(body === '' ? /XML\. Its body is empty/ : /XML$/)
    }
  })

  it.each([[undefined], [null], [{ body: '' }], [{ headers: null, body: '' }], [{ headers: 'x', body: '' }]])(
    'is given as { headers, body }, not as %j',
    async (received) => {
      const error = await refusal(received)
      expect(error).toBeInstanceOf(RequestError)
      expect(error.message).toBe('notifications.parse takes { headers, body }, both as they came')
    },
  )
})

describe('a message of v2', () => {
  const message = (fields: Fields, type = 'MD5') => ({
    headers: {},
    body: xmlOf({ ...fields, sign: signatureOf(fields, SECRET, type) }),
  })
  const paid = { return_code: 'SUCCESS', result_code: 'SUCCESS', out_trade_no: '1', transaction_id: '2' }
  const vehicle = { return_code: 'SUCCESS', plate_number: '1', vehicle_event_createtime: '2' }

  it.each(['MD5', 'HMAC-SHA256'])('is believed by its sign in %s', async (type) => {
    expect(await parse(message(paid, type))).toMatchObject({
      event_type: 'transaction-success',
      resource: paid,
    })
    const { body } = message(paid, type)
    expect(await parse({ headers: {}, body: Buffer.from(body) })).toMatchObject({ resource: paid })
  })

  it('is believed by the one hash that is documented', async () => {
    expect(await parse(message(vehicle, 'HMAC-SHA256'))).toMatchObject({ resource: vehicle })
    expect(await refusal(message(vehicle))).toMatchObject({
      ...{ name: 'VerificationError', code: 'SIGNATURE_INVALID' },
      message: expect.stringContaining(
        'does not fit the APIv2 key (HMAC-SHA256); was it altered, or is secret the wrong',
      ),
    })
  })

  it.each<[string, string, string, string]>([
    [
      'altered',
      message(paid).body.replace('[2]', '[3]'),
      'SIGNATURE_INVALID',
      'its sign does not fit the APIv2 key (MD5)',
    ],
    [
      'not signed',
      xmlOf(paid),
      'SIGNATURE_MISSING',
      'The notification is not to be trusted: it has neither sign nor req_info',
    ],
    ['signed with nothing', xmlOf({ ...paid, sign: '' }), 'SIGNATURE_MISSING', 'it has no sign'],
    [
      'nested',
      '<xml><sign>x</sign><a><b>1</b></a></xml>',
      'ANSWER_INVALID',
      'The notification unknown has nested elements',
    ],
    ['cut short', '<xml><sign>', 'ANSWER_INVALID', 'This is no notification: the XML is not well-formed'],
  ])('that is %s is refused', async (_, body, code, why) => {
    const error = await refusal({ headers: {}, body })
    expect(error).toMatchObject({ name: 'VerificationError', code })
    expect(error.message).toContain(why)
  })

  it('is for merchants, with their APIv2 key', async () => {
    const brand = await refusal(message(paid), { identity: 'brand' })
    expect(brand).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
    expect(brand.message).toContain('which is for merchants')
    const keyless = await refusal(message(paid), { secret: undefined })
    expect(keyless).toBeInstanceOf(RequestError)
    expect(keyless.message).toContain('A notification of APIv2 needs the option secret')
  })

  it.each<[Fields, string]>([
    [{ a: '1' }, 'unknown'],
    [{ event_type: 'TEAPOT.BREWED' }, 'TEAPOT.BREWED'],
    [{ event_type: '' }, 'unknown'],
    [{ ...paid, result_code: 'FAIL' }, 'transaction-fail'],
    [{ return_code: 'FAIL', event_type: 'TEAPOT.SUCCESS' }, 'TEAPOT.FAIL'],
    [{ return_code: 'FAIL', event_type: 'SUCCESS.BREWED' }, 'SUCCESS.BREWED-fail'],
    [{ return_code: 'FAIL', event_type: 'a-success-b' }, 'a-success-b-fail'],
    [{ return_code: 'FAIL', event_type: 'TEAPOT.BREWED' }, 'TEAPOT.BREWED-fail'],
    [{ ...vehicle, result_code: 'SUCCESS' }, 'vehicle-state-changed-for-parking'],
  ])('of %j is %s', async (fields, event_type) => {
    const type = 'plate_number' in fields ? 'HMAC-SHA256' : 'MD5'
    expect(await parse(message(fields, type))).toMatchObject({ event_type })
  })

  it('of a refund is genuine where the APIv2 key decrypts it', async () => {
    const key = createHash('md5').update(SECRET).digest('hex')
    const outer = { return_code: 'SUCCESS', appid: 'wx1', mch_id: '1900000109' }
    const of = (req_info: string) => ({ headers: {}, body: xmlOf({ ...outer, req_info }) })
    const resource = {
      ...{ refund_id: '1', out_refund_no: '2', transaction_id: '3', out_trade_no: '4' },
      ...{ refund_status: 'SUCCESS', refund_fee: '5', total_fee: '5' },
    }
    const told = encryptAesEcb(xmlOf(resource), key)
    const event = { event_type: 'refund-processed', resource, authenticated: false }
    expect(await parse(of(told))).toEqual(event)
    const foreign = await refusal(of(told), { mchid: '1900000100' })
    expect(foreign.message).toContain("mch_id is '1900000109', not 1900000100")
    // A receiver alone does not know its own id.
    expect(await parse(of(told), { mchid: '' })).toEqual(event)
    const forged = await refusal(of(encryptAesEcb('<root/>', 'x'.repeat(32))))
    expect(forged).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
    expect(forged.message).toContain('The notification refund-processed: req_info cannot be decrypted')
    expect(await refusal(of(''))).toMatchObject({
      ...{ code: 'ANSWER_INVALID', message: expect.stringContaining('refund-processed has no req_info') },
    })
  })

  it('of payscore has its resource encrypted under the APIv3 key, in JSON or XML', async () => {
    const of = (text: string, change: Fields = {}, associated = 'payscore') =>
      message(
        {
          ...{ event_type: 'TRANSACTION.SUCCESS', event_id: 'EV-1', event_create_time: 't' },
          ...{ event_ciphertext: encryptAesGcm(text, apiv3Key, nonce, associated) },
          ...{ event_nonce: nonce, event_associated_data: associated },
          ...change,
        },
        'HMAC-SHA256',
      )
    const event = {
      ...{ id: 'EV-1', create_time: 't', event_type: 'TRANSACTION.SUCCESS' },
      ...{ resource: { a: '1' }, authenticated: true },
    }
    expect(await parse(of('{"a":"1"}'))).toEqual(event)
    expect(await parse(of('<xml><a>1</a></xml>'))).toEqual(event)
    expect(await parse(of('{"a":"1"}', { event_id: '', event_create_time: '' }, ''))).toEqual({
      ...{ event_type: 'TRANSACTION.SUCCESS', resource: { a: '1' }, authenticated: true },
    })
    expect(await refusal(of('hello'))).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
    expect((await refusal(of('{}'), { apiv3Key: undefined })).message).toContain(
      'The notification TRANSACTION.SUCCESS needs the option apiv3Key',
    )
    expect(await refusal(of('{}', { event_nonce: '' }))).toMatchObject({ code: 'DECRYPTION_FAILED' })
  })
})
