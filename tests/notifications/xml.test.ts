import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { hmacSign, md5Sign } from '../../lib/crypto/index.js'
import { encodeXml } from '../../lib/crypto/xml.js'
import { openAesGcm } from '../emulator/client.js'
import { fieldsOfXml } from '../protocols/v2/protocol.js'
import { post, startReceivers } from './rig.js'

const rig = startReceivers()
const parse = (body: string) => rig.wxpay.notifications.parse({ headers: {}, body })
const fields = {
  appid: 'wx2421b1c4370ec43b',
  attach: '支付测试',
  bank_type: 'CFT',
  is_subscribe: 'Y',
  mch_id: '10000100',
  nonce_str: '5d2b6c2a8db53831f7eda20af46e531c',
  openid: 'oUpF8uMEb4qRXf22hE3X68TekukE',
  out_trade_no: '1409811653',
  result_code: 'SUCCESS',
  return_code: 'SUCCESS',
  time_end: '20140903131540',
  total_fee: '1',
  trade_type: 'JSAPI',
  transaction_id: '1004400740201409030005092168',
}

describe('a message of v2', () => {
  it.each([
    ['MD5', md5Sign],
    ['HMAC-SHA256', hmacSign],
  ])('signed with %s is the event it has the fields of', async (_, sign) => {
    const { secret } = rig.emulator.merchant
    const event = await parse(encodeXml({ ...fields, sign: sign(fields, secret) }))
    expect(event).toEqual({
      event_type: 'transaction-success',
      resource: { ...fields, sign: sign(fields, secret) },
      authenticated: true,
    })
  })

  it.each([
    ['altered', { ...fields, total_fee: '2' }],
    ['added to', { ...fields, device_info: '1' }],
  ])('that was %s is refused', async (_, altered) => {
    const sign = md5Sign(fields, rig.emulator.merchant.secret)
    const error = await parse(encodeXml({ ...altered, sign })).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
    expect(String(error)).not.toContain(md5Sign(altered, rig.emulator.merchant.secret))
  })

  it('without a sign is refused', async () => {
    await expect(parse(encodeXml(fields))).rejects.toMatchObject({ code: 'SIGNATURE_MISSING' })
  })

  it('never has its text in a message as it came, nor much of it', async () => {
    const event_type = `A\n\u0085\u202e\u2028&amp;${'x'.repeat(10_000)}`
    const error = await parse(`<xml><event_type>${event_type}</event_type><sign>x</sign></xml>`).catch(
      (reason: unknown) => reason,
    )
    const { message } = error as Error
    expect(message).toContain('The notification A\\u000a\\u0085\\u202e\\u2028&xxx')
    expect(message).toMatch(/xxx… is not to be trusted/)
    expect(message.length).toBeLessThan(1_000)
  })

  it('that is documented with HMAC-SHA256 alone is not taken with MD5', async () => {
    const vehicle = {
      mch_id: '1',
      nonce_str: 'n',
      plate_number: '粤B888888',
      vehicle_event_createtime: '20260101000000',
    }
    const { secret } = rig.emulator.merchant
    await expect(parse(encodeXml({ ...vehicle, sign: md5Sign(vehicle, secret) }))).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
    const event = await parse(encodeXml({ ...vehicle, sign: hmacSign(vehicle, secret) }))
    expect(event.event_type).toBe('vehicle-state-changed-for-parking')
  })

  it.each([
    ['result_code', 'FAIL', 'transaction-fail'],
    ['return_code', 'FAIL', 'transaction-fail'],
    ['result_code', 'ERROR', 'transaction-fail'],
    ['trade_state', 'PAYERROR', 'transaction-fail'],
  ])('whose %s is %s is another event: %s', async (name, code, event_type) => {
    const failed = { ...fields, [name]: code, err_code: 'NOTENOUGH' }
    const sign = md5Sign(failed, rig.emulator.merchant.secret)
    expect(await parse(encodeXml({ ...failed, sign }))).toEqual({
      event_type,
      resource: { ...failed, sign },
      authenticated: true,
    })
  })

  it.each([
    ['transaction-success', 'transaction-fail'],
    ['combined-transactions-success', 'combined-transactions-fail'],
    ['pap-contract-state-changed', 'pap-contract-state-changed-fail'],
    ['TRANSACTION.SUCCESS', 'TRANSACTION.FAIL'],
    ['refund-processed', 'refund-processed-fail'],
  ])('of the type %s is %s where it tells of a failure', async (success, fail) => {
    const { body } = rig.emulator.signNotification(success, {}, { api: 'v2' })
    const { sign: given, ...genuine } = fieldsOfXml(body)
    const failed = { ...genuine, return_code: 'FAIL' }
    const sign = given?.length === 64 ? hmacSign : md5Sign
    const signed =
      given === undefined ? failed : { ...failed, sign: sign(failed, rig.emulator.merchant.secret) }
    expect((await parse(encodeXml(signed))).event_type).toBe(fail)
  })

  it.each([
    ['a handler of its own', { 'transaction-fail': true }, 'handled'],
    ['a default handler', { default: true }, 'handled'],
    ['no handler', {}, 'unhandled'],
  ])('that tells of a failed payment goes to %s, never to that of a success', async (_, others, type) => {
    const success = vi.fn()
    const other = vi.fn()
    const handlers = Object.fromEntries(Object.keys(others).map((name) => [name, other]))
    const url = await rig.serve({ 'transaction-success': success, ...handlers })
    const failed = rig.emulator.signNotification('transaction-fail', { out_trade_no: 'f1' })
    expect((await post(url, failed)).status).toBe(200)
    expect(success).not.toHaveBeenCalled()
    const resource = expect.objectContaining({ result_code: 'FAIL', out_trade_no: 'f1' })
    if (type === 'handled') {
      const event = { event_type: 'transaction-fail', resource, authenticated: true }
      expect(other).toHaveBeenCalledWith(event, expect.anything())
    }
    expect(rig.receipts).toMatchObject([{ type, event_type: 'transaction-fail' }])
  })

  it.each([
    ['elements', '<a/>'],
    ['elements of many names', '<a1></a1><a2></a2>'],
    ['comments', '<!-- -->'],
    ['entities', '&amp;'],
  ])('with %s without end is refused before it is parsed', async (_, piece) => {
    const body = `<xml><sign>x</sign><b>${piece.repeat(15_000)}</b></xml>`
    await expect(parse(body)).rejects.toMatchObject({
      name: 'VerificationError',
      code: 'ANSWER_INVALID',
      message: 'This is no notification: the XML has too many elements',
    })
  })

  it('is not parsed where nothing in it could be verified', async () => {
    for (const body of [
      '<xml/>',
      '<xml><a>',
      `<xml>${'<a/>'.repeat(15_000)}`,
      '<xml><signature>x</signature></xml>',
    ]) {
      await expect(parse(body)).rejects.toMatchObject({ code: 'SIGNATURE_MISSING' })
    }
  })

  it('with nested elements is refused: no signature covers them', async () => {
    const document = encodeXml({ ...fields, sign: 'x' }).replace('</xml>', '<a><b>1</b></a></xml>')
    await expect(parse(document)).rejects.toMatchObject({ code: 'ANSWER_INVALID' })
  })

  it('that nobody documents comes through if it is signed', async () => {
    const message = { teapot: '1', nonce_str: 'n' }
    const sign = md5Sign(message, rig.emulator.merchant.secret)
    expect(await parse(encodeXml({ ...message, sign }))).toEqual({
      event_type: 'unknown',
      resource: { ...message, sign },
      authenticated: true,
    })
  })

  it('of a refund is unsigned, and genuine if the secret decrypts it', async () => {
    const notification = rig.emulator.signNotification('refund-processed', { out_refund_no: 'r1' })
    expect(notification.body).not.toContain('<sign>')
    const key = createHash('md5').update(rig.emulator.merchant.secret).digest('hex')
    const decipher = createDecipheriv('aes-256-ecb', key, null)
    const { req_info = '' } = fieldsOfXml(notification.body)
    const told = decipher.update(req_info, 'base64', 'utf8') + decipher.final('utf8')
    const inner = told.replace(/^<root>|<\/root>$/g, '')
    expect(await rig.wxpay.notifications.parse(notification)).toEqual({
      event_type: 'refund-processed',
      resource: { ...fieldsOfXml(inner), out_refund_no: 'r1' },
      authenticated: false,
    })
  })

  it.each(['another key', 'no cipher text'])('of a refund with %s is not to be trusted', async (kind) => {
    const key = createHash('md5').update('x'.repeat(32)).digest('hex')
    const cipher = createCipheriv('aes-256-ecb', key, null)
    const foreign = Buffer.concat([cipher.update('<root><a>1</a></root>'), cipher.final()]).toString('base64')
    const req_info = kind === 'another key' ? foreign : 'AAAA'
    await expect(parse(encodeXml({ return_code: 'SUCCESS', req_info }))).rejects.toMatchObject({
      name: 'VerificationError',
      code: 'SIGNATURE_INVALID',
    })
  })

  it('of payscore has id, time and a payload under the APIv3 key', async () => {
    const given = { out_order_no: 'o1', state: 'DONE' }
    const notification = rig.emulator.signNotification('TRANSACTION.SUCCESS', given, { product: 'v2' })
    expect(notification.body).toMatch(/^<xml>/)
    const {
      event_ciphertext = '',
      event_nonce = '',
      event_associated_data = '',
    } = fieldsOfXml(notification.body)
    const sealed = {
      ciphertext: event_ciphertext,
      nonce: event_nonce,
      associated_data: event_associated_data,
    }
    const payload: unknown = JSON.parse(openAesGcm(sealed, rig.emulator.merchant.apiv3Key))
    expect(payload).toMatchObject(given)
    expect(await rig.wxpay.notifications.parse(notification)).toEqual({
      id: expect.stringMatching(/^EV-/),
      create_time: expect.any(String),
      event_type: 'TRANSACTION.SUCCESS',
      resource: payload,
      authenticated: true,
    })
  })
})
