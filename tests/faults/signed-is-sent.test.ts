import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { CALL_CHANNEL, type CallEvent, RequestError, VerificationError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
let number = 0
const request = () => ({
  card_id: 'c',
  json: { openid: 'o', code: 'c', out_request_no: `sealed-${number++}` },
})
const numbers = () => rig.emulator.requests.map(({ body }) => JSON.parse(body).out_request_no)

describe('what is sent is what the caller passed', () => {
  it('though the object is changed after the call', async () => {
    const shared = {
      card_id: 'c',
      json: { openid: 'o', code: 'c', out_request_no: 'first', list: [{ n: 1 }] },
    }
    const one = rig.wxpay[path].post(shared as never)
    shared.json.out_request_no = 'second'
    ;(shared.json.list[0] as { n: number }).n = 2
    const two = rig.wxpay[path].post(shared as never)
    await Promise.allSettled([one, two])
    expect(numbers().toSorted()).toEqual(['first', 'second'])
    expect(rig.emulator.requests.map(({ body }) => JSON.parse(body).list[0].n).toSorted()).toEqual([1, 2])
  })

  it('though it is changed before the call is tried again', async () => {
    const shared = request()
    const { out_request_no } = shared.json
    rig.emulator.fail({ path, status: 500, code: 'SYSTEM_ERROR', times: 1 })
    const change = (event: unknown) => {
      if ((event as CallEvent).type === 'retry') shared.json.out_request_no = 'another'
    }
    subscribe(CALL_CHANNEL, change)
    await rig.wxpay[path].post(shared)
    unsubscribe(CALL_CHANNEL, change)
    expect(shared.json.out_request_no).toBe('another')
    expect(numbers()).toEqual([out_request_no, out_request_no])
  })

  it.each<[string, unknown, string]>([
    ['a Map as the request', new Map(), 'the request must be a plain object, not Map'],
    ['a Set in the body', { card_id: 'c', json: { list: new Set([1]) } }, 'json.list is a Set'],
    ['bytes in the body', { card_id: 'c', json: { file: new Uint8Array(2) } }, 'json.file is a Uint8Array'],
    ['undefined in a list', { card_id: 'c', json: { list: [undefined] } }, 'json.list[0] is undefined'],
    ['a function in the body', { card_id: 'c', json: { f: () => 1 } }, 'json.f is a function'],
    ['a header that is no Latin-1', { card_id: 'c', headers: { 'X-A': '张三' } }, 'X-A must be a text'],
    ['a header with a line break', { card_id: 'c', headers: { 'X-A': 'a\r\nb: c' } }, 'X-A must not hold'],
    [
      'two serials',
      { card_id: 'c', headers: { 'Wechatpay-Serial': ['a', 'b'] } },
      'Wechatpay-Serial must be',
    ],
    ['a name that would be lost', { card_id: 'c', json: { constructor: 1 } }, 'json.constructor is no name'],
    ['a lost name in a query', { card_id: 'c', query: { prototype: 1 } }, 'query.prototype is no name'],
    ['a timeout beyond all timers', { card_id: 'c', timeout: 3e9 }, 'timeout must be'],
    ['a negative timeout', { card_id: 'c', timeout: -1 }, 'timeout must be'],
    ['a signal that is none', { card_id: 'c', signal: {} }, 'signal must be an AbortSignal'],
    [
      'a baseURL with a query',
      { card_id: 'c', json: {}, baseURL: 'https://a/?x=1' },
      'baseURL must be host and path alone',
    ],
  ])('or nothing: %s', async (_, wrong, why) => {
    const error = (await rig.wxpay[path].post(wrong as never).catch((reason: unknown) => reason)) as Error
    expect(error).toBeInstanceOf(RequestError)
    expect(error.message).toContain(why)
    expect(rig.emulator.requests).toEqual([])
  })

  it('also of URLSearchParams as the query, with names that repeat', async () => {
    const query = new URLSearchParams('a=1&b=2&a=3')
    query.append('c', '中 文+')
    await rig.wxpay[path].post({ ...request(), query } as never)
    expect(rig.emulator.requests[0]).toMatchObject({
      verified: true,
      url: expect.stringMatching(/\?a=1&a=3&b=2&c=%E4%B8%AD%20%E6%96%87%2B$/),
    })
  })

  it('and query parameters of an interceptor may be URLSearchParams', async () => {
    await rig.wxpay.client.v3.get('v3/certificates', { params: new URLSearchParams({ a: '中 文' }) })
    expect(rig.emulator.requests[0]).toMatchObject({ verified: true, query: { a: '中 文' } })
  })
})

describe('what is sent is what was signed', () => {
  it("whatever order of interceptors the user's axios options ask for", async () => {
    const wxpay = rig.client({ transitional: { legacyInterceptorReqResOrdering: false } })
    wxpay.client.v3.interceptors.request.use((config) =>
      Object.assign(config, { data: { ...config.data, openid: 'x' } }),
    )
    await wxpay[path].post(request())
    expect(rig.emulator.requests[0]).toMatchObject({ verified: true })
    expect(JSON.parse(rig.emulator.requests[0]?.body ?? '').openid).toBe('x')
  })

  it('though a transformRequest changes where it goes', async () => {
    const wxpay = rig.client({
      transformRequest: [
        function (data) {
          this.url += '?traced=1'
          return JSON.stringify(data)
        },
      ],
    })
    await wxpay[path].post(request())
    expect(rig.emulator.requests[0]).toMatchObject({
      verified: true,
      url: expect.stringMatching(/\?traced=1$/),
    })
  })

  it('or nothing, when an interceptor changes it later', async () => {
    const config = { transitional: { legacyInterceptorReqResOrdering: false } }
    const { v3 } = rig.client().client
    v3.interceptors.request.use((late) => Object.assign(late, { data: '{"changed":true}' }))
    await expect(v3.post('v3/pay/transactions/native', {}, config)).rejects.toThrow(
      'changed after it was signed',
    )
    expect(rig.emulator.requests).toEqual([])
  })

  it('though the caller sets auth or a length', async () => {
    const { v3 } = rig.wxpay.client
    const auth = { username: 'u', password: 'p' }
    await v3.get('v3/certificates', { auth, headers: { 'Content-Length': '5' } })
    expect(rig.emulator.requests[0]).toMatchObject({ verified: true })
  })

  it('or nothing: bytes that are no UTF-8', async () => {
    const { v3 } = rig.wxpay.client
    await expect(v3.post('v3/pay/transactions/native', Buffer.from([0xff, 0xfe]))).rejects.toThrow('UTF-8')
  })
})

describe('an answer is verified', () => {
  it('though the interceptors are cleared', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.response.clear()
    await expect(wxpay[path].post(request())).rejects.toBeInstanceOf(VerificationError)
  })

  it('before it fills the memory', async () => {
    const wxpay = rig.client({ maxContentLength: 10 })
    const error = await wxpay.v3.certificates.get().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
    expect(String(error)).toContain('too large to hold')
  })
})

