import { createHash, generateKeyPairSync } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { endpointOf } from '../../../lib/catalog/endpoint.js'
import type { Traits } from '../../../lib/catalog/traits.js'
import {
  canonicalRequest,
  canonicalResponse,
  decryptOaep,
  encryptOaep,
  sign,
  verify,
} from '../../../lib/crypto/index.js'
import { ApiError, RequestError, sensitive, VerificationError } from '../../../lib/index.js'
import { Timer } from '../../../lib/pipeline/send.js'
import type { Call, Upload } from '../../../lib/protocols/protocol.js'
import { createFixedKeys } from '../../../lib/protocols/v3/platform-keys.js'
import { createV3Protocol } from '../../../lib/protocols/v3/v3.js'
import type { HttpResponse } from '../../../lib/transport/transport.js'

const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = createFixedKeys([{ serial: 'PUB_KEY_ID_1', key: platform.publicKey }])
const signer = { mchid: '1900000109', serial: 'AA11', privateKey: merchant.privateKey }
const protocol = createV3Protocol({ signer, keys })

const ORDER = 'v3/pay/transactions/native'
/** A call of a documented endpoint; `traits` are added to its own. */
function callOf(
  given: Partial<Call> & { path?: string; verb?: 'get' | 'post' | 'put' | 'delete'; traits?: Traits } = {},
): Call {
  const { path = ORDER, verb = 'post', traits, ...rest } = given
  const endpoint = endpointOf(path, verb)
  return {
    ...{
      path,
      body: undefined,
      query: undefined,
      headers: {},
      sensitive: false,
      decrypt: false,
      unsigned: false,
    },
    ...rest,
    endpoint: { ...endpoint, traits: { ...endpoint.traits, ...traits } },
  } as Call
}

/** A response as the platform signs it. */
function responseOf(body: string | Buffer, given: Partial<HttpResponse> = {}): HttpResponse {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = sign(canonicalResponse({ timestamp, nonce: 'n', body }), platform.privateKey)
  const headers = {
    ...{ 'wechatpay-serial': 'PUB_KEY_ID_1', 'wechatpay-nonce': 'n' },
    ...{ 'wechatpay-timestamp': timestamp, 'wechatpay-signature': signature, ...given.headers },
  }
  return { status: 200, statusText: 'OK', ...given, headers, body: Buffer.from(body) } as HttpResponse
}

const part = (header: unknown, name: string): string =>
  new RegExp(`${name}="([^"]+)"`).exec(String(header))?.[1] ?? ''

