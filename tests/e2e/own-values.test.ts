import fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../catalog/model.js'
import { requestOf, Source } from '../../catalog/requests.js'
import { lookup } from '../../lib/catalog/lookup.js'
import { paginate, sensitive, Wechatpay } from '../../lib/index.js'
import { repositoryCatalogue } from '../catalog/loaded.js'
import { startRig } from './client.js'

const rig = startRig()
const defaults = { appid: 'wxd678efh567hg6787', notify_url: 'https://example.com/notify' }
const PART_NAMES = ['json', 'query', 'xml'] as const

type Fields = Readonly<Record<string, unknown>>
type Request = { readonly [part: string]: unknown }

const { endpoints } = repositoryCatalogue
const filled = endpoints.filter(({ template, verb, response }) => {
  // The sandbox has a key of its own.
  return lookup(template, verb)?.fills && !response.redirect && !/sandbox/.test(template)
})
const idOf = ({ verb, template }: Endpoint): string => `${verb} ${template}`

/** The fields of an endpoint that may be filled in, by part and name, with the value that this client has for them. */
function ownFieldsOf(endpoint: Endpoint, mchid: string | undefined): readonly [string, string, string][] {
  const own = (name: string): string | undefined =>
    name === 'notify_url' ? defaults.notify_url : /appid$/.test(name) ? defaults.appid : mchid
  return (lookup(endpoint.template, endpoint.verb)?.fills ?? []).flatMap((fill) => {
    const [, part = '', name = ''] = /^(\w+)\.(\w+)/.exec(fill) ?? []
    const value = own(name)
    return value === undefined ? [] : [[part, name, value] as [string, string, string]]
  })
}

function materialize(value: unknown): unknown {
  if (value instanceof Source) return sensitive('张三')
  if (Array.isArray(value)) return value.map(materialize)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, materialize(item)]))
}

/** The documented request without ids that tell a partner from a merchant, with `change` made to its own fields. */
function requestWith(endpoint: Endpoint, own: readonly [string, string, string][], change: object): Request {
  const { headers: _, ...request } = materialize(requestOf(endpoint)) as Request
  const places = Object.keys(endpoint.path ?? {}).map((name) => [name, request[name] || 'x'])
  const parts = PART_NAMES.flatMap((part) => {
    const fields = request[part] as Fields | undefined
    const names = own.filter(([at]) => at === part).map(([, name]) => name)
    if (fields === undefined && names.length === 0) return []
    const others = Object.entries(fields ?? {}).filter(([name]) => {
      return !names.includes(name) && !/^(sub_mchid|sub_appid|mch_?id)$/.test(name)
    })
    const changed = names.filter((name) => name in change).map((name) => [name, (change as Fields)[name]])
    return [[part, Object.fromEntries([...others, ...changed])]]
  })
  return { ...request, ...Object.fromEntries(places), ...Object.fromEntries(parts) }
}

/** The parts of the request that arrives. */
async function sent(endpoint: Endpoint, wxpay: Wechatpay, request: Request): Promise<Record<string, Fields>> {
  rig.emulator.requests.length = 0
  await wxpay
    .chain(endpoint.template)
    [endpoint.verb]({ ...request, retry: false })
    .catch(() => undefined)
  const [arrived] = rig.emulator.requests
  if (!arrived) throw new Error(`${idOf(endpoint)} sent nothing`)
  const { body, query, verified } = arrived
  expect(verified, idOf(endpoint)).toBe(true)
  const isXml = body.startsWith('<xml>')
  const xml = isXml ? new XMLParser({ parseTagValue: false }).parse(body).xml : {}
  return { query, xml, json: body.startsWith('{') ? JSON.parse(body) : {} }
}

let clients: { readonly merchant: Wechatpay; readonly brand: Wechatpay } | undefined
/** The client that may call an endpoint, with defaults. */
function clientOf({ template }: Endpoint): Wechatpay {
  clients ??= { merchant: rig.client({ defaults }), brand: rig.brand({ defaults }) }
  return template.startsWith('brand/') ? clients.brand : clients.merchant
}
const mchidOf = ({ template }: Endpoint): string | undefined =>
  template.startsWith('brand/') ? undefined : rig.emulator.merchant.mchid

