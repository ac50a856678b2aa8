import { describe, expect, it } from 'vitest'
import { startRig } from '../../e2e/client.js'
import { type Fields, fieldsOfXml, signatureOf, xmlOf } from './protocol.js'

const rig = startRig()

/** A client written by hand from the protocol. */
async function post(path: string, fields: Fields, how: { sign?: string; body?: string } = {}) {
  const { mchid, secret } = rig.emulator.merchant
  const message = { mch_id: mchid, nonce_str: 'n', ...fields }
  const sign = how.sign ?? signatureOf(message, secret)
  const body = how.body ?? xmlOf({ ...message, sign })
  const response = await fetch(`${rig.emulator.url}/${path}`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'text/xml' },
  })
  const text = await response.text()
  return { status: response.status, text, fields: fieldsOfXml(text) }
}
const order = { appid: 'a', out_trade_no: 'n' }

describe('the emulated APIv2', () => {
  it.each(['MD5', 'HMAC-SHA256'])('verifies requests and signs answers in %s', async (sign_type) => {
    const { fields, status } = await post('pay/orderquery', { ...order, sign_type })
    expect(status).toBe(200)
    expect(fields).toMatchObject({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: 'ORDERNOTEXIST' })
    expect(fields.sign).toBe(signatureOf(fields, rig.emulator.merchant.secret, sign_type))
    const [arrived] = rig.emulator.requests
    expect(arrived).toMatchObject({ method: 'POST', path: '/pay/orderquery', verified: true })
    expect(arrived?.message).toContain(`appid=a&mch_id=`)
    expect(JSON.stringify(arrived)).not.toContain(rig.emulator.merchant.secret)
  })

  it.each([
    ['a wrong signature', { sign: 'WRONG' }, 'sign not match'],
    ['no signature', { sign: '' }, 'no sign'],
    ['no XML', { body: '{"a":1}' }, 'no flat XML'],
    ['a DTD', { body: '<!DOCTYPE a><xml><a>1</a></xml>' }, 'no flat XML'],
    ['an entity', { body: '<!DOCTYPE a [<!ENTITY e "x">]><xml><a>&e;</a></xml>' }, 'no flat XML'],
    ['nested elements', { body: '<xml><a><b>1</b></a></xml>' }, 'no flat XML'],
    ['nothing', { body: '' }, 'no flat XML'],
  ])('does not take in %s', async (_, how, problem) => {
    const { fields, status } = await post('pay/orderquery', order, how)
    expect([status, fields.return_code]).toEqual([200, 'FAIL'])
    expect(fields).not.toHaveProperty('sign')
    expect(rig.emulator.requests.at(-1)).toMatchObject({
      verified: false,
      problem: expect.stringContaining(problem),
    })
  })

  it.each([
    ['of another merchant', { ...order, mch_id: '1' }, /mch_id/],
    ['without a nonce', { ...order, nonce_str: '' }, /nonce_str/],
    ['with a field that is not documented', { ...order, colour: 'red' }, /colour/],
    ['that lacks a field', { out_trade_no: 'n' }, /appid/],
  ])('refuses a message %s', async (_, fields, why) => {
    expect((await post('pay/orderquery', fields)).text).toMatch(why)
  })

  it('fails as it is told, by path on the wire or in the catalogue', async () => {
    rig.emulator.fail({ path: 'v2/pay/orderquery', code: 'SYSTEMERROR', message: '系统异常', times: 1 })
    const { fields } = await post('pay/orderquery', order)
    expect(fields).toMatchObject({ result_code: 'FAIL', err_code: 'SYSTEMERROR', err_code_des: '系统异常' })
    expect(fields.sign).toBe(signatureOf(fields, rig.emulator.merchant.secret))
    rig.emulator.fail({ path: 'pay/orderquery', status: 503, times: 1 })
    expect((await post('pay/orderquery', order)).status).toBe(503)
    rig.emulator.fail({ path: 'pay/orderquery', code: 'FAIL', message: '签名错误', times: 1 })
    expect((await post('pay/orderquery', order)).fields).toEqual({
      return_code: 'FAIL',
      return_msg: '签名错误',
    })
    expect((await post('pay/orderquery', order)).fields.err_code).toBe('ORDERNOTEXIST')
  })

  it('knows no endpoint that is not documented, which is no matter of keys', async () => {
    expect((await post('pay/nothing', order)).status).toBe(404)
  })
})