describe('a request', () => {
  it('is signed as it is sent', async () => {
    const json = { description: '中', amount: { total: 1 } }
    const { method, url, headers, body } = await protocol.sign(callOf({ body: json, query: { a: 'x y' } }))
    expect([method, url, body]).toEqual([
      'POST',
      'https://api.mch.weixin.qq.com/v3/pay/transactions/native?a=x%20y',
      JSON.stringify(json),
    ])
    expect(headers['Content-Type']).toBe('application/json')
    expect(headers['Wechatpay-Serial']).toBe('PUB_KEY_ID_1')
    const { Authorization } = headers
    expect(Authorization).toMatch(/^WECHATPAY2-SHA256-RSA2048 mchid="1900000109",.*serial_no="AA11"/)
    expect(Math.abs(Number(part(Authorization, 'timestamp')) - Date.now() / 1_000)).toBeLessThan(60)
    const signed = canonicalRequest({
      ...{ method: 'POST', url: '/v3/pay/transactions/native?a=x%20y', body: JSON.stringify(json) },
      ...{ timestamp: part(Authorization, 'timestamp'), nonce: part(Authorization, 'nonce_str') },
    })
    expect(verify(signed, part(Authorization, 'signature'), merchant.publicKey)).toBe(true)
  })

  it('is signed anew each time', async () => {
    const [one, two] = await Promise.all([protocol.sign(callOf()), protocol.sign(callOf())])
    expect(part(one?.headers.Authorization, 'nonce_str')).not.toBe(
      part(two?.headers.Authorization, 'nonce_str'),
    )
  })

  it.each([
    ['a text', '{"a": 1}', '{"a": 1}'],
    ['bytes', Buffer.from('{"a":"中"}'), Buffer.from('{"a":"中"}')],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['a list', [1, '中'], '[1,"中"]'],
  ])('has the body that it is given: %s', async (_, given, sent) => {
    expect((await protocol.sign(callOf({ body: given }))).body).toEqual(sent)
  })

  it('names the type of its body, and of a POST without one', async () => {
    const typeOf = async (given: Parameters<typeof callOf>[0]) =>
      (await protocol.sign(callOf(given))).headers['Content-Type']
    expect(await typeOf({ body: undefined })).toBe('application/json')
    expect(await typeOf({ path: 'v3/certificates', verb: 'get' })).toBeUndefined()
    expect(await typeOf({ path: 'v3/x', verb: 'put' })).toBe('application/json')
    expect(await typeOf({ path: 'v3/x', verb: 'delete' })).toBeUndefined()
    expect(await typeOf({ path: 'v3/x', verb: 'delete', body: {} })).toBe('application/json')
    expect(await typeOf({ headers: { 'Content-Type': 'text/plain' }, body: 'x' })).toBe('text/plain')
  })

  it('names the platform key that its caller asks for', async () => {
    const { headers } = await protocol.sign(callOf({ headers: { 'Wechatpay-Serial': 'BB22' } }))
    expect(headers['Wechatpay-Serial']).toBe('BB22')
  })

  it('leaves the headers of the call as they are', async () => {
    const headers = Object.freeze({ 'X-Mine': '1' })
    expect((await protocol.sign(callOf({ headers }))).headers).toMatchObject(headers)
    expect(Object.keys(headers)).toEqual(['X-Mine'])
  })

  it('of an upload is signed over its meta', async () => {
    const forms: unknown[] = []
    const toForm = (...given: unknown[]) => forms.push(given)
    const upload = { fields: {}, toForm } as unknown as Upload
    const { headers, signed } = await protocol.sign(callOf({ body: { sha256: 'x' }, upload }))
    expect(forms).toEqual([[{ meta: '{"sha256":"x"}' }, 'application/json']])
    expect(headers).not.toHaveProperty('Content-Type')
    expect(signed?.body).toBe('{"sha256":"x"}')
  })

  const circle: Record<string, unknown> = {}
  circle.self = circle
  it.each([
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), 'must be JSON, text or UTF-8 bytes'],
    ['an object without end', circle, 'cannot be sent as JSON: '],
    ['a bigint', { a: 1n }, 'cannot be sent as JSON: '],
    ['a text to encrypt that nothing has encrypted', { a: sensitive('x') }, 'encrypted only inside'],
  ])('is not made of %s', async (_, body, why) => {
    const signing = protocol.sign(callOf({ body }))
    await expect(signing).rejects.toBeInstanceOf(RequestError)
    await expect(signing).rejects.toThrow(why)
  })
})