describe('every endpoint with a field for what a client knows of itself', () => {
  it('gets it where the caller leaves it out, behind all that the caller gave', async () => {
    const unfilled: string[] = []
    for (const endpoint of filled) {
      const own = ownFieldsOf(endpoint, mchidOf(endpoint))
      const request = requestWith(endpoint, own, Object.fromEntries(own.map(([, name]) => [name, undefined])))
      const arrived = await sent(endpoint, clientOf(endpoint), request)
      for (const [part, name, value] of own) {
        // What takes a sub_mchid to be filled in has a test of its own.
        const fills = lookup(endpoint.template, endpoint.verb)?.fills
        if (fills?.includes(`${part}.${name}+sub_mchid`)) continue
        if (arrived[part]?.[name] !== value) unfilled.push(`${idOf(endpoint)} ${part}.${name}`)
      }
      const given = Object.keys((request.json ?? {}) as Fields).filter((name) => {
        return (request.json as Fields)[name] !== undefined
      })
      expect(Object.keys(arrived.json ?? {}).slice(0, given.length), idOf(endpoint)).toEqual(given)
    }
    console.info(`${filled.length} endpoints of ${endpoints.length} are filled in`)
    expect(unfilled).toEqual([])
  }, 120_000)

  it('keeps what the caller gives', async () => {
    const replaced: string[] = []
    for (const endpoint of filled) {
      const own = ownFieldsOf(endpoint, mchidOf(endpoint))
      const given = Object.fromEntries(own.map(([, name], index) => [name, `given-${index}`]))
      const arrived = await sent(endpoint, clientOf(endpoint), requestWith(endpoint, own, given))
      for (const [part, name] of own) {
        if (arrived[part]?.[name] !== given[name]) replaced.push(`${idOf(endpoint)} ${part}.${name}`)
      }
    }
    expect(replaced).toEqual([])
  }, 120_000)

  it('gets nothing from a client without defaults but its merchant id', async () => {
    for (const endpoint of filled) {
      const own = ownFieldsOf(endpoint, undefined)
      const wxpay = rig.clientFor(endpoint.template)
      const arrived = await sent(endpoint, wxpay, requestWith(endpoint, own, {}))
      for (const [part, name] of own) expect(arrived[part], idOf(endpoint)).not.toHaveProperty(name)
    }
  }, 120_000)
})

const order = { description: 'd', out_trade_no: '1217752501201407', amount: { total: 1 } }
const ORDERS = 'v3/pay/transactions/native'
const mchid = (): string => rig.emulator.merchant.mchid
const arrived = () => rig.emulator.requests.at(-1)
const bodyOf = (): Fields => JSON.parse(arrived()?.body ?? '')
const ignored = (): undefined => undefined

