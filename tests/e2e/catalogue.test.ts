import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../catalog/model.js'
import { requestOf, Source } from '../../catalog/requests.js'
import { lookup } from '../../lib/catalog/lookup.js'
import { isList } from '../../lib/catalog/schema.js'
import { percentEncode } from '../../lib/chain/template.js'
import { ApiError, sensitive, type Wechatpay } from '../../lib/index.js'
import { endpointParts, fieldsBelow, typeName } from '../catalog/fields.js'
import { repositoryCatalogue } from '../catalog/loaded.js'
import { type Rig, startRig } from './client.js'

const { endpoints: all } = repositoryCatalogue
const endpoints = all.filter(({ api }) => api === 'v3')

/**
 * What the emulator refuses of documented requests, and with which code: what they are about was never made, or not
 * brought that far, or the samples of several endpoints have one number. That a parameter is wrong, or a signature, is
 * never among them.
 */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  INVALID_ORDER_STATE: [
    'post v3/payscore/serviceorder/{out_order_no}/complete',
    'post v3/payscore/serviceorder/{out_order_no}/modify',
    'post v3/payscore/serviceorder/{out_order_no}/sync',
  ],
  NOT_FOUND: [
    'get v3/fund-app/mch-transfer/transfer-bills/transfer-bill-no/{transfer_bill_no}',
    'get v3/transfer/batches/batch-id/{batch_id}',
    'get v3/transfer/batches/batch-id/{batch_id}/details/detail-id/{detail_id}',
  ],
  ORDER_CLOSED: [
    'post v3/pay/transactions/app',
    'post v3/pay/transactions/codepay',
    'post v3/pay/transactions/h5',
    'post v3/pay/transactions/jsapi',
    'post v3/pay/transactions/native',
  ],
  ORDER_NOT_EXIST: [
    'get v3/combine-transactions/id/{combine_transaction_id}',
    'get v3/pay/partner/transactions/id/{transaction_id}',
    'get v3/pay/transactions/id/{transaction_id}',
    'get v3/pay/transactions/out-trade-no/{out_trade_no}',
    'post v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse',
    'post v3/pay/transactions/out-trade-no/{out_trade_no}/close',
    'post v3/pay/transactions/out-trade-no/{out_trade_no}/reverse',
    'get v3/payscore/serviceorder',
    'post v3/payscore/serviceorder/{out_order_no}/cancel',
    'post v3/payscore/serviceorder/{out_order_no}/pay',
  ],
  OUT_TRADE_NO_USED: [
    'post v3/combine-transactions/h5',
    'post v3/combine-transactions/jsapi',
    'post v3/combine-transactions/native',
    'post v3/pay/partner/transactions/codepay',
    'post v3/pay/partner/transactions/h5',
    'post v3/pay/partner/transactions/jsapi',
    'post v3/pay/partner/transactions/native',
  ],
  RESOURCE_NOT_EXISTS: [
    'get v3/merchant-service/complaint-notifications',
    'get v3/merchant-service/complaints-v2/{complaint_id}',
    'post v3/merchant-service/complaints-v2/{complaint_id}/complete',
    'get v3/merchant-service/complaints-v2/{complaint_id}/negotiation-historys',
    'post v3/merchant-service/complaints-v2/{complaint_id}/response',
    'get v3/marketing/membercard-open/cards/{card_id}/codes/{code}',
    'post v3/marketing/membercard-open/cards/{card_id}/codes/{code}/unavailable',
    'post v3/refund/domestic/refunds',
    'post v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund',
    'get v3/refund/domestic/refunds/{out_refund_no}',
    'post v3/profitsharing/orders',
    'post v3/profitsharing/orders/unfreeze',
    'get v3/profitsharing/orders/{out_order_no}',
    'post v3/profitsharing/return-orders',
    'get v3/profitsharing/return-orders/{out_return_no}',
    'get v3/profitsharing/transactions/{transaction_id}/amounts',
  ],
}

