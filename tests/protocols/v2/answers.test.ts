import { describe, expect, it } from 'vitest'
import { ApiError, indexed, NetworkError, VerificationError } from '../../../lib/index.js'
import { rejection, startGateway } from './gateway.js'
import { signatureOf, xmlOf } from './protocol.js'

const gateway = startGateway()
const xml = { appid: 'wx1', transaction_id: '', out_trade_no: 'no-1' }
const query = (more: object = {}) => gateway.wxpay.v2.pay.orderquery.post({ xml: { ...xml, ...more } })
/** A write whose answer is signed. */
const pay = () =>
  gateway.wxpay.v2.pay.micropay.post({
    xml: { appid: 'a', body: 'b', out_trade_no: 'n', total_fee: 1, spbill_create_ip: '::1', auth_code: '1' },
  })
/** A write whose answer never is. */
const transfer = () =>
  gateway.wxpay.v2.mmpaymkttransfers.sendredpack.post({ xml: { mch_billno: '1' } as never })
const error = async (promise: Promise<unknown>) =>
  (await rejection(promise)) as Error & Record<string, unknown>

describe('an answer that is genuine', () => {
  it('is believed, by the algorithm of its request', async () => {
    gateway.answer(
      gateway.signed({ trade_state: 'SUCCESS', total_fee: '0100', attach: '', body: '中文 <&>' }),
    )
    for (const sign_type of ['MD5', 'HMAC-SHA256']) {
      const { data, status } = await query({ sign_type })
      expect([status, data.trade_state]).toEqual([200, 'SUCCESS'])
      expect(data).toMatchObject({ total_fee: '0100', attach: '', body: '中文 <&>' })
    }
  })

  it('may have fields that nobody documented', async () => {
    gateway.answer(gateway.signed({ something_new: 'x' }))
    expect((await query()).data).toMatchObject({ something_new: 'x' })
  })

  it('comes as text, bytes, stream or as the user transforms it', async () => {
    gateway.answer(gateway.signed({ a: '1' }))
    const { orderquery } = gateway.wxpay.v2.pay
    expect((await orderquery.post({ xml, responseType: 'text' })).data).toMatch(/^<xml>/)
    expect((await orderquery.post({ xml, responseType: 'arraybuffer' })).data).toBeInstanceOf(Buffer)
    const stream = await orderquery.post({ xml, responseType: 'stream' })
    expect(Buffer.concat(await stream.data.toArray()).toString()).toMatch(/^<xml>/)
    const { data } = await gateway.wxpay.client.v2.post('pay/orderquery', xml, {
      transformResponse: [(text: string) => text.length],
    })
    expect(data).toBeGreaterThan(50)
  })

  it('gives its running indexes as lists', async () => {
    const fields = { coupon_id_0: '10000', coupon_id_1: '10001', coupon_id_10: '10010', coupon_id_x: '-' }
    gateway.answer(gateway.signed({ ...fields, coupon_refund_id_0_0: 'a', coupon_refund_id_2_1: 'b' }))
    const { data } = await query()
    expect(indexed(data, 'coupon_id_$n').filter(Boolean)).toEqual(['10000', '10001', '10010'])
    expect(indexed(data, 'coupon_id_$n')).toHaveLength(11)
    expect(indexed(data, 'coupon_refund_id_$n_$m')).toEqual([['a'], [], ['', 'b']])
    expect(indexed(data, 'coupon_fee_$n')).toEqual([])
    expect(indexed({ coupon_id_999999999: 'x' }, 'coupon_id_$n')).toEqual([])
  })
})