describe('what is filled in', () => {
  it('makes the query of an order, and the body that closes it', async () => {
    const out_trade_no = 'ORDER-1'
    await rig.client({ defaults })[ORDERS].post({ json: { ...order, out_trade_no } as never })
    const orders = rig.wxpay.v3.pay.transactions.outTradeNo._out_trade_no_
    const { data } = await orders.get({ out_trade_no })
    expect(data).toMatchObject({ out_trade_no, appid: defaults.appid, mchid: mchid() })
    expect(arrived()?.query).toEqual({ mchid: mchid() })
    const { status } = await orders.close.post({ out_trade_no })
    expect(status).toBe(204)
    expect(arrived()?.body).toBe(`{"mchid":"${mchid()}"}`)
  })

  it('stands in the URL of a GET, with an id in the path as well, and in every page of a list', async () => {
    const { v3 } = rig.wxpay
    expect(rig.wxpay.chain('v3/pay/transactions/id/4200001').url()).toMatch(/\/id\/4200001\?mchid=\d+$/)
    await rig.wxpay.chain('v3/pay/transactions/out-trade-no/PS17a').get().catch(ignored)
    expect(arrived()?.query).toEqual({ mchid: mchid() })
    const query = { out_trade_no: '1', count: 1 } as never
    for await (const refund of paginate(v3.refunds, { query, retry: false })) {
      expect(refund).toBeDefined()
      break
    }
    expect(arrived()?.query).toMatchObject({ mchid: mchid() })
  })

  it('stands in the signed URL of a redirect', () => {
    const url = rig.client({ defaults }).v2.papay.entrustweb.url({ query: { plan_id: '1' } as never })
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ ...defaults, mch_id: mchid() })
  })

  it('goes through the axios instance of the client as well', async () => {
    const wxpay = rig.client({ defaults })
    expect(wxpay.client.v3).toBeDefined()
    await wxpay[ORDERS].post({ json: order as never })
    expect(bodyOf()).toEqual({ ...order, mchid: mchid(), ...defaults })
  })

  it('is what a check of the request sees', async () => {
    const wxpay = rig.client({ defaults, validate: true })
    await wxpay[ORDERS].post({ json: { ...order, out_trade_no: 'ORDER-2' } as never })
    await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({ out_trade_no: 'ORDER-2' })
    const xml = { ...order, body: 'b', total_fee: 1, spbill_create_ip: '127.0.0.1', trade_type: 'NATIVE' }
    const { amount: _, description: __, ...rest } = { ...xml, out_trade_no: 'ORDER-3' }
    await wxpay.v2.pay.unifiedorder.post({ xml: rest as never })
    await expect(rig.client({ validate: true })[ORDERS].post({ json: order as never })).rejects.toThrow(
      /json\.(appid|notify_url)/,
    )
  })

  it('is the partner where the request is about another merchant, and else the merchant', async () => {
    const wxpay = rig.client({ defaults })
    const path = 'v3/global/refunds/id/{refund_id}'
    const queryWith = async (query: object): Promise<unknown> => {
      await wxpay[path].get({ refund_id: '1', query, retry: false } as never).catch(ignored)
      return arrived()?.query
    }
    expect(await queryWith({})).toEqual({ mchid: mchid() })
    expect(await queryWith({ sub_mchid: '190' })).toEqual({ sub_mchid: '190', sp_mchid: mchid() })
    expect(await queryWith({ sp_mchid: '180' })).toEqual({ sp_mchid: '180' })
  })

  it('is not the id of somebody else, however its field is called', async () => {
    const json = { company_name: 'c' } as never
    await rig.client({ defaults })['v3/taxi-invoice/taxi/update-taxi'].post({ json }).catch(ignored)
    expect(bodyOf()).toEqual({ company_name: 'c' })
  })

  it('is the app that an openid belongs to', async () => {
    const wxpay = rig.client({ defaults })
    const sentTo = async (json: object): Promise<unknown> => {
      await wxpay['v3/partner-transfer/batches'].post({ json, retry: false } as never).catch(ignored)
      return bodyOf()
    }
    const payout = { sub_mchid: '1900000110', out_batch_no: '1' }
    const own = { ...payout, authorization_type: 'FUND_AUTHORIZATION_TYPE' }
    expect(await sentTo(own)).toEqual({ ...own, sp_appid: defaults.appid })
    const theirs = { ...payout, authorization_type: 'INFORMATION_AUTHORIZATION_TYPE', sub_appid: 'wx2' }
    expect(await sentTo(theirs)).toEqual(theirs)
    const queryWith = async (query: object): Promise<unknown> => {
      await wxpay['v3/gov/subsidy/qualification'].get({ query, retry: false } as never).catch(ignored)
      return arrived()?.query
    }
    expect(await queryWith({ openid: 'o1' })).toEqual({ openid: 'o1', appid: defaults.appid })
    expect(await queryWith({ appliance_id: 1 })).toEqual({ appliance_id: '1' })
  })

  it('is no item of a list', async () => {
    const path = 'v3/abnormal-fund-processing/receipts/{receipt_id}/transfer-instructions'
    const request = { receipt_id: '1', json: { out_instruction_no: '1' } } as never
    await rig.client({ defaults })[path].post(request).catch(ignored)
    expect(bodyOf()).toEqual({ out_instruction_no: '1', notify_url: defaults.notify_url })
  })

  it.each<[string, object, object]>([
    ['null', { mchid: null, notify_url: null }, { appid: defaults.appid, mchid: null, notify_url: null }],
    ['empty', { appid: '', mchid: '' }, { ...defaults, appid: '', mchid: '' }],
  ])('takes the place of nothing that is %s', async (_, json, expected) => {
    await rig
      .client({ defaults })
      [ORDERS].post({ json: { ...order, ...json } as never })
      .catch(ignored)
    expect(bodyOf()).toEqual({ ...order, ...expected })
  })

  it('is not added to a body that is text already', async () => {
    await rig
      .client({ defaults })
      [ORDERS].post({ json: JSON.stringify(order) as never })
      .catch(ignored)
    expect(arrived()?.body).toBe(JSON.stringify(order))
  })

  it('is added to nothing where the endpoint is not documented', async () => {
    const wxpay = rig.client({ defaults })
    await wxpay
      .chain('v3/no/such/endpoint')
      .post({ json: { a: 1 } })
      .catch(ignored)
    expect(arrived()?.body).toBe('{"a":1}')
  })

  it('goes with a client of APIv2 alone, too', async () => {
    const { baseURL, secret } = rig.emulator.merchant
    const wxpay = new Wechatpay({ mchid: mchid(), secret: secret as string, baseURL, defaults } as never)
    await wxpay.v2.pay.orderquery.post({ xml: { out_trade_no: '1' } as never }).catch(ignored)
    expect(arrived()).toMatchObject({ verified: true, body: expect.stringContaining(defaults.appid) })
    wxpay.close()
  })

  it('changes nothing else: neither the order of fields, nor the objects of the caller', async () => {
    const wxpay = rig.client({ defaults })
    const names = fc.stringMatching(/^[a-z_]{1,8}$/)
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), async (fields) => {
        const json = deepFreeze({ ...fields, out_trade_no: '1' })
        await wxpay[ORDERS].post(Object.freeze({ json }) as never).catch(ignored)
        const missing = Object.entries({ mchid: mchid(), ...defaults }).filter(([name]) => !(name in fields))
        const names = ['mchid', 'appid', 'notify_url']
        const added = Object.fromEntries(missing.sort(([a], [b]) => names.indexOf(a) - names.indexOf(b)))
        expect(arrived()).toMatchObject({ verified: true, body: JSON.stringify({ ...json, ...added }) })
      }),
      { numRuns: 60 },
    )
  })
})

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
