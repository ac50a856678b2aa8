import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { Ciphertext, RequestError, sensitive } from '../../lib/index.js'
import { startRig } from './client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const jsapi = 'v3/pay/transactions/jsapi'
const transfer = 'v3/fund-app/mch-transfer/transfer-bills'

/** A value that says what stands for it in JSON, as those of libraries for times do. */
class Writes {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toJSON(): string {
    return this.#text
  }
}

/** Calls an endpoint as JavaScript would, without types. */
const post = (path: string, ...args: readonly unknown[]): Promise<unknown> =>
  (rig.wxpay.chain(path) as never as { post: (...given: readonly unknown[]) => Promise<unknown> }).post(
    ...args,
  )
const bodyOf = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
  await call.catch(() => undefined)
  return JSON.parse(rig.emulator.requests.at(-1)?.body ?? 'null')
}

async function expectRefused(call: Promise<unknown>, ...words: readonly string[]): Promise<void> {
  const error = (await call.catch((reason: unknown) => reason)) as RequestError
  expect(error).toBeInstanceOf(RequestError)
  for (const word of words) expect(error.message).toContain(word)
  expect(rig.emulator.requests).toEqual([])
}

function fail(): never {
  throw new Error('not now')
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('an encrypted field', () => {
  it.each<[string, string, object]>([
    ['in the body', transfer, { json: { user_name: '张三' } }],
    ['in a list', 'v3/bank-transfer/batches', { json: { transfer_detail_list: [{ user_name: '张三' }] } }],
    ['as a number', 'v3/bank-transfer/batches', { json: { transfer_detail_list: [{ user_id_card: 11 }] } }],
    ['of a body in text', transfer, { json: JSON.stringify({ user_name: '张三' }) }],
  ])('never goes out in clear: %s', async (_, path, request) => {
    await expectRefused(post(path, request), 'goes out encrypted', 'sensitive(')
  })

  it('never goes out in clear over the axios instance', async () => {
    const { v3 } = rig.client().client
    const body = { user_name: '张三' }
    for (const data of [body, JSON.stringify(body), Buffer.from(JSON.stringify(body))]) {
      await expectRefused(v3.post(transfer, data), 'json.user_name')
    }
  })

  it('does not show its text in the error', async () => {
    const error = (await post(transfer, { json: { user_name: '张三丰' } }).catch((reason) => reason)) as Error
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('张三丰')
  })

  it('may be a sensitive text, a ciphertext, empty or left out', async () => {
    const ciphertext = await rig.wxpay.encrypt('张三')
    for (const user_name of [sensitive('张三'), ciphertext, '', undefined]) {
      const { user_name: sent = '' } = await bodyOf(post(transfer, { json: { user_name } }))
      expect(String(sent)).toMatch(user_name ? /^[\w+/]{340,}=*$/ : /^$/)
    }
  })

  it('is no other one', async () => {
    await expectRefused(
      post('v3/pay/transactions/native', { json: { description: sensitive('x') } }),
      'json.description is not documented as encrypted',
      'pass the text itself',
    )
    await expectRefused(
      post('v3/pay/transactions/out-trade-no/{out_trade_no}/close', {
        out_trade_no: 'n',
        json: { mchid: sensitive('1') },
      }),
      'no field of this endpoint is encrypted',
    )
    await expectRefused(post(transfer, { json: { transfer_remark: sensitive('x') } }), 'json.user_name')
    await expectRefused(
      post('v2/pay/unifiedorder', { xml: { body: sensitive('x') } }),
      'nothing is encrypted in APIv2',
    )
    // Where the documentation may be behind the API, there is a way.
    const { serial } = (await rig.wxpay.encrypt('x')) as Ciphertext
    await post(jsapi, { json: { description: new Ciphertext('eA==', serial) } }).catch(() => undefined)
    expect(rig.emulator.requests).toHaveLength(1)
  })

  it('may be any one where nothing is documented', async () => {
    const { name } = await bodyOf(post('v3/not/documented', { json: { name: sensitive('x') } }))
    expect(name).toMatch(/^[\w+/]{340,}=*$/)
  })
})

describe('a second argument', () => {
  it.each<[string, readonly unknown[]]>([
    ['headers as in axios', [{ json: {} }, { headers: { 'X-A': '1' } }]],
    ['a config behind a body', [{}, { timeout: 1 }]],
    ['null', [{ json: {} }, null]],
    ['what map() adds', [{ json: {} }, 0, [{}]]],
  ])('is refused: %s', async (_, args) => {
    await expectRefused(post(jsapi, ...args), 'takes one argument', '{ json: …, query: …, headers: …')
  })

  it('is refused by chain() and url()', () => {
    const chain = rig.wxpay.chain as (...args: unknown[]) => { url: (...args: unknown[]) => string }
    expect(() => chain('v3/certificates', { id: 1 })).toThrow(RequestError)
    expect(() => chain('v3/certificates').url({}, {})).toThrow(RequestError)
  })

  it('may be undefined', async () => {
    await post(jsapi, { json: {} }, undefined).catch(() => undefined)
    expect(rig.emulator.requests).toHaveLength(1)
  })
})

describe('an id', () => {
  const pathOf = async (call: Promise<unknown>): Promise<string | undefined> => {
    await call.catch(() => undefined)
    return rig.emulator.requests.at(-1)?.path
  }

  it('as a property keeps its letters where an id is documented, and nothing of its name', async () => {
    const orders = rig.wxpay.v3.profitsharing.orders as never as Record<
      string,
      { get: (request: object) => Promise<unknown> }
    >
    const query = { transaction_id: '4' }
    expect(await pathOf((orders.PS17a as (typeof orders)[string]).get({ query }))).toBe(
      '/v3/profitsharing/orders/PS17a',
    )
    const { transactions } = rig.wxpay.v3.pay
    const numbers = transactions.outTradeNo as never as Record<
      string,
      typeof transactions.outTradeNo._out_trade_no_
    >
    const order = numbers.PS17aB as typeof transactions.outTradeNo._out_trade_no_
    expect(await pathOf(order.get({} as never))).toBe('/v3/pay/transactions/out-trade-no/PS17aB')
    expect(await pathOf(order.close.post({ json: {} } as never))).toBe(
      '/v3/pay/transactions/out-trade-no/PS17aB/close',
    )
  })

  it('that is encoded already is not encoded again', async () => {
    const images = 'v3/merchant-service/images/{media_id}'
    const image = (media_id: string) => rig.wxpay.chain(images).get({ media_id })
    await expectRefused(image('Chsy%2Bab%3D'), 'percent-encoded already', 'decodeURIComponent')
    await expectRefused(
      rig.wxpay.chain('v3/billdownload/file').get({ query: { token: 'a%2Bb' } }),
      'query.token is percent-encoded already',
    )
    for (const plain of ['100%', '%zz', '50% off', 'a+b/c']) await image(plain).catch(() => undefined)
    expect(rig.emulator.requests).toHaveLength(4)
  })

  it('in the path of a download is told how it is believed', async () => {
    const url = 'https://api.mch.weixin.qq.com/v3/merchant-service/images/abc'
    await expectRefused((async () => rig.wxpay.chain(url).get())(), 'by its template')
    await expect(rig.wxpay.chain('v3/merchant-service/images/abc').get()).rejects.toMatchObject({
      code: 'SIGNATURE_MISSING',
      message: expect.stringContaining("chain('v3/merchant-service/images/{media_id}').get("),
    })
  })
})

describe('a text', () => {
  it.each<[string, string, object]>([
    ['in the body', jsapi, { json: { description: 'a\ud83d' } }],
    ['in a list', jsapi, { json: { detail: { goods_detail: [{ goods_name: '\ude00' }] } } }],
    ['as a name', jsapi, { json: { 'a\ud83d': 1 } }],
    ['of a body in text', jsapi, { json: '{"description":"\ud83d"}' }],
    ['that an object gives', jsapi, { json: { description: new Writes('\ud83d') } }],
  ])('cut within a surrogate pair is refused: %s', async (_, path, request) => {
    await expectRefused(post(path, request), 'well-formed')
  })

  it('of whole pairs is sent', async () => {
    expect(await bodyOf(post(jsapi, { json: { description: 'a😀' } }))).toMatchObject({ description: 'a😀' })
  })
})

describe('a date', () => {
  const at = new Date('2026-11-29T02:00:00.123Z')

  it('is written in the time of Beijing, wherever it stands', async () => {
    const moment = new Writes('2026-11-29T02:00:00.000Z')
    const json = { time_expire: at, list: [{ at }], moment, text: '2026-11-29T02:00:00Z' }
    const expected = '2026-11-29T10:00:00+08:00'
    const body = { time_expire: expected, list: [{ at: expected }], moment: expected, text: json.text }
    // The chain adds the merchant's own id.
    expect(await bodyOf(post(jsapi, { json }))).toEqual({ ...body, mchid: rig.emulator.merchant.mchid })
    expect(await bodyOf(rig.client().client.v3.post(jsapi, json))).toEqual(body)
  })

  it('that is invalid is refused', async () => {
    const time_expire = new Date('no date')
    await expectRefused(post(jsapi, { json: { time_expire } }), 'json.time_expire is an invalid Date')
    await expectRefused(rig.client().client.v3.post(jsapi, { time_expire }), 'an invalid Date')
  })

  it('has no one form in a query or in XML', async () => {
    await expectRefused(
      rig.wxpay.chain('v3/bill/tradebill').get({ query: { bill_date: at } } as never),
      'query.bill_date must be text',
    )
    await expectRefused(post('v2/pay/unifiedorder', { xml: { time_expire: at } }), 'xml.time_expire')
  })
})

describe('a stream', () => {
  const upload = 'v3/merchant/media/upload'

  it('that has been read is not uploaded as nothing', async () => {
    const read = Readable.from([Buffer.from('x')])
    await read.toArray()
    const begun = new PassThrough()
    begun.end('ab')
    begun.read(1)
    const destroyed = new PassThrough().destroy()
    await once(destroyed, 'close')
    for (const file of [read, begun, destroyed]) {
      await expectRefused(post(upload, { multipart: { file } }), 'multipart.file', 'read or closed already')
    }
  })

  it('is uploaded where it belongs', async () => {
    await expectRefused(post(upload, { json: { filename: 'a' } }), '{ multipart: { file: … } }')
  })
})

describe('Accept and User-Agent', () => {
  const missing = { 'User-Agent': undefined, Accept: false, 'X-A': '1' } as never

  it.each<[string, () => Promise<unknown>]>([
    ['of the client', () => rig.client({ headers: missing }).v3.certificates.get()],
    ['of a call', () => rig.wxpay.v3.certificates.get({ headers: missing })],
    ['of an instance', () => rig.client({ headers: missing }).client.v3.get('v3/certificates')],
    ['of a call by the instance', () => rig.client().client.v3.get('v3/certificates', { headers: missing })],
  ])('are there whatever the headers %s say', async (_, call) => {
    await call()
    expect(rig.emulator.requests[0]?.headers).toMatchObject({
      accept: expect.stringContaining('json'),
      'user-agent': expect.stringMatching(/^wechatpay-fluent\//),
      'x-a': '1',
    })
  })
})

describe('a name of other libraries', () => {
  it.each([
    ['params', jsapi, "query parameters are 'query'"],
    ['searchParams', jsapi, "query parameters are 'query'"],
    ['data', jsapi, "the body is 'json'"],
    ['body', jsapi, "the body is 'json'"],
    ['data', 'v2/pay/unifiedorder', "the body is 'xml'"],
    ['security', 'v2/secapi/pay/refund', 'client certificate'],
    ['formData', 'v3/merchant/media/upload', "'multipart'"],
    ['file', 'v3/merchant/media/upload', '{ multipart: { file: … } }'],
    ['constructor', jsapi, "Body fields belong in 'json'"],
  ])('is translated: %s', async (name, path, hint) => {
    await expectRefused(post(path, { [name]: {} }), `unknown key '${name}'`, hint)
  })
})

describe('a wrong verb', () => {
  it('is told apart from a wrong path', async () => {
    await expect(rig.wxpay.chain(jsapi as string).get()).rejects.toMatchObject({
      message: expect.stringContaining('this path is documented as POST: call .post(…)'),
    })
  })
})

describe('a transform of the response that only looks', () => {
  afterEach(() => rig.emulator.recover())

  it('leaves the data what it is', async () => {
    const wxpay = rig.client()
    const seen: unknown[] = []
    const look = (data: unknown) => {
      seen.push(data)
      return data
    }
    const transforms = wxpay.client.v3.defaults.transformResponse as ((data: unknown) => unknown)[]
    transforms.unshift(look)
    const { data } = await wxpay.v3.certificates.get()
    expect(data.data).toBeInstanceOf(Array)
    expect(await wxpay.client.v3.get('v3/certificates')).toMatchObject({ data: { data: expect.any(Array) } })
    expect(seen).toEqual([expect.any(String), expect.any(String)])
  })
})

describe('what JavaScript makes of a variable that is not set', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['no request', () => post('v3/pay/transactions/native')],
    ['json: undefined', () => post('v3/pay/transactions/native', { json: undefined })],
    ['json: null', () => post('v3/pay/transactions/native', { json: null })],
    ['a number', () => post('v3/pay/transactions/native', { json: 5 })],
    ['a list', () => post('v3/pay/transactions/native', { json: [1] })],
    ['text that is no JSON', () => post('v3/pay/transactions/native', { json: '{"a":' })],
    ['no XML', () => post('v2/pay/unifiedorder')],
    ['no file', () => post('v3/merchant/media/upload')],
    ['a path with undefined in it', async () => rig.wxpay.chain(`v3/pay/transactions/id/${undefined}`).get()],
    ['a path with an object in it', async () => rig.wxpay.chain(`v3/pay/transactions/id/${{}}`).get()],
    ['a placeholder of that text', () => post('v3/a/{id}', { id: 'undefined' })],
    ['a placeholder of blanks', () => post('v3/a/{id}', { id: ' ' })],
    ['a placeholder with a line end', () => post('v3/a/{id}', { id: 'a\n' })],
    ['no URL for an instance', () => rig.client().client.v3.get(undefined as never)],
    [
      'a sink that has ended',
      () => rig.wxpay.v3.certificates.get({ sink: new PassThrough().end() as never }),
    ],
    [
      'a throwing getter',
      () => post(jsapi, Object.defineProperty({}, 'json', { get: fail, enumerable: true })),
    ],
    ['a revoked proxy', () => post(jsapi, { json: revoked() })],
  ])('is not sent: %s', async (_, call) => {
    await expectRefused(call())
  })

  it('may be left out where it is optional', async () => {
    await post('v3/a', { json: { a: 1, b: undefined } }).catch(() => undefined)
    expect(rig.emulator.requests[0]?.body).toBe('{"a":1}')
  })
})

describe('an upload of a stream that gives objects', () => {
  it('is refused', async () => {
    const file = Readable.from([{ a: 1 }])
    await expectRefused(
      post('v3/merchant/media/upload', { multipart: { file } }),
      'it gives objects, not bytes',
    )
  })
})

describe('a path of APIv2', () => {
  it('without its version is pointed to', async () => {
    await expectRefused(post('pay/unifiedorder', { xml: {} }), 'did you mean v2/pay/unifiedorder')
  })

  it('may be written with it for an instance, as in a chain', async () => {
    await rig
      .client()
      .client.v2.post('v2/pay/orderquery', { appid: 'a', out_trade_no: 'n' })
      .catch(() => 0)
    expect(rig.emulator.requests[0]?.path).toBe('/pay/orderquery')
  })
})