describe('an answer that is not to be trusted', () => {
  const forged = (change: (fields: Record<string, string>, sign: string) => Record<string, string>) => {
    gateway.answer((message) => {
      const fields = { return_code: 'SUCCESS', result_code: 'SUCCESS', total_fee: '100', nonce_str: 'n' }
      const sign = signatureOf(fields, gateway.secret, message.sign_type)
      return { body: xmlOf(change(fields, sign)) }
    })
  }

  it.each([
    ['a changed field', (fields, sign) => ({ ...fields, total_fee: '1', sign })],
    ['a field that was added', (fields, sign) => ({ ...fields, extra: '1', sign })],
    [
      'a field that was taken away',
      (fields, sign) => ({
        return_code: 'SUCCESS',
        result_code: 'SUCCESS',
        total_fee: fields.total_fee ?? '',
        sign,
      }),
    ],
    [
      'a signature of another key',
      (fields) => ({ ...fields, sign: signatureOf(fields, 'x'.repeat(32), 'MD5') }),
    ],
    ['a signature that is none', (fields) => ({ ...fields, sign: 'x' })],
    ['a signature in lower case', (fields, sign) => ({ ...fields, sign: sign.toLowerCase() })],
  ] as [string, Parameters<typeof forged>[0]][])('is refused for %s', async (_, change) => {
    forged(change)
    const problem = await error(query())
    expect(problem).toBeInstanceOf(VerificationError)
    expect(problem.code).toBe('SIGNATURE_INVALID')
    expect(problem.message).toContain('POST v2/pay/orderquery')
  })

  it.each([
    ['MD5', 'HMAC-SHA256'],
    ['HMAC-SHA256', 'MD5'],
  ])('asked in %s, does not choose %s itself', async (asked, chosen) => {
    gateway.answer(gateway.signed({ sign_type: chosen, total_fee: '1' }, chosen))
    expect((await error(query({ sign_type: asked }))).code).toBe('SIGNATURE_INVALID')
  })

  it('is refused without a signature, unless the API makes none there', async () => {
    const body = '<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>'
    gateway.answer({ body })
    expect((await error(query())).code).toBe('SIGNATURE_MISSING')
    expect((await transfer()).data).toMatchObject({ result_code: 'SUCCESS' })
    // Where the sources disagree, none is believed and one is checked.
    const settle = () => gateway.wxpay.v2.pay.settlementquery.post({ xml: {} as never })
    expect((await settle()).data).toMatchObject({ result_code: 'SUCCESS' })
    gateway.answer({ body: body.replace('</xml>', '<sign>FORGED</sign></xml>') })
    expect((await error(settle())).code).toBe('SIGNATURE_INVALID')
    gateway.answer({ body: body.replace('</xml>', '<sign></sign></xml>') })
    expect((await error(query())).code).toBe('SIGNATURE_MISSING')
  })

  it('never hands over its data, nor what would have been right', async () => {
    gateway.answer((message) => {
      const fields = { return_code: 'SUCCESS', result_code: 'SUCCESS', total_fee: 'tampered' }
      return {
        body: xmlOf({
          ...fields,
          sign: signatureOf({ ...fields, total_fee: '1' }, gateway.secret, message.sign_type),
        }),
      }
    })
    const problem = await error(query())
    const right = signatureOf(
      { return_code: 'SUCCESS', result_code: 'SUCCESS', total_fee: 'tampered' },
      gateway.secret,
      'MD5',
    )
    for (const text of [problem.message, String(problem.stack), JSON.stringify(problem)]) {
      expect(text).not.toContain('tampered')
      expect(text).not.toContain(right)
      expect(text).not.toContain(gateway.secret)
    }
  })

  it.each([
    [
      'with a field twice',
      '<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code><result_code>SUCCESS</result_code><sign>x</sign></xml>',
    ],
    ['with a DTD', '<!DOCTYPE xml><xml><return_code>SUCCESS</return_code></xml>'],
    ['with an entity of its own', '<xml><return_code>&e;</return_code></xml>'],
    ['with __proto__', '<xml><__proto__><a>1</a></__proto__></xml>'],
    ['that is nested too deep', `<xml>${'<a>'.repeat(50)}${'</a>'.repeat(50)}</xml>`],
    ['that is too large', `<xml><a>${'x'.repeat(1024 * 1024)}</a></xml>`],
    ['in HTML', '<html><body>It works!</html>'],
    ['in JSON', '{"return_code":"SUCCESS"}'],
    ['of nothing', ''],
  ])('is refused %s', async (_, body) => {
    gateway.answer({ body })
    const problem = await error(query())
    expect(problem).toBeInstanceOf(VerificationError)
    expect(problem.code).toBe('ANSWER_INVALID')
  })

  it.each([
    ['a page of a proxy', '<html><body>login</body></html>'],
    ['an empty document', '<xml/>'],
  ])('is refused where the API signs nothing, when it is %s', async (_, body) => {
    gateway.answer({ body })
    const problem = await error(transfer())
    expect(problem).toBeInstanceOf(VerificationError)
    expect(problem.code).toBe('ANSWER_INVALID')
    expect(problem.message).toMatch(/no return_code.*order may exist/)
  })

  it.each(['{}', '[1]', '{"errcode":40029}'])(
    'is refused in JSON that says nothing of it: %s',
    async (body) => {
      gateway.answer({ body })
      const ask = gateway.wxpay.v2.appauth.getaccesstoken.get({ query: { appid: 'a' } as never })
      expect((await error(ask)).code).toBe('ANSWER_INVALID')
    },
  )

  it('says that the order may exist, after a write', async () => {
    gateway.answer({ body: '<xml></xml>' })
    expect((await error(pay())).message).toMatch(/order may exist/)
    expect((await error(query())).message).not.toMatch(/order may exist/)
  })
})

