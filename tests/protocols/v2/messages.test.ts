import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../lib/catalog/endpoint.js'
import type { Traits } from '../../../lib/catalog/traits.js'
import { ApiError, RequestError, VerificationError } from '../../../lib/errors.js'
import type { Call, SignedHttpRequest, Upload } from '../../../lib/protocols/protocol.js'
import { createV2Protocol, signedUrl, type V2Context } from '../../../lib/protocols/v2/v2.js'
import type { HttpResponse } from '../../../lib/transport/transport.js'
import { type Fields, fieldsOfXml, signatureOf, xmlOf } from './protocol.js'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const SECRET = '192006250b4c09247ec02edce69f6a2d'
const context: V2Context = {
  ...{
    signer: { mchid: '10000100', serial: 'AA', privateKey },
    workwxSecret: undefined,
    hasCertificate: false,
  },
  secret: createSecretKey(Buffer.from(SECRET)),
}
const protocol = createV2Protocol(context)
const NAME = 'POST v2/pay/unifiedorder'

function callOf(given: Partial<Omit<Call, 'endpoint'>> = {}, endpoint: Partial<Endpoint> = {}): Call {
  return {
    ...{
      path: 'pay/unifiedorder',
      body: undefined,
      query: undefined,
      headers: {},
      timeout: 0,
      unsigned: false,
    },
    ...given,
    endpoint: {
      ...{
        verb: 'post',
        path: 'v2/pay/unifiedorder',
        name: NAME,
        protocol: 'v2',
        documented: true,
        reads: false,
      },
      ...{ traits: {}, ...endpoint },
    },
  } as Call
}
const traits = (given: Traits): Partial<Endpoint> => ({ traits: given })

const OK = { return_code: 'SUCCESS', result_code: 'SUCCESS' }
const signed = (fields: Fields, type = 'MD5'): string =>
  xmlOf({ ...fields, sign: signatureOf(fields, SECRET, type) })
const responseOf = (body: string | Buffer | Readable, status = 200): HttpResponse =>
  ({
    ...{ status, statusText: 'OK', headers: {} },
    body: typeof body === 'string' ? Buffer.from(body) : body,
  }) as HttpResponse
const request = (signType?: 'MD5' | 'HMAC-SHA256') => ({ signType }) as SignedHttpRequest
const verified = (body: string | Buffer | Readable, call = callOf(), signType?: 'MD5' | 'HMAC-SHA256') =>
  protocol.verify(responseOf(body), request(signType), call)
const decoded = async (...given: Parameters<typeof verified>): Promise<unknown> =>
  (await verified(...given)).decode()
const failed = async (...given: Parameters<typeof verified>): Promise<Error> => {
  try {
    await decoded(...given)
  } catch (error) {
    return error as Error
  }
  throw new Error('should have failed')
}