describe('the platform key of a request', () => {
  const limited = (limit: number): Timer => {
    const timer = new Timer(limit)
    onTestFinished(() => timer.stop())
    return timer
  }
  /** A protocol whose keys are there once `ready` resolves. */
  const waiting = (ready: () => Promise<void>) =>
    createV3Protocol({ signer, keys: { ...createFixedKeys([]), ready } })
  const never = () => new Promise<void>(() => undefined)

  it('encrypts what is sensitive, and is named', async () => {
    const body = { name: sensitive('张三') }
    const traits = { encrypts: ['json.name'] }
    const sent = await protocol.encrypt(callOf({ body, sensitive: true, traits }), limited(0))
    expect(decryptOaep((sent.body as { name: string }).name, platform.privateKey)).toBe('张三')
    expect(sent.headers).toEqual({ 'Wechatpay-Serial': 'PUB_KEY_ID_1' })
    const plain = callOf({ body: { a: 1 } })
    expect(await protocol.encrypt(plain, limited(0))).toBe(plain)
    const bare = protocol.encrypt(callOf({ body: { name: '张三' }, traits }), limited(0))
    await expect(bare).rejects.toBeInstanceOf(RequestError)
    const other = callOf({ body, sensitive: true, traits, headers: { 'Wechatpay-Serial': 'BB22' } })
    await expect(protocol.encrypt(other, limited(0))).rejects.toThrow('no platform key BB22')
  })

  it('is waited for, for as long as the attempt may last', async () => {
    for (const limit of [0, 60_000]) {
      const ready = vi.fn(async () => undefined)
      await waiting(ready).encrypt(callOf(), limited(limit))
      expect(ready).toHaveBeenCalledOnce()
    }
    const timedOut = waiting(never).encrypt(callOf(), limited(1))
    await expect(timedOut).rejects.toMatchObject({
      ...{ name: 'NetworkError', code: 'TIMEOUT', retryable: true },
      message: expect.stringContaining(
        'POST v3/pay/transactions/native: no platform certificates within 1 ms',
      ),
    })
    await expect(
      waiting(() => Promise.reject(new Error('away'))).encrypt(callOf(), limited(60_000)),
    ).rejects.toThrow('away')
  })

  it('is not waited for once the call is aborted, or was before', async () => {
    for (const isEarly of [true, false]) {
      const controller = new AbortController()
      if (isEarly) controller.abort('enough')
      const call = callOf({ signal: controller.signal })
      const waited = waiting(never).encrypt(call, limited(60_000))
      controller.abort('enough')
      await expect(waited).rejects.toMatchObject({
        ...{ name: 'NetworkError', code: 'ABORTED', retryable: false, cause: 'enough' },
        message: expect.stringContaining('native: aborted'),
      })
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    }
  })
})