describe('an answer that says no', () => {
  it('is an ApiError with code and reason, its signature verified', async () => {
    gateway.answer(
      gateway.signed({ result_code: 'FAIL', err_code: 'ORDERNOTEXIST', err_code_des: '订单不存在' }),
    )
    const problem = await error(query())
    expect(problem).toBeInstanceOf(ApiError)
    expect(problem).toMatchObject({
      code: 'ORDERNOTEXIST',
      status: 200,
      verified: true,
      method: 'POST',
      path: 'v2/pay/orderquery',
      message: 'POST v2/pay/orderquery: 200 ORDERNOTEXIST; 订单不存在',
      detail: { result_code: 'FAIL', err_code: 'ORDERNOTEXIST', err_code_des: '订单不存在' },
      response: { status: 200, data: { err_code_des: '订单不存在' } },
    })
  })

  it('is not believed when its signature is forged', async () => {
    gateway.answer({
      body: xmlOf({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: 'X', sign: 'FORGED' }),
    })
    expect((await error(query())).code).toBe('SIGNATURE_INVALID')
  })

  it.each([
    ['签名错误', 'SIGNERROR'],
    ['签名失败', 'SIGNERROR'],
    ['XML格式错误', 'XML_FORMAT_ERROR'],
    ['缺少参数', 'LACK_PARAMS'],
    ['PARAM_ERROR', 'PARAM_ERROR'],
    ['invalid total_fee', 'FAIL'],
    ['', 'FAIL'],
  ])('with the return_msg %j has the code %s', async (return_msg, code) => {
    gateway.answer({ body: xmlOf({ return_code: 'FAIL', return_msg }) })
    const problem = await error(query())
    expect(problem).toMatchObject({ name: 'ApiError', code, verified: false })
    expect(problem.message).toContain(return_msg)
  })

  it('has the code of the error_code that some endpoints give', async () => {
    gateway.answer({
      body: xmlOf({
        return_code: 'SUCCESS',
        result_code: 'FAIL',
        error_code: 'NO_AUTH',
        error_code_des: '没有授权',
      }),
    })
    const problem = await error(gateway.wxpay.v2.risk.getpublickey.post({ xml: {} }))
    expect(problem).toMatchObject({
      name: 'ApiError',
      code: 'NO_AUTH',
      message: expect.stringContaining('没有授权'),
    })
  })

  it('leaves it open whether a payment was made, and says so', async () => {
    for (const err_code of ['SYSTEMERROR', 'USERPAYING', 'BANKERROR']) {
      gateway.answer(gateway.signed({ result_code: 'FAIL', err_code }))
      expect((await error(pay())).message).toMatch(/The order may exist/)
    }
    gateway.answer(gateway.signed({ result_code: 'FAIL', err_code: 'AUTHCODEEXPIRE' }))
    expect((await error(pay())).message).not.toMatch(/may exist/)
    gateway.answer({ body: xmlOf({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: 'NOTENOUGH' }) })
    expect((await error(pay())).message).toMatch(/not verified. The order may exist/)
  })

  it('is an ApiError for an HTTP status, with whatever is in it', async () => {
    const headers = { 'Request-ID': 'R-1' }
    gateway.answer({ status: 502, body: '<html>Bad Gateway</html>', headers })
    expect(await error(pay())).toMatchObject({
      name: 'ApiError',
      code: 'HTTP_502',
      status: 502,
      requestId: 'R-1',
      response: { data: '<html>Bad Gateway</html>' },
    })
    gateway.answer({ status: 400, body: xmlOf({ return_code: 'FAIL', return_msg: '签名错误' }) })
    expect(await error(pay())).toMatchObject({ name: 'ApiError', code: 'SIGNERROR', status: 400 })
    gateway.answer({ status: 302, body: '', headers: { Location: 'https://example.com' } })
    expect(await error(pay())).toMatchObject({
      code: 'HTTP_302',
      message: expect.stringContaining('redirects are not followed'),
    })
    gateway.answer({ status: 404, body: '' })
    expect((await error(gateway.wxpay.chain('v2/pay/orderqery').post({}))).message).toMatch(
      /did you mean v2\/pay\/orderquery/,
    )
  })

  it('of a query is asked again when the gateway is the one that fails', async () => {
    let count = 0
    const genuine = gateway.signed({ trade_state: 'NOTPAY' })
    gateway.answer((message) => (++count < 3 ? { status: 503, body: '' } : genuine(message)))
    expect((await query()).data.trade_state).toBe('NOTPAY')
    expect(gateway.requests).toHaveLength(3)
    expect(new Set(gateway.requests.map(({ body }) => body)).size).toBe(3)
  })
})

describe('an answer that never comes', () => {
  it('is a NetworkError', async () => {
    const wxpay = gateway.client({ baseURL: 'http://127.0.0.1:1' })
    const problem = await error(wxpay.v2.pay.orderquery.post({ xml, retry: false }))
    expect(problem).toBeInstanceOf(NetworkError)
    expect(problem).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true })
  })
})