interface AnyNode {
  readonly [name: string]: AnyNode & ((request: unknown) => Promise<unknown>)
}

const SPELLINGS: Readonly<Record<string, (wxpay: Wechatpay, template: string) => AnyNode>> = {
  property: (wxpay, template) =>
    template
      .split('/')
      .map((segment) => segment.replace(/^\{(.+)\}$/, '_$1_'))
      .map((segment) => segment.replace(/-([a-z\d])/g, (_, letter: string) => letter.toUpperCase()))
      .reduce((node, name) => node[name] as AnyNode, wxpay as unknown as AnyNode),
  chain: (wxpay, template) => wxpay.chain(template) as unknown as AnyNode,
  bracket: (wxpay, template) => (wxpay as unknown as AnyNode)[template] as AnyNode,
}

const SECRET = '张三 13800000000'
const FILE = Buffer.from('%PDF-1.4')

/** The catalogue's request with its secrets and files in place. */
function materialize(value: unknown): unknown {
  if (value instanceof Source) return value.text === 'file' ? FILE : sensitive(SECRET)
  if (Array.isArray(value)) return value.map(materialize)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, materialize(item)]))
}

/** What must arrive: a 2048-bit RSA ciphertext wherever the catalogue says so, everything else as it was. */
function expected(value: unknown): unknown {
  if (value instanceof Source) return expect.stringMatching(/^[A-Za-z0-9+/]{342}==$/)
  if (Array.isArray(value)) return value.map(expected)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, expected(item)]))
}

function wirePath(endpoint: Endpoint, request: Readonly<Record<string, unknown>>): string {
  const prefix = endpoint.prefix ? `${endpoint.prefix}/` : ''
  const template = endpoint.wire ?? `${prefix}${endpoint.template}`
  return `/${template.replace(/\{(\w+)\}/g, (_, name: string) => percentEncode(String(request[name])))}`
}

/** A value of a query, as text; a list of one looks like its item. */
function inQuery(value: unknown): unknown {
  if (value instanceof Source) return expected(value)
  return Array.isArray(value) && value.length > 1 ? value.map(String) : String(value)
}

/** What is the merchant's own, wherever a sample has somebody else's. */
const OWN_IDS = ['mchid', 'sp_mchid']

/**
 * The documented sample as this merchant would send it: with its own ids and without the serial of a real key or the
 * digest of another file; a placeholder that was left empty is filled.
 */
function sampleOf(endpoint: Endpoint, mchid: string): Readonly<Record<string, unknown>> {
  const { headers, ...request } = withoutDigest(endpoint, requestOf(endpoint))
  const { 'Wechatpay-Serial': _, ...others } = (headers ?? {}) as Record<string, unknown>
  const values = Object.keys(endpoint.path ?? {}).map((name) => [
    name,
    request[name] === '' ? 'x' : request[name],
  ])
  const bodies = (['json', 'query'] as const).map((name) => [name, withOwnIds(request[name], mchid)])
  return {
    ...request,
    ...Object.fromEntries(values),
    ...Object.fromEntries(bodies.filter(([, value]) => value !== undefined)),
    ...(Object.keys(others).length > 0 && { headers: others }),
  }
}

function withOwnIds(body: unknown, mchid: string): unknown {
  if (typeof body !== 'object' || body === null) return body
  const own = OWN_IDS.filter((name) => name in body).map((name) => [name, mchid])
  return { ...body, ...Object.fromEntries(own) }
}

/** The digest of the documentation's sample is that of another file; the client knows ours. */
function withoutDigest(
  { template, verb }: Endpoint,
  request: Record<string, unknown>,
): Record<string, unknown> {
  const { upload } = lookup(template, verb) ?? {}
  const { multipart, ...others } = request as { multipart?: { meta?: Record<string, unknown> } }
  if (!upload?.digest || !multipart?.meta) return request
  const { [upload.digest]: _, ...meta } = multipart.meta
  return { ...others, multipart: { ...multipart, meta } }
}