describe('a request', () => {
  it('is a signed document', async () => {
    const sent = await protocol.sign(callOf({ body: { body: '中' }, headers: { 'X-Mine': '1' } }))
    const fields = fieldsOfXml(String(sent.body))
    expect(sent).toMatchObject({
      ...{
        method: 'POST',
        url: 'https://api.mch.weixin.qq.com/pay/unifiedorder',
        signType: 'MD5',
        certificate: false,
      },
      headers: { 'X-Mine': '1', 'Content-Type': 'text/xml; charset=utf-8' },
    })
    expect(fields).toMatchObject({ body: '中', mch_id: '10000100', sign: signatureOf(fields, SECRET) })
  })

  it('may be a document already, which is completed', async () => {
    for (const body of ['<xml><a>1</a></xml>', Buffer.from('<xml><a>1</a></xml>')]) {
      const sent = await protocol.sign(callOf({ body }))
      expect(fieldsOfXml(String(sent.body))).toMatchObject({ a: '1', mch_id: '10000100' })
    }
    await expect(protocol.sign(callOf({ body: '<xml>' }))).rejects.toBeInstanceOf(RequestError)
    await expect(protocol.sign(callOf({ body: '<xml>' }))).rejects.toThrow(
      `${NAME}: the XML is not well-formed`,
    )
    const control = protocol.sign(callOf({ body: { a: '\u0001' } }))
    await expect(control).rejects.toBeInstanceOf(RequestError)
    await expect(control).rejects.toThrow(`${NAME}: a holds a character`)
  })

  it('of a GET is a signed query', async () => {
    const sent = await protocol.sign(callOf({ query: { a: '中 ' } }, { verb: 'get' }))
    const { pathname, searchParams } = new URL(sent.url)
    const fields = Object.fromEntries(searchParams)
    expect([pathname, sent.method, sent.body]).toEqual(['/pay/unifiedorder', 'GET', undefined])
    expect(fields).toMatchObject({ a: '中 ', sign: signatureOf(fields, SECRET) })
    expect(sent.headers).not.toHaveProperty('Content-Type')
  })

  it('of an upload is a form of signed fields', async () => {
    const forms: Fields[] = []
    const upload = { toForm: (fields: Fields) => forms.push(fields) } as unknown as Upload
    const sent = await protocol.sign(callOf({ body: { media_hash: 'x' }, upload }))
    expect(forms[0]).toMatchObject({ media_hash: 'x', sign: signatureOf(forms[0] ?? {}, SECRET) })
    expect(sent.headers).not.toHaveProperty('Content-Type')
  })

  it('shows the client certificate where the endpoint asks for it, but over plain HTTP', async () => {
    const asked = traits({ certificate: true })
    const ready = createV2Protocol({ ...context, hasCertificate: true })
    expect(await ready.sign(callOf({ body: {} }, asked))).toMatchObject({ certificate: true })
    expect(await ready.sign(callOf({ body: {} }))).toMatchObject({ certificate: false })
    const local = { body: {}, baseURL: 'http://127.0.0.1:1' }
    expect(await protocol.sign(callOf(local, asked))).toMatchObject({ certificate: false })
    const missing = protocol.sign(callOf({ body: {} }, asked))
    await expect(missing).rejects.toBeInstanceOf(RequestError)
    await expect(missing).rejects.toThrow(
      "asks for the merchant's client certificate: give new Wechatpay({ merchant",
    )
  })

  it('names the part of the call that a value cannot be sent in', async () => {
    const wrong = { a: {} }
    const upload = { toForm: () => undefined } as unknown as Upload
    await expect(protocol.sign(callOf({ body: wrong }))).rejects.toThrow(`${NAME}: xml.a must be text`)
    await expect(protocol.sign(callOf({ body: wrong, upload }))).rejects.toThrow(
      `${NAME}: multipart.a must be text`,
    )
    const get = callOf({ query: wrong }, { verb: 'get' })
    await expect(protocol.sign(get)).rejects.toThrow(`${NAME}: query.a must be text`)
    const { endpoint } = get
    const making = () => signedUrl({ endpoint, baseURL: undefined, path: 'x', query: wrong }, context)
    expect(making).toThrow(`${NAME}: query.a must be text`)
  })

  it('is left as it is by the encryption of APIv3', async () => {
    const call = callOf()
    expect(await protocol.encrypt(call, undefined as never)).toBe(call)
    expect(protocol.accept).toContain('text/xml')
  })

  it('may be a URL that a browser is sent to, with its fragment', () => {
    const { endpoint } = callOf(
      {},
      { verb: 'get', ...traits({ redirect: true, fragment: '#wechat_redirect' }) },
    )
    const url = signedUrl({ endpoint, baseURL: undefined, path: 'connect', query: { a: '1' } }, context)
    expect(url).toMatch(
      /^https:\/\/api\.mch\.weixin\.qq\.com\/connect\?a=1&.*sign=[0-9A-F]{32}#wechat_redirect$/,
    )
    const plain = callOf({}, { verb: 'get' }).endpoint
    expect(signedUrl({ endpoint: plain, baseURL: undefined, path: 'x', query: {} }, context)).toMatch(
      /sign=[0-9A-F]{32}$/,
    )
  })
})

