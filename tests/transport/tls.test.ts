import { createServer as createProxy } from 'node:http'
import { Agent } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { ConfigError, type MerchantOptions, Wechatpay } from '../../lib/index.js'

let emulator: Emulator
const clients: Wechatpay[] = []

beforeAll(async () => {
  emulator = await createEmulator({ https: true, platform: { mode: 'switching', probes: 0 } })
})
afterEach(() => {
  vi.unstubAllEnvs()
  for (const client of clients.splice(0)) client.close()
})
afterAll(() => emulator.close())

/** A client that trusts Node's authorities alone, to which the gateway's certificate is a stranger's. */
function wary(options: Partial<MerchantOptions> = {}): Wechatpay {
  const { ca: _, ...merchant } = emulator.merchant as MerchantOptions
  const client = new Wechatpay({ ...merchant, ...options })
  clients.push(client)
  return client
}

const bill = { query: { token: 't' } }
const file = Buffer.from('a file')

/** Every way by which a request leaves the process. */
const waysOut: readonly (readonly [string, (options?: Partial<MerchantOptions>) => Promise<unknown>])[] = [
  ['a query', (options) => wary(options).v3.certificates.get({ retry: false })],
  ['an order', (options) => wary(options).v3.pay.transactions.native.post({ json: {} as never })],
  ['a call of APIv2', (options) => wary(options).v2.pay.orderquery.post({ xml: {} as never, retry: false })],
  [
    'a call that shows the client certificate',
    (options) => wary(options).v2.secapi.pay.refund.post({ xml: {} as never, retry: false }),
  ],
  [
    'an upload',
    (options) => wary(options).v3.merchant.media.upload.post({ multipart: { file }, retry: false } as never),
  ],
  [
    'a download that streams',
    (options) => wary(options).v3.billdownload.file.get({ ...bill, responseType: 'stream', retry: false }),
  ],
  ['a call through the axios instance', (options) => wary(options).client.v3.get('v3/certificates')],
  ['the certificates', (options) => wary({ ...options, certs: undefined as never }).certificates.list()],
  ['a bill', async (options) => wary(options).bills.trade({ bill_date: '2024-01-01' })],
]

describe.each(['1', '0'])('with NODE_TLS_REJECT_UNAUTHORIZED=%s', (value) => {
  it.each(waysOut)('%s is not sent to a gateway whose certificate nobody vouches for', async (_, send) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value)
    const before = emulator.requests.length
    const error = await send().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'NetworkError', code: 'CONNECTION_FAILED' })
    expect(String((error as Error).message)).toMatch(/certificate/)
    expect(emulator.requests).toHaveLength(before)
  })

  it.each(waysOut.slice(0, 2))('%s is not sent through a proxy either', async (_, send) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value)
    const proxy = createProxy()
    proxy.on('connect', (request, client) => {
      const [host = '', port] = String(request.url).split(':')
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        client.pipe(upstream).pipe(client)
      })
      for (const socket of [client, upstream]) socket.on('error', () => socket.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    const before = emulator.requests.length
    await expect(send({ proxy: { host: '127.0.0.1', port, protocol: 'http' } })).rejects.toMatchObject({
      name: 'NetworkError',
    })
    expect(emulator.requests).toHaveLength(before)
    proxy.closeAllConnections()
    proxy.close()
  })
})

describe('verification of the gateway’s certificate', () => {
  it('cannot be switched off by an agent', () => {
    expect(() => wary({ httpsAgent: new Agent({ rejectUnauthorized: false }) })).toThrow(ConfigError)
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    expect(() => wary({ httpsAgent: new Agent() })).toThrow(ConfigError)
  })

  it('cannot be switched off by the fetch adapter', () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    expect(() => wary({ adapter: 'fetch' })).toThrow(ConfigError)
  })

  it('passes where `ca` names the authority', async () => {
    const trusting = wary({ ca: (emulator.merchant as MerchantOptions).ca as string })
    expect((await trusting.v3.certificates.get()).status).toBe(200)
  })
})