/** Sends a documented request and looks at what arrives; the code of the refusal, if it is refused. */
async function roundTrip(
  endpoint: Endpoint,
  { emulator, clientFor }: Rig,
  spell: (wxpay: Wechatpay, template: string) => AnyNode,
): Promise<string | undefined> {
  const request = sampleOf(endpoint, emulator.merchant.mchid)
  emulator.requests.length = 0
  const call = spell(clientFor(endpoint.template), endpoint.template)[endpoint.verb]
  let refusal: string | undefined
  await call?.({ ...(materialize(request) as object), retry: false }).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error
    refusal = error.code
  })
  const [arrived] = emulator.requests
  const query = Object.entries((request.query ?? {}) as object)
  expect(arrived).toMatchObject({
    method: endpoint.verb.toUpperCase(),
    path: wirePath(endpoint, request),
    verified: true,
  })
  expect(arrived?.query).toEqual(Object.fromEntries(query.map(([name, value]) => [name, inQuery(value)])))
  if (request.json !== undefined) expect(JSON.parse(arrived?.body ?? '')).toEqual(expected(request.json))
  else if (request.multipart === undefined) expect(arrived?.body).toBe('')
  const isUnsigned = !refusal && lookup(endpoint.template, endpoint.verb)?.unsigned === true
  expect('Wechatpay-Signature' in (arrived?.answer?.headers ?? {})).toBe(!isUnsigned)
  return refusal
}

/** Whether the catalogue has an encrypted field, or a list of such, in one of these parts. */
function hasEncrypted(endpoint: Endpoint, parts: readonly string[]): boolean {
  const fields = endpointParts(endpoint).flatMap(({ shape, at }) => {
    return parts.includes(at) ? [...fieldsBelow(shape, at)] : []
  })
  return fields.some(({ shape }) => typeName(isList(shape) ? shape[0] : shape) === 'encrypted')
}

const sorted = (lists: Readonly<Record<string, readonly string[]>>): object =>
  Object.fromEntries(Object.entries(lists).map(([code, ids]) => [code, [...ids].sort()]))

const idOf = ({ verb, template }: Endpoint): string => `${verb} ${template}`

// A gateway of their own each, so that all of them find the same.
describe.each(Object.entries(SPELLINGS))(
  'every documented endpoint of APIv3, spelled as %s',
  (spelling, spell) => {
    const rig = startRig({ platform: { mode: 'switching', probes: 0 } })

    it('gets its documented request, signed and whole, and takes it', async () => {
      const failures: string[] = []
      const refused: Record<string, string[]> = {}
      for (const endpoint of endpoints) {
        const refusal = await roundTrip(endpoint, rig, spell).catch((error: Error) => {
          failures.push(`${idOf(endpoint)}: ${error.message}`)
        })
        if (refusal) refused[refusal] = [...(refused[refusal] ?? []), idOf(endpoint)]
      }
      console.info(
        `${endpoints.length - failures.length} of ${endpoints.length} endpoints arrive as documented (${spelling}), ` +
          `${Object.values(refused).flat().length} of them to be refused for what was not made before`,
      )
      expect(failures).toEqual([])
      expect(sorted(refused)).toEqual(sorted(REFUSED))
    }, 180_000)
  },
)

