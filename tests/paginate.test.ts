import type { AxiosResponse } from 'axios'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { requestOf, Source } from '../catalog/requests.js'
import { lookup } from '../lib/catalog/lookup.js'
import { ApiError, paginate, RequestError, sensitive, type Wechatpay } from '../lib/index.js'
import { repositoryCatalogue } from './catalog/loaded.js'
import { startRig } from './e2e/client.js'
import { rejection } from './protocols/v2/gateway.js'

const rig = startRig()

/** The number of items in every list of samples. */
const TOTAL = 45

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** What was asked for, as a parameter of the queries that arrived. */
const asked = (name: string) =>
  rig.emulator.requests.map(({ url }) => new URL(url, 'http://localhost').searchParams.get(name))

/** A client whose responses have their data changed, by an interceptor. */
function altered(change: (data: Record<string, unknown>, response: AxiosResponse) => unknown): Wechatpay {
  const wxpay = rig.client()
  wxpay.client.v3.interceptors.response.use((response) => ({
    ...response,
    data: change(response.data, response),
  }))
  return wxpay
}

describe('all items of a list', () => {
  const stocks = () => rig.wxpay.v3.marketing.favor.stocks
  const query = { stock_creator_mchid: '1900000109', limit: 20 }
  const banks = (wxpay = rig.wxpay) => wxpay.v3.capital.capitallhh.banks.personalBanking

  it('come by offset and limit', async () => {
    expect(await all(paginate(banks(), { query: { offset: 0, limit: 20 } }))).toHaveLength(TOTAL)
    expect(asked('offset')).toEqual(['0', '20', '40'])
  })

  it('come by an offset that is documented as the number of a page', async () => {
    const items = await all(paginate(stocks(), { query: { ...query, offset: 0 } }))
    expect(new Set(items.map(({ stock_id }) => stock_id)).size).toBe(TOTAL)
    expect(asked('offset')).toEqual(['0', '1', '2'])
  })

  it.each([
    ['v3/marketing/favor/stocks', query],
    ['v3/brand/partner/card-member/user-cards', { brand_id: '1', openid: 'o' }],
  ])(
    'come once where an offset counts items, though it is documented as the number of a page: %s',
    async (path, fields) => {
      for (const limit of [1, 2, 20, 44, 45, 50])
        for (const total_count of [TOTAL, undefined]) {
          // An encrypted text differs each time.
          let texts = 0
          const wxpay = altered((_, { config }) => {
            const offset = Number(new URL(config.url as string).searchParams.get('offset'))
            const item = (_: unknown, id: number) => ({
              id,
              ...(path.endsWith('user-cards') && { phone_number: `${++texts}` }),
            })
            return { data: Array.from({ length: TOTAL }, item).slice(offset, offset + limit), total_count }
          })
          const node = wxpay.chain(path as 'v3/marketing/favor/stocks')
          const items = await all(paginate(node, { query: { ...fields, offset: 0, limit } } as never))
          expect(items.map((item) => (item as unknown as { id: number }).id)).toEqual([
            ...Array(TOTAL).keys(),
          ])
        }
    },
  )

  it('come by a token', async () => {
    const node = rig.wxpay.chain(
      'v3/marketing/partner/product-coupon/product-coupons/{product_coupon_id}/stocks',
    )
    const request = { product_coupon_id: '1', query: { brand_id: '1', page_size: 20 } }
    expect(await all(paginate(node, request))).toHaveLength(TOTAL)
    expect(asked('page_token')).toEqual([null, '20', '40'])
  })

  it('come by the number of the page', async () => {
    const node = rig.wxpay.v3.brand.card.cardLinks
    expect(await all(paginate(node, { query: { brand_id: '1', page_size: 20 } }))).toHaveLength(TOTAL)
    expect(asked('page_index')).toEqual(['1', '2', '3'])
  })

  it('come from a query of parameters, too', async () => {
    const given = new URLSearchParams({ ...query, limit: '20' })
    // The types name the fields, as those of all calls do.
    expect(await all(paginate(stocks(), { query: given } as never))).toHaveLength(TOTAL)
    expect(asked('limit')).toEqual(['20', '20', '20'])
    expect(asked('stock_creator_mchid')).toEqual(Array(3).fill('1900000109'))
  })

  it('are all there where the API gives fewer at a time than were asked for', async () => {
    const wxpay = altered((data) => ({ ...data, limit: 10, data: (data.data as object[]).slice(0, 10) }))
    const items = await all(paginate(banks(wxpay), { query: { offset: 0, limit: 20 } }))
    expect(new Set(items.map(({ bank_alias_code }) => bank_alias_code)).size).toBe(TOTAL)
    expect(asked('offset')).toEqual(['0', '10', '20', '30', '40'])
  })

  it('end where a token leads back to one that was there before', async () => {
    const next = ({ config }: AxiosResponse) => (config.url?.includes('page_token=20') ? '40' : '20')
    const wxpay = altered((data, response) => ({ ...data, next_page_token: next(response) }))
    const node = wxpay.chain('v3/marketing/partner/product-coupon/product-coupons/{product_coupon_id}/stocks')
    await all(paginate(node, { product_coupon_id: '1', query: { brand_id: '1', page_size: 20 } }))
    expect(asked('page_token')).toEqual([null, '20', '40'])
  })

  it('begin where the request says', async () => {
    expect(await all(paginate(banks(), { query: { offset: 30, limit: 20 } }))).toHaveLength(TOTAL - 30)
    expect(await all(paginate(stocks(), { query: { ...query, offset: 1 } }))).toHaveLength(TOTAL - 20)
    expect(asked('offset')).toEqual(['30', '1', '2', '3'])
  })

  it('are no more than are taken', async () => {
    let taken = 0
    for await (const _ of paginate(stocks(), { query: { ...query, offset: 0 } })) if (++taken === 21) break
    expect(asked('offset')).toEqual(['0', '1'])
  })

  it('are the same in every spelling', async () => {
    const node = rig.wxpay['v3/marketing/favor/stocks']
    expect(await all(paginate(node, { query: { ...query, offset: 0 } }))).toHaveLength(TOTAL)
  })

  it('end with an abort', async () => {
    const controller = new AbortController()
    const items = paginate(stocks(), { query: { ...query, offset: 0 }, signal: controller.signal })
    await items.next()
    controller.abort()
    expect(await rejection(all(items))).toMatchObject({ code: 'ABORTED' })
    expect(asked('offset')).toEqual(['0'])
  })

  it('end among the items of a page where the signal says so', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const items = paginate(stocks(), { query: { ...query, limit: 50, offset: 0 }, signal })
    await items.next()
    controller.abort()
    expect(await rejection(items.next())).toMatchObject({ name: 'NetworkError', code: 'ABORTED' })
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  it('end with the error of a call', async () => {
    rig.emulator.fail({ path: 'v3/marketing/favor/stocks', status: 403, code: 'NO_AUTH' })
    const error = await rejection(all(paginate(stocks(), { query: { ...query, offset: 0 }, retry: false })))
    expect(error).toBeInstanceOf(ApiError)
  })

  it('are typed', () => {
    const complaints = paginate(rig.wxpay.v3.merchantService.complaintsV2, {
      query: { begin_date: '2026-11-01', end_date: '2026-11-30', limit: 50 },
    })
    expectTypeOf<Awaited<ReturnType<typeof complaints.next>>>().toExtend<
      IteratorResult<{ complaint_id: string }, void>
    >()
    // @ts-expect-error begin_date is missing
    void (() => paginate(rig.wxpay.v3.merchantService.complaintsV2, { query: { end_date: '2026-11-30' } }))
  })
})

describe('what is no list', () => {
  it('is no place for what does away with the items, nor for a second argument', () => {
    const list = rig.wxpay.v3.marketing.favor.stocks
    const query = { stock_creator_mchid: '1900000109', limit: 20, offset: 0 }
    const wishes = { sink: 'list.json', responseType: 'stream' }
    for (const [name, wish] of Object.entries(wishes))
      expect(() => paginate(list, { query, [name]: wish } as never)).toThrow(`takes no ${name}`)
    const others = [{ query }, { headers: {} }] as unknown as [never]
    expect(() => paginate(list, ...others)).toThrow('one request object')
  })

  it.each(['limit=20', 20, null, [20], new Map()])(
    'is no place for parameters that are no object: %j',
    (query) => {
      const list = rig.wxpay.v3.marketing.favor.stocks
      expect(() => paginate(list, { query } as never)).toThrow('query must be a plain object')
      expect(() => paginate(list, query as never)).toThrow('the request must be a plain object')
    },
  )

  it('is refused, with what to do', () => {
    const order = rig.wxpay.v3.pay.transactions.native
    expect(() => paginate(order, { json: {} } as never)).toThrow(
      'v3/pay/transactions/native is not documented as a list that comes in pages; call it once',
    )
    for (const node of [{}, rig.wxpay.v3.certificates.get, 'v3/certificates', undefined])
      expect(() => paginate(node as never)).toThrow(RequestError)
  })
})

describe('every list endpoint of the catalogue', () => {
  /** What the emulator has a state of its own of, and nothing yet. */
  const OWN: ReadonlySet<string> = new Set([
    'v3/merchant-service/complaints-v2',
    'v3/merchant-service/complaints-v2/{complaint_id}/negotiation-historys',
    'v3/marketing/membercard-open/user/cards',
    'v3/transfer/batches/batch-id/{batch_id}',
    'v3/transfer/batches/out-batch-no/{out_batch_no}',
  ])
  const lists = repositoryCatalogue.endpoints.filter(({ template, verb }) => lookup(template, verb)?.pages)

  /** A request with what the documentation leaves empty, and with texts to encrypt. */
  function live(value: unknown): unknown {
    if (value instanceof Source) return sensitive('x')
    if (typeof value !== 'object' || value === null) return value === '' ? 'x' : value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, live(inner)]))
  }

  it('is there', () => {
    expect(lists.length).toBeGreaterThan(70)
  })

  it.each(lists)('$verb $template', async (endpoint) => {
    const { template, verb } = endpoint
    const [start = '', size = ''] = lookup(template, verb)?.pages ?? []
    const [part = '', startField = ''] = start.split('.')
    const { headers: _, ...documented } = live(requestOf(endpoint)) as Record<string, object>
    const fields = { ...documented[part], [startField]: undefined, [size.split('.')[1] ?? '']: 20 }
    const items = all(paginate(rig.clientFor(template).chain(template), { ...documented, [part]: fields }))
    if (!OWN.has(template)) expect(await items).toHaveLength(TOTAL)
    else
      expect(await items.catch(({ status }: ApiError) => status)).toSatisfy(
        (found) => found === 404 || found.length === 0,
      )
  })
})