describe('a stream', () => {
  const download = () => rig.wxpay.v3.billdownload.file.get({ query: { token: 't' }, responseType: 'stream' })
  const printed = (value: unknown) => inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true })

  it('shows nothing of the request it answers', async () => {
    const response = await download()
    expect(printed(response)).not.toContain('WECHATPAY2-SHA256-RSA2048 ')
    response.data.resume()
  })

  it('breaks off with an error of this package', async () => {
    rig.emulator.fail({ path: 'v3/billdownload/file', fault: 'torn' })
    const { data } = await download()
    const error = await data.toArray().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'NetworkError', code: 'CONNECTION_FAILED' })
    expect(printed(error)).not.toContain('WECHATPAY2-SHA256-RSA2048 ')
  })
})

describe('a failure', () => {
  it('of a write without a number is not said to be harmless to repeat', async () => {
    rig.emulator.fail({ path: 'v3/pay/transactions/native', fault: 'drop' })
    const call = rig.wxpay.v3.pay.transactions.native.post({ json: { amount: { total: 1 } } as never })
    await expect(call).rejects.toMatchObject({ name: 'NetworkError', retryable: false })
    const direct = rig.wxpay.client.v3.post('v3/pay/transactions/native', { out_trade_no: '1' })
    await expect(direct).rejects.toMatchObject({ name: 'NetworkError', retryable: false })
  })

  it('of an adapter becomes an error of this package', async () => {
    const wxpay = rig.client({ adapter: () => Promise.reject(new TypeError('no network here')) })
    await expect(wxpay.v3.certificates.get({ retry: false })).rejects.toMatchObject({
      name: 'NetworkError',
      message: expect.stringContaining('no network here'),
    })
  })
})

describe('after close()', () => {
  it('nothing is sent any more, by any way', async () => {
    const wxpay = rig.client()
    const racing = wxpay[path].post(request())
    wxpay.close()
    await expect(racing).rejects.toThrow()
    await expect(wxpay[path].post(request())).rejects.toThrow('closed')
    await expect(wxpay.client.v3.get('v3/certificates')).rejects.toThrow('closed')
    expect(rig.emulator.requests).toEqual([])
  })
})

describe('a Retry-After', () => {
  it('of more than a minute is left to the caller', async () => {
    const headers = { 'Retry-After': '86400' }
    rig.emulator.fail({ path, status: 429, code: 'FREQUENCY_LIMITED', headers })
    await expect(rig.wxpay[path].post(request())).rejects.toMatchObject({ code: 'FREQUENCY_LIMITED' })
    expect(rig.emulator.requests).toHaveLength(1)
  })
})