describe('a response', () => {
  it('is believed by the algorithm of its request', async () => {
    expect(await decoded(signed(OK))).toMatchObject(OK)
    expect(await decoded(signed(OK, 'HMAC-SHA256'), callOf(), 'HMAC-SHA256')).toMatchObject(OK)
    expect(await failed(signed(OK, 'HMAC-SHA256'))).toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect(await failed(signed(OK), callOf(), 'HMAC-SHA256')).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  it.each<[string, string, string, string]>([
    [
      'altered',
      signed(OK).replace('SUCCESS', 'SUCCES5'),
      'SIGNATURE_INVALID',
      'its sign does not fit the APIv2 key (MD5)',
    ],
    ['unsigned', xmlOf(OK), 'SIGNATURE_MISSING', 'it has no sign'],
    ['signed with nothing', xmlOf({ ...OK, sign: '' }), 'SIGNATURE_MISSING', 'it has no sign'],
    ['nested', `<xml><sign>x</sign><a><b>1</b></a></xml>`, 'ANSWER_INVALID', 'has more than texts in it'],
    ['cut short', '<xml>', 'ANSWER_INVALID', 'not well-formed'],
    ['no XML', '{}', 'ANSWER_INVALID', 'not well-formed'],
  ])('that is %s is not to be trusted', async (_, body, code, why) => {
    const error = await failed(body)
    expect(error).toBeInstanceOf(VerificationError)
    expect(error).toMatchObject({ code })
    expect(error.message).toContain(`${NAME}: the answer is not to be trusted: `)
    expect(error.message).toContain(why)
  })

  it('needs no signature where the API makes none, but an outcome', async () => {
    expect(await decoded(xmlOf(OK), callOf({}, traits({ optionalSign: true })))).toEqual(OK)
    expect(await decoded(xmlOf(OK), callOf({ unsigned: true }))).toEqual(OK)
    expect(await decoded(xmlOf({ ...OK, sign: 'x' }), callOf({ unsigned: true }))).toEqual({
      ...OK,
      sign: 'x',
    })
    expect(await failed(xmlOf({ a: '1' }), callOf({ unsigned: true }))).toMatchObject({
      ...{ code: 'ANSWER_INVALID', message: expect.stringContaining('it has no return_code') },
    })
    const altered = signed(OK).replace('</sign>', 'x</sign>')
    expect(await failed(altered, callOf({}, traits({ optionalSign: true })))).toBeInstanceOf(
      VerificationError,
    )
  })

  it('is not believed by a client without the APIv2 key', async () => {
    const blind = createV2Protocol({ ...context, secret: undefined })
    await expect(blind.verify(responseOf(signed(OK)), request('MD5'), callOf())).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
  })

  it('has a list where elements may repeat, even of one or none', async () => {
    const call = callOf({ unsigned: true }, traits({ lists: ['list.item', 'one', 'list.item.tag'] }))
    const body = (inner: string): string => `<xml><return_code>SUCCESS</return_code>${inner}</xml>`
    expect(
      await decoded(body('<list><item><tag>1</tag></item></list><one>x</one><two>y</two>'), call),
    ).toEqual({
      ...{ return_code: 'SUCCESS', list: { item: [{ tag: ['1'] }] }, one: ['x'], two: 'y' },
    })
    expect(await decoded(body('<list><item>1</item><item>2</item></list><one/>'), call)).toEqual({
      ...{ return_code: 'SUCCESS', list: { item: ['1', '2'] }, one: [] },
    })
    expect(await decoded(body('<two>1</two><two>2</two><list><b>1</b></list>'), call)).toEqual({
      ...{ return_code: 'SUCCESS', two: ['1', '2'], list: { b: '1' } },
    })
  })

  it('may be JSON where the API says so', async () => {
    const call = callOf({ unsigned: true }, traits({ answer: 'json' }))
    expect(await decoded('{"retcode":0,"a":[1]}', call)).toEqual({ retcode: 0, a: [1] })
    expect(await decoded('\uFEFF{"retcode":0}', call)).toEqual({ retcode: 0 })
    expect(await failed('{"a":1}', call)).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
    for (const body of ['[1]', 'null', '1', 'x', '']) {
      expect(await failed(body, call)).toMatchObject({
        ...{ name: 'VerificationError', code: 'ANSWER_INVALID' },
        message: expect.stringContaining(`${NAME}: the answer is no JSON object`),
      })
    }
    expect(await failed('{"retcode":0}', callOf({}, traits({ answer: 'json' })))).toBeInstanceOf(
      VerificationError,
    )
  })

  it('is decoded by itself as it is with its signature', async () => {
    await protocol.sign(callOf({ body: {} }))
    const call = callOf({}, traits({ lists: ['a'] }))
    expect(protocol.decode(Buffer.from('<xml><a>1</a></xml>'), call, 200)).toEqual({ a: ['1'] })
    expect(() => protocol.decode(Buffer.from('<xml>'), call, 200)).toThrow(VerificationError)
    const json = callOf({ unsigned: true }, traits({ answer: 'json' }))
    expect(protocol.decode(Buffer.from('{"a":1}'), json, 200)).toEqual({ a: 1 })
  })
})

describe('a download', () => {
  const file = (answer: 'binary' | 'text') => callOf({ unsigned: true }, traits({ answer }))
  const failure = xmlOf({ return_code: 'FAIL', return_msg: 'No Bill Exist', error_code: '20002' })
  const streamOf = (text: string): Readable => Readable.from([Buffer.from(text)], { objectMode: false })

  it('is the file, as bytes or text', async () => {
    expect(await decoded('`交易时间', file('text'))).toBe('`交易时间')
    expect(await decoded('`交易时间', file('binary'))).toEqual(Buffer.from('`交易时间'))
    expect(await decoded(Buffer.from([0x1f, 0x8b]), file('binary'))).toEqual(Buffer.from([0x1f, 0x8b]))
    const stream = await decoded(streamOf('`交易时间'), file('binary'))
    expect(String(await buffer(stream as Readable))).toBe('`交易时间')
  })

  it.each([
    failure,
    `\uFEFF \n${failure}`,
    `<?xml version="1.0"?>${failure}`,
    failure.replace('<xml>', '<xml >'),
  ])('that fails says so in XML: %s', async (body) => {
    for (const given of [body, streamOf(body)]) {
      const error = await failed(given, file('binary'))
      expect(error).toBeInstanceOf(ApiError)
      expect(error).toMatchObject({ code: '20002' })
    }
  })

  it.each(['x<xml>', '<html>', '<xmlx>', '{"return_code":"FAIL"}'])('may begin with %s', async (text) => {
    expect(await decoded(text, file('text'))).toBe(text)
  })

  it('is no file where the endpoint signs its answers', async () => {
    expect(await failed('x', callOf({}, traits({ answer: 'binary' })))).toBeInstanceOf(VerificationError)
    expect(await failed('x', callOf({ unsigned: true }))).toBeInstanceOf(VerificationError)
    expect(await failed(streamOf('x'), callOf())).toBeInstanceOf(VerificationError)
    expect(await decoded(streamOf(signed(OK)), callOf())).toMatchObject(OK)
  })
})

describe('a response that says no', () => {
  const FAIL = {
    return_code: 'SUCCESS',
    result_code: 'FAIL',
    err_code: 'NOTENOUGH',
    err_code_des: '余额不足',
  }

  it('is an ApiError with the words of the API, verified where it is signed', async () => {
    const error = await failed(signed(FAIL))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      ...{ code: 'NOTENOUGH', verified: true, status: 200, detail: expect.objectContaining(FAIL) },
      response: { data: expect.objectContaining(FAIL) },
    })
    expect(error.message).toContain(`${NAME}: 200 NOTENOUGH; 余额不足`)
    expect(await failed(xmlOf(FAIL))).toMatchObject({ name: 'ApiError', verified: false })
    expect(await failed(signed(FAIL).replace('余额', '余款'))).toBeInstanceOf(VerificationError)
  })

  it('names the likeliest cause of a refused sign, with the algorithm', async () => {
    const refused = xmlOf({ return_code: 'FAIL', return_msg: '签名错误' })
    expect((await failed(refused)).message).toMatch(/signed with MD5 by secret: .*sign_type: 'HMAC-SHA256'/)
    expect((await failed(refused, callOf(), 'HMAC-SHA256')).message).toMatch(
      /signed with HMAC-SHA256 by secret: .*sign_type: 'MD5'/,
    )
    expect((await failed(signed(FAIL))).message).not.toContain('by secret')
  })

  it.each<[string, string, object]>([
    [
      'a document',
      signed(FAIL),
      { code: 'NOTENOUGH', verified: true, detail: expect.objectContaining(FAIL) },
    ],
    ['a page of a gateway', '<html>502', { code: 'HTTP_502', verified: false, detail: undefined }],
    ['a forged document', signed(FAIL).replace('余额', '余款'), { code: 'HTTP_502', verified: false }],
  ])('by its status is an ApiError with what is in it: %s', async (_, body, shown) => {
    const error = await protocol.toError(responseOf(body, 502), request(), callOf())
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 502, ...shown })
    if (body.startsWith('<html>')) expect(error.response?.data).toBe(body)
  })
})
