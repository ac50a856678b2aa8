import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { type NodeOf, Wechatpay } from '../../lib/index.js'

let emulator: Emulator
let wxpay: Wechatpay

beforeAll(async () => {
  emulator = await createEmulator()
  wxpay = new Wechatpay(emulator.merchant)
})
afterAll(async () => {
  wxpay.close()
  await emulator.close()
})
beforeEach(() => {
  emulator.requests.length = 0
})

const card_id = 'pbLatjvWOibDc5-TBnbUk1pD12o0'
let number = 0
const request = () => ({
  card_id,
  json: { openid: 'oLa', code: '478515832665', out_request_no: `no-${number++}` },
})

describe('the member-card import', () => {
  /** Spellings that an editor does not offer. */
  const untyped = () =>
    wxpay.v3.marketing as unknown as {
      MembercardOpen: NodeOf<'v3/marketing/membercard-open'>
      'membercard-open/cards': NodeOf<'v3/marketing/membercard-open/cards'>
    }
  const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
  const spellings = {
    'as a pure chain': () => wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import,
    'with a dollar placeholder': () => wxpay.v3.marketing.membercardOpen.cards.$card_id$.users.import,
    'with a braced placeholder': () => wxpay.v3.marketing['membercard-open'].cards['{card_id}'].users.import,
    'through chain()': () => wxpay.chain(path),
    'as a bracket string': () => wxpay[path],
    'in a mix of styles': () => wxpay['v3/marketing/membercard-open'].cards.chain('{card_id}/users').import,
    'in PascalCase, which the types leave out': () => untyped().MembercardOpen.cards._card_id_.users.import,
    'with brackets on the way, which the types leave out': () =>
      untyped()['membercard-open/cards'].chain('{card_id}/users').import,
  }

  it.each(Object.entries(spellings))('goes out and comes back %s, by await and by then', async (_, node) => {
    const { data, status } = await node().post(request())
    expect([status, data.code]).toEqual([200, '478515832665'])
    expect(
      await node()
        .postAsync(request())
        .then((response) => response.data.code),
    ).toBe('478515832665')
    expect((await node()(request())).data.code).toBe('478515832665')
    expect(emulator.requests).toHaveLength(3)
    for (const arrived of emulator.requests) {
      expect(arrived).toMatchObject({
        method: 'POST',
        path: `/${path.replace('{card_id}', card_id)}`,
        verified: true,
      })
      expect(JSON.parse(arrived.body)).toMatchObject({ openid: 'oLa', code: '478515832665' })
    }
  })
})

describe('every verb', () => {
  const json = { text: '中文 – ünïcode 🎉', nested: { list: [1, 'two', null] } }

  it.each(['get', 'post', 'put', 'patch', 'delete'] as const)(
    '%s is signed, with and without its twin',
    async (verb) => {
      const node = wxpay.chain('v3/not-documented/{id}')
      const request = {
        id: 'a/b c',
        query: { a: '1 &=中', list: ['x', 'y'] },
        ...(verb !== 'get' && { json }),
      }
      for (const name of [verb, `${verb}Async`] as const) {
        await expect(node[name](request)).rejects.toMatchObject({ status: 404, verified: true })
      }
      expect(emulator.requests).toHaveLength(2)
      for (const arrived of emulator.requests) {
        expect(arrived).toMatchObject({
          method: verb.toUpperCase(),
          path: '/v3/not-documented/a%2Fb%20c',
          verified: true,
        })
        expect(arrived.body).toBe(verb === 'get' ? '' : JSON.stringify(json))
        expect(arrived.headers['content-type']).toBe(verb === 'get' ? undefined : 'application/json')
      }
    },
  )

  it('may go without a body', async () => {
    for (const verb of ['post', 'put', 'patch', 'delete'] as const) {
      await expect(wxpay.chain('v3/not-documented')[verb]()).rejects.toMatchObject({ status: 404 })
    }
    expect(emulator.requests.map(({ body, verified }) => [body, verified])).toEqual(Array(4).fill(['', true]))
  })
})
