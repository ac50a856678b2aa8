import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { RequestError, sensitive } from '../../lib/index.js'
import { startRig } from './client.js'

const rig = startRig()
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
const json = { openid: 'o', code: 'c', out_request_no: 'n' }

describe('bad input never reaches the wire', () => {
  const post = (request: unknown) => rig.wxpay[path].post(request as never)

  it.each<[string, unknown, string]>([
    ['a missing placeholder', { json }, 'the value of {card_id} is missing'],
    ['an empty one', { card_id: '', json }, 'is empty'],
    ['a dot segment', { card_id: '..', json }, "must not be '..'"],
    ['a placeholder of another type', { card_id: { id: 1 }, json }, 'must be a string or a number'],
    [
      'a misspelt placeholder',
      { cardId: 'c', json },
      "unknown key 'cardId' in the request; did you mean 'card_id'?",
    ],
    ['a misspelt option', { card_id: 'c', jsno: json }, "did you mean 'json'?"],
    ['a body field beside json', { card_id: 'c', openid: 'o' }, "Body fields belong in 'json'"],
    ['a request that is no object', 'c', 'the request must be a plain object, not string'],
    ['a request that is a list', [], 'the request must be a plain object'],
    ['a query that is no object', { card_id: 'c', json, query: 'a=1' }, 'query must be a plain object'],
    ['an object in the query', { card_id: 'c', json, query: { a: {} } }, 'query.a must be a string'],
    [
      'NaN in the body',
      { card_id: 'c', json: { amount: { total: Number.NaN } } },
      'json.amount.total is NaN',
    ],
    [
      'Infinity in a list',
      { card_id: 'c', json: { list: [1, Number.POSITIVE_INFINITY] } },
      'json.list[1] is Infinity',
    ],
    ['a bigint in the body', { card_id: 'c', json: { total: 1n } }, 'json.total is a bigint'],
    ['a body that refers to itself', { card_id: 'c', json: circular() }, 'refers to itself'],
    ['a baseURL that is none', { card_id: 'c', json, baseURL: 'ftp://x' }, 'no http(s) URL'],
  ])('%s', async (_, request, why) => {
    const error = (await post(request).catch((reason: unknown) => reason)) as RequestError
    expect(error).toBeInstanceOf(RequestError)
    expect(error.message).toContain(why)
  })

  it('text that is not well-formed', async () => {
    await expect(rig.wxpay.chain('v3/\ud800').post({ json })).rejects.toThrow('well-formed')
    await expect(post({ card_id: 'c', json, query: { '\ud800': 1 } })).rejects.toThrow('well-formed')
  })

  it.each([new Map([['a', 1]]), Readable.from([]), Buffer.from('a')])('%o inside the body', async (value) => {
    await expect(post({ card_id: 'c', json: { value } })).rejects.toThrow('which JSON cannot carry')
  })

  it('a header that HTTP cannot carry, or a body larger than the user wants', async () => {
    const wxpay = rig.client({ headers: { 'X-Name': '张三' } })
    await expect(wxpay[path].post({ card_id: 'c', json })).rejects.toMatchObject({ name: 'RequestError' })
    const small = rig.client({ maxBodyLength: 5 })
    await expect(small[path].post({ card_id: 'c', json })).rejects.toMatchObject({ name: 'RequestError' })
  })

  it('a body on a GET', async () => {
    const node = rig.wxpay.chain('v3/not-documented')
    await expect(node.get({ json })).rejects.toThrow('a GET carries no body')
  })

  it('a path that is none', async () => {
    await expect(rig.wxpay.chain('v3/../x').post()).rejects.toThrow('dot segment')
    await expect(rig.wxpay.chain('https://example.com/v3').post()).rejects.toThrow('whole URL')
    await expect(rig.wxpay.chain('').post()).rejects.toThrow('is empty')
  })

  afterEach(() => {
    expect(rig.emulator.requests).toEqual([])
  })
})

describe('an instance of a class that is nothing but its fields', () => {
  class Inner {
    readonly user_name = sensitive('张三')
  }
  class Dto {
    readonly out_batch_no = 'dto-1'
    readonly transfer_detail_list = [new Inner()]
  }

  it('is refused when it is more than that, or refers to itself', async () => {
    class Amount {
      readonly currency = 'CNY'
      get total(): number {
        return 1
      }
    }
    class Line {
      readonly order: Order
      constructor(order: Order) {
        this.order = order
      }
    }
    class Order {
      readonly lines = [new Line(this), new Line(this)]
    }
    for (const json of [new Amount(), new Order()]) {
      const call = rig.wxpay[path].post({ card_id: 'c', json: json as never })
      await expect(call).rejects.toBeInstanceOf(RequestError)
    }
    expect(rig.emulator.requests).toEqual([])
  })

  it('is sent as its fields, what is sensitive in it encrypted', async () => {
    const batches = 'v3/bank-transfer/batches'
    const ways = [
      () => rig.wxpay[batches].post({ json: new Dto() as never }),
      () => rig.wxpay.client.v3.post(batches, new Dto()),
    ]
    for (const send of ways) {
      await send().catch(() => undefined)
      const body = JSON.parse(rig.emulator.requests.at(-1)?.body ?? '')
      expect(body).toEqual({
        out_batch_no: 'dto-1',
        transfer_detail_list: [{ user_name: expect.stringMatching(/^[A-Za-z0-9+/]{342}==$/) }],
      })
    }
  })
})

describe('a strange value', () => {
  it('arrives as one encoded segment', async () => {
    await rig.wxpay[path].post({ card_id: '../../x?y=1#z%2F', json })
    expect(rig.emulator.requests[0]).toMatchObject({
      path: '/v3/marketing/membercard-open/cards/..%2F..%2Fx%3Fy%3D1%23z%252F/users/import',
      verified: true,
    })
  })
})

describe('a path that is not documented', () => {
  it('is pointed to the documented one when the API knows nothing of it', async () => {
    const typo = rig.wxpay.chain('v3/marketing/membercard-opne/cards/c1/users/import')
    await expect(typo.post({ json })).rejects.toThrow(`did you mean ${path}?`)
  })
})

function circular(): object {
  const self: Record<string, unknown> = {}
  self.self = self
  return self
}
