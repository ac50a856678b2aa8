import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../catalog/load.js'
import type { Endpoint } from '../../catalog/model.js'
import { percentEncode } from '../../lib/chain/percent.js'
import { ApiError, sensitive, type Wechatpay } from '../../lib/index.js'
import { lookup } from '../../lib/routes/lookup.js'
import { requestOf, Source } from '../types/catalogue/requests.js'
import { startRig } from './client.js'

const rig = startRig()

const endpoints = loadCatalogue(join(import.meta.dirname, '../..')).endpoints.filter(
  ({ api }) => api === 'v3',
)

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

/** The documented sample, save for what no gateway could accept: a placeholder left empty, the serial of a real key. */
function sampleOf(endpoint: Endpoint): Readonly<Record<string, unknown>> {
  const { headers, ...request } = requestOf(endpoint)
  const { 'Wechatpay-Serial': _, ...others } = (headers ?? {}) as Record<string, unknown>
  const values = Object.keys(endpoint.path ?? {}).map((name) => [
    name,
    request[name] === '' ? 'x' : request[name],
  ])
  return {
    ...request,
    ...Object.fromEntries(values),
    ...(Object.keys(others).length > 0 && { headers: others }),
  }
}

async function roundTrip(
  endpoint: Endpoint,
  spell: (wxpay: Wechatpay, template: string) => AnyNode,
): Promise<void> {
  const request = sampleOf(endpoint)
  rig.emulator.requests.length = 0
  const call = spell(rig.clientFor(endpoint.template), endpoint.template)[endpoint.verb]
  await call?.({ ...(materialize(request) as object), retry: false }).catch((error: unknown) => {
    // An order that does not exist is none of this test's business.
    if (!(error instanceof ApiError)) throw error
  })
  const [arrived] = rig.emulator.requests
  const query = Object.entries((request.query ?? {}) as object)
  expect(arrived).toMatchObject({
    method: endpoint.verb.toUpperCase(),
    path: wirePath(endpoint, request),
    verified: true,
  })
  expect(arrived?.query).toEqual(Object.fromEntries(query.map(([name, value]) => [name, inQuery(value)])))
  if (request.json !== undefined) expect(JSON.parse(arrived?.body ?? '')).toEqual(expected(request.json))
  else if (request.multipart === undefined) expect(arrived?.body).toBe('')
}

describe('every documented endpoint of APIv3', () => {
  it('is there, those of a brand among them', () => {
    const isBrands = ({ template }: Endpoint): boolean => template.startsWith('brand/')
    expect(endpoints.filter(isBrands).map(({ modes }) => modes)).toEqual(
      endpoints.filter(({ modes }) => modes?.includes('brand')).map(() => ['brand']),
    )
    expect(endpoints.filter(isBrands).length).toBeGreaterThan(0)
    expect(endpoints.filter((endpoint) => !isBrands(endpoint)).length).toBeGreaterThan(0)
  })

  it.each(Object.entries(SPELLINGS))(
    'gets its documented request, signed and whole, in the spelling %s',
    async (spelling, spell) => {
      const failures: string[] = []
      for (const endpoint of endpoints) {
        await roundTrip(endpoint, spell).catch((error: Error) => {
          failures.push(`${endpoint.verb} ${endpoint.template}: ${error.message}`)
        })
      }
      console.info(
        `${endpoints.length - failures.length} of ${endpoints.length} endpoints arrive as documented (${spelling})`,
      )
      expect(failures).toEqual([])
    },
    180_000,
  )
})

describe('every endpoint that takes encrypted fields', () => {
  const encrypting = endpoints.filter(({ template, verb }) => lookup(template, verb)?.encrypts?.length)
  it('names the key they are encrypted for', async () => {
    for (const endpoint of encrypting) {
      const { certs } = endpoint.modes?.includes('brand') ? rig.emulator.brand : rig.emulator.merchant
      const [serial] = Object.keys(certs)
      rig.emulator.requests.length = 0
      const request = materialize(sampleOf(endpoint)) as object
      await rig
        .clientFor(endpoint.template)
        .chain(endpoint.template)
        [endpoint.verb]({ ...request, retry: false })
        .catch(() => undefined)
      expect(rig.emulator.requests[0]?.headers['wechatpay-serial'], endpoint.template).toBe(serial)
    }
    // Two more, of APIv2, encrypt with keys of their own before the call.
    console.info(`${encrypting.length} endpoints of APIv3 take encrypted fields`)
    expect(encrypting.filter(({ modes }) => modes?.includes('brand')).length).toBeGreaterThan(0)
  }, 60_000)
})

/** The digest of the documentation's sample is that of another file; the client knows ours. */
function withoutDigest({ template, verb }: Endpoint, request: unknown): object {
  const { upload } = lookup(template, verb) ?? {}
  const { multipart, ...others } = request as { multipart?: { meta?: Record<string, unknown> } }
  if (!upload?.digest || !multipart?.meta) return request as object
  const { [upload.digest]: _, ...meta } = multipart.meta
  return { ...others, multipart: { ...multipart, meta } }
}

describe('every endpoint that answers with encrypted fields', () => {
  const CIPHERTEXT = /"[A-Za-z0-9+/]{342}=="/
  /** They have a life of their own in the emulator, and tests of their own. */
  const STATEFUL =
    /^v3\/(merchant-service\/complaints-v2|fund-app\/mch-transfer\/transfer-bills\/|transfer\/batches\/)/
  const decrypting = endpoints.filter(({ template, verb }) => {
    return lookup(template, verb)?.decrypts?.length && !STATEFUL.test(template)
  })

  it('gives them in clear when asked to', async () => {
    const failures: string[] = []
    for (const endpoint of decrypting) {
      const request = { ...withoutDigest(endpoint, materialize(sampleOf(endpoint))), retry: false }
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
  const brands = endpoints.filter(({ modes }) => modes?.includes('brand'))

  it('is answered under the key of the brand, and by no merchant', async () => {
    const [serial] = Object.keys(rig.emulator.brand.certs)
    for (const endpoint of brands) {
      const request = { ...withoutDigest(endpoint, materialize(sampleOf(endpoint))), retry: false }
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