describe('a response', () => {
  const decoded = async (response: HttpResponse, call: Call): Promise<unknown> =>
    (await protocol.verify(response, {} as never, call)).decode()

  it.each([
    ['JSON', '{"a":"中"}', { traits: {} }, { a: '中' }],
    ['JSON behind a byte order mark', '\uFEFF{"a":1}', { traits: {} }, { a: 1 }],
    ['text', '{"a":1}', { traits: { answer: 'text' } }, '{"a":1}'],
    ['bytes', '{"a":1}', { traits: { answer: 'binary' } }, Buffer.from('{"a":1}')],
    ['a list where nothing is documented', '[1]', { path: 'v3/undocumented' }, [1]],
    ['a number where nothing is documented', '1', { path: 'v3/undocumented' }, 1],
    ['nothing where nothing is documented', '', { path: 'v3/undocumented' }, undefined],
  ] as const)('is %s', async (_, body, given, data) => {
    expect(await decoded(responseOf(body), callOf(given as never))).toEqual(data)
  })

  it('may be empty where its status says so', async () => {
    expect(await decoded(responseOf('', { status: 202 }), callOf())).toBeUndefined()
  })

  it.each([
    ['nothing', '', 'empty'],
    ['no JSON', '<html>', 'no JSON'],
    ['no object', '1', '1 where an object is documented'],
    ['null', 'null', 'null where an object is documented'],
    ['a long text', `"${'x'.repeat(99)}"`, `"${'x'.repeat(39)} where an object is documented`],
  ])('with %s where an object is documented is an error, which says how to see it', async (_, body, what) => {
    const reading = decoded(responseOf(body), callOf())
    await expect(reading).rejects.toBeInstanceOf(VerificationError)
    await expect(reading).rejects.toMatchObject({ code: 'ANSWER_INVALID' })
    await expect(reading).rejects.toThrow(`the answer is ${what}; pass responseType`)
    await expect(reading).rejects.toThrow(
      /^POST v3\/pay\/transactions\/native: the answer is .*responseType: 'text'/,
    )
  })

  it('has its encrypted fields in clear where that is asked for', async () => {
    const name = encryptOaep('张三', merchant.publicKey)
    const body = JSON.stringify({ name })
    const traits = { decrypts: ['name'] } as Traits
    expect(await decoded(responseOf(body), callOf({ traits, decrypt: true }))).toEqual({ name: '张三' })
    expect(await decoded(responseOf(body), callOf({ traits }))).toEqual({ name })
    expect(await decoded(responseOf(body), callOf({ decrypt: true }))).toEqual({ name })
  })

  it('is not believed without its signature, but where none is made', async () => {
    const bare = { ...responseOf('{"a":1}'), headers: {} }
    const reading = decoded(bare, callOf())
    await expect(reading).rejects.toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_MISSING' })
    await expect(reading).rejects.toThrow(
      /^POST v3\/pay\/transactions\/native: the answer is not to be trusted/,
    )
    expect(await decoded(bare, callOf({ unsigned: true }))).toEqual({ a: 1 })
  })

  it('that is not signed says by which template it would be believed, where there is one', async () => {
    const bare = { ...responseOf('{"a":1}'), headers: {} }
    const image = callOf({ path: 'v3/merchant-service/images/X1', verb: 'get', traits: { answer: 'json' } })
    const template =
      "; an answer that is not signed is believed by its template alone: chain('v3/merchant-service/images/{media_id}').get({ … })"
    await expect(decoded(bare, image)).rejects.toThrow(template)
    await expect(decoded(bare, callOf())).rejects.not.toThrow('by its template')
    await expect(decoded(bare, callOf({ path: 'v3/undocumented' }))).rejects.not.toThrow('by its template')
    const forged = { ...responseOf('{"a":1}'), body: Buffer.from('{"a":2}') }
    await expect(decoded(forged, image)).rejects.not.toThrow('by its template')
  })

  it('whose digest is signed is believed by that', async () => {
    const bytes = Buffer.from('a,b\n')
    const sha1 = createHash('sha1').update(bytes).digest('hex')
    const { headers } = responseOf(JSON.stringify({ sha1 }), {
      headers: { 'wechatpay-statement-sha1': sha1 },
    })
    const call = callOf({ traits: { signedDigest: 'Wechatpay-Statement-Sha1', answer: 'binary' } as Traits })
    const file = (body: Buffer, change = {}): HttpResponse =>
      ({ status: 200, statusText: 'OK', headers: { ...headers, ...change }, body }) as HttpResponse
    expect(await decoded(file(bytes), call)).toEqual(bytes)
    const code = 'SIGNATURE_INVALID'
    await expect(decoded(file(Buffer.from('a,c\n')), call)).rejects.toMatchObject({ code })
    await expect(decoded(file(bytes, { 'wechatpay-statement-sha1': '' }), call)).rejects.toMatchObject({
      code,
    })
    await expect(decoded(file(bytes, { 'wechatpay-statement-sha1': undefined }), call)).rejects.toMatchObject(
      { code },
    )
  })
})