describe('every endpoint that takes encrypted fields', () => {
  const rig = startRig()
  const encrypting = endpoints.filter(({ template, verb }) => lookup(template, verb)?.encrypts?.length)

  it('names the key they are encrypted for', async () => {
    const { merchant, brand, requests } = rig.emulator
    for (const endpoint of encrypting) {
      const { certs } = endpoint.modes?.includes('brand') ? brand : merchant
      const [serial] = Object.keys(certs)
      requests.length = 0
      const request = materialize(sampleOf(endpoint, merchant.mchid)) as object
      await rig
        .clientFor(endpoint.template)
        .chain(endpoint.template)
        [endpoint.verb]({ ...request, retry: false })
        .catch(() => undefined)
      expect(requests[0]?.headers['wechatpay-serial'], endpoint.template).toBe(serial)
    }
    console.info(`${encrypting.length} endpoints of APIv3 take encrypted fields`)
    expect(encrypting.filter(({ modes }) => modes?.includes('brand')).length).toBeGreaterThan(0)
  }, 60_000)

  it('is known at run time', () => {
    const documented = endpoints.filter((one) => hasEncrypted(one, ['json', 'query', 'multipart']))
    expect(documented).not.toEqual([])
    expect(encrypting.map(idOf)).toEqual(documented.map(idOf))
  })
})

describe('every endpoint that answers with encrypted fields', () => {
  const rig = startRig()
  const CIPHERTEXT = /"[A-Za-z0-9+/]{342}=="/
  /** They have a life of their own in the emulator, and tests of their own. */
  const STATEFUL =
    /^v3\/(merchant-service\/complaints-v2|fund-app\/mch-transfer\/transfer-bills\/|transfer\/batches\/)/
  const known = endpoints.filter(({ template, verb }) => lookup(template, verb)?.decrypts?.length)
  const decrypting = known.filter(({ template }) => !STATEFUL.test(template))

  it('is known at run time', () => {
    const documented = endpoints.filter((one) => hasEncrypted(one, ['response']))
    expect(known.map(idOf)).toEqual(documented.map(idOf))
  })

  it('gives them in clear when asked to', async () => {
    const failures: string[] = []
    for (const endpoint of decrypting) {
      const sample = materialize(sampleOf(endpoint, rig.emulator.merchant.mchid))
      const request = { ...(sample as object), retry: false }
      const call = (options: object) =>
        rig
          .clientFor(endpoint.template)
          .chain(endpoint.template)
          [endpoint.verb]({ ...request, ...options })
      try {
        const kept = JSON.stringify((await call({})).data)
        const opened = JSON.stringify((await call({ decrypt: true })).data)
        if (!CIPHERTEXT.test(kept) || CIPHERTEXT.test(opened)) failures.push(endpoint.template)
      } catch (error) {
        failures.push(`${endpoint.template}: ${(error as Error).message}`)
      }
    }
    console.info(`${decrypting.length - failures.length} of ${decrypting.length} endpoints answer in clear`)
    expect(failures).toEqual([])
  }, 60_000)
})

describe('every endpoint of a brand', () => {
  const rig = startRig()
  const brands = endpoints.filter(({ modes }) => modes?.includes('brand'))

  it('is one under /brand/', () => {
    expect(brands).not.toEqual([])
    expect(brands).toEqual(endpoints.filter(({ template }) => template.startsWith('brand/')))
  })

  it('is answered under the key of the brand, and by no merchant', async () => {
    const [serial] = Object.keys(rig.emulator.brand.certs)
    for (const endpoint of brands) {
      const sample = materialize(sampleOf(endpoint, rig.emulator.merchant.mchid))
      const request = { ...(sample as object), retry: false }
      const call = (wxpay: Wechatpay) => wxpay.chain(endpoint.template)[endpoint.verb](request)
      const { status, headers } = await call(rig.clientFor(endpoint.template))
      expect([endpoint.template, status >= 200 && status < 300, headers['wechatpay-serial']]).toEqual([
        endpoint.template,
        true,
        serial,
      ])
      rig.emulator.requests.length = 0
      await expect(call(rig.wxpay)).rejects.toThrow('brandId, serial, privateKey, certs, brandApiKey')
      expect(rig.emulator.requests).toEqual([])
    }
    console.info(`${brands.length} endpoints of a brand are answered`)
  }, 60_000)
})