describe('a response that says no', () => {
  const errorOf = async (
    response: HttpResponse,
    call = callOf(),
    request: object = {},
  ): Promise<ApiError> => {
    const error = await protocol.toError(response, request as never, call)
    expect(error).toBeInstanceOf(ApiError)
    return error
  }
  const refusal = JSON.stringify({ code: 'PARAM_ERROR', message: '参数错误', detail: { field: '/amount' } })

  it('has the words of the API, and who says them', async () => {
    const headers = { 'request-id': 'R-1' }
    const error = await errorOf(responseOf(refusal, { status: 400, statusText: 'Bad Request', headers }))
    expect(error).toMatchObject({
      ...{ status: 400, code: 'PARAM_ERROR', detail: { field: '/amount' }, requestId: 'R-1', verified: true },
      ...{ method: 'POST', path: ORDER, mayHaveHappened: false },
    })
    expect(error.message).toBe('POST v3/pay/transactions/native: 400 PARAM_ERROR; 参数错误; Request-ID R-1')
    expect(error.response).toMatchObject({ status: 400, data: JSON.parse(refusal) })
  })

  it('is not verified when its signature is missing or forged', async () => {
    const bare = { ...responseOf(refusal, { status: 400 }), headers: {} }
    expect(await errorOf(bare)).toMatchObject({ code: 'PARAM_ERROR', verified: false, mayHaveHappened: true })
    const forged = {
      ...responseOf(refusal, { status: 400 }),
      body: Buffer.from(refusal.replace('PARAM', 'QARAM')),
    }
    expect(await errorOf(forged)).toMatchObject({ code: 'QARAM_ERROR', verified: false })
    expect((await errorOf(bare)).message).toContain('This answer is not verified.')
  })

  it.each([
    ['a page of a proxy', '<html>502</html>', '<html>502</html>'],
    ['nothing', '', ''],
    ['a list', '[1]', [1]],
    ['null', 'null', 'null'],
    ['numbers for texts', '{"code":1,"message":2}', { code: 1, message: 2 }],
  ])('has the status for a code when it is %s', async (_, body, data) => {
    const error = await errorOf({ ...responseOf(body, { status: 502 }), headers: {} })
    expect(error).toMatchObject({ code: 'HTTP_502', status: 502, verified: false })
    expect(error.response?.data).toEqual(data)
    expect(error.message).toMatch(/^POST v3\/pay\/transactions\/native: 502; This answer is not verified/)
  })

  it('is a redirect that is not followed', async () => {
    for (const status of [300, 302, 399]) {
      expect((await errorOf(responseOf('', { status }))).message).toContain('redirects are not followed')
    }
    for (const status of [400, 200]) {
      expect((await errorOf(responseOf('', { status }))).message).not.toContain('redirects')
    }
  })

  it('explains why a signature was refused, where it was', async () => {
    const signed = {
      method: 'POST',
      url: '/v3/x',
      timestamp: Math.floor(Date.now() / 1_000),
      nonce: 'n',
      body: '',
    }
    const body = JSON.stringify({ code: 'SIGN_ERROR', message: '签名错误' })
    const response = responseOf(body, { status: 401 })
    expect((await errorOf(response, callOf(), { signed })).message).toContain(
      'privateKey is not the key of serial AA11',
    )
    expect((await errorOf(response)).message).not.toContain('privateKey')
    const other = responseOf(refusal, { status: 400 })
    expect((await errorOf(other, callOf(), { signed })).message).not.toContain('privateKey')
    const late = { ...response, headers: { date: new Date(Date.now() + 1_000_000).toUTCString() } }
    expect((await errorOf(late, callOf(), { signed })).message).toContain('clock skew')
  })

  it('names the verbs of a path that is documented with others', async () => {
    const wrong = callOf({ path: ORDER, verb: 'get' })
    for (const status of [404, 405]) {
      const error = await errorOf(responseOf('{"code":"NOT_FOUND"}', { status }), wrong)
      expect(error.message).toContain('this path is documented as POST: call .post(…)')
    }
    const several = callOf({ path: 'v3/new-tax-control-fapiao/card-template', verb: 'get' })
    expect((await errorOf(responseOf('{}', { status: 400 }), several)).message).not.toContain(
      'is documented as',
    )
  })

  it('suggests the path that was meant, where it is not documented', async () => {
    const missing = responseOf('{"code":"NOT_FOUND"}', { status: 404 })
    const misspelt = callOf({ path: 'v3/pay/transactions/natve' })
    expect((await errorOf(missing, misspelt)).message).toContain('did you mean v3/pay/transactions/native')
    expect((await errorOf(missing)).message).not.toContain('did you mean')
    const refused = responseOf('{"code":"NOT_FOUND"}', { status: 400 })
    expect((await errorOf(refused, misspelt)).message).not.toContain('did you mean')
  })
})
