import { generateKeyPairSync, sign } from 'node:crypto'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { createEmulator } from '../../lib/emulator/index.js'
import { type MerchantOptions, Wechatpay } from '../../lib/index.js'
import { pem } from '../openssl.js'

const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const servers: Server[] = []
const clients: Wechatpay[] = []
afterAll(() => {
  for (const wxpay of clients) wxpay.close()
  for (const server of servers) server.closeAllConnections()
  for (const server of servers) server.close()
})

type Answer = (response: ServerResponse, request: IncomingMessage) => void

async function gateway(answer: Answer): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => answer(response, request))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function client(baseURL: string, options?: Partial<MerchantOptions>): Wechatpay {
  const wxpay = new Wechatpay({
    mchid: '1900000109',
    serial: 'AA',
    privateKey: merchant.privateKey,
    certs: { PUB_KEY_ID_1: pem(platform.publicKey) },
    baseURL,
    ...options,
  })
  clients.push(wxpay)
  return wxpay
}

/** The headers of a genuine answer. */
function genuine(body: string, at = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const message = `${timestamp}\nnonce\n${body}\n`
  return {
    'Wechatpay-Serial': 'PUB_KEY_ID_1',
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': 'nonce',
    'Wechatpay-Signature': sign('RSA-SHA256', Buffer.from(message), platform.privateKey).toString('base64'),
  }
}

const ask = async (answer: Answer, options?: Partial<MerchantOptions>) => {
  const { url } = await gateway(answer)
  return client(url, options)
    .v3.certificates.get({ retry: false })
    .then(
      ({ data }) => data,
      (reason: unknown) => reason,
    )
}

describe('a genuine answer', () => {
  it('of another content type is what it says', async () => {
    const answer: Answer = (response) =>
      response.writeHead(200, { 'Content-Type': 'text/html', ...genuine('{"data":[]}') }).end('{"data":[]}')
    expect(await ask(answer)).toEqual({ data: [] })
  })

  it('that is empty where an object is documented is an error', async () => {
    const answer: Answer = (response) => response.writeHead(200, genuine('')).end()
    expect(await ask(answer)).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
  })

  it('of status 202 that says the user is paying is no success', async () => {
    const body = '{"code":"USERPAYING","message":"支付中"}'
    const { url } = await gateway((response) => response.writeHead(202, genuine(body)).end(body))
    await expect(
      client(url)
        .chain('v3/pay/transactions/codepay')
        .post({ json: {} as never }),
    ).rejects.toMatchObject({
      name: 'ApiError',
      code: 'USERPAYING',
      mayHaveHappened: true,
    })
  })

  it.each([200, 201, 204])('of status %i that is empty leaves an order open', async (status) => {
    const { url } = await gateway((response) => response.writeHead(status, genuine('')).end())
    const order = client(url)
      .chain('v3/pay/transactions/jsapi')
      .post({ json: {} as never })
    await expect(order).rejects.toMatchObject({
      code: 'ANSWER_INVALID',
      mayHaveHappened: true,
      message: expect.stringContaining('never pay again under another number'),
      response: { status, headers: { 'wechatpay-serial': 'PUB_KEY_ID_1' } },
    })
  })

  it('that is no JSON is an error', async () => {
    const answer: Answer = (response) => response.writeHead(200, genuine('<html>')).end('<html>')
    expect(await ask(answer)).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
  })

  it.each(['null', '"ok"', '1', '[]'])(
    'that is %s where an object is documented is an error',
    async (body) => {
      const answer: Answer = (response) => response.writeHead(200, genuine(body)).end(body)
      const error = await ask(answer)
      expect(error).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
      expect(String(error)).toContain(`the answer is ${body} where an object is documented`)
    },
  )

  it('with a byte order mark is read', async () => {
    const body = '\uFEFF{"data":[]}'
    const answer: Answer = (response) => response.writeHead(200, genuine(body)).end(body)
    expect(await ask(answer)).toEqual({ data: [] })
  })

  it('after an interim 100 Continue, whole or in pieces, is read', async () => {
    const interim = 'HTTP/1.1 100 Continue\r\nX-Proxy: 1\r\n\r\n'
    for (const pieces of [[interim], [interim + interim], ['HTT', interim.slice(3, 20), interim.slice(20)]]) {
      const answer: Answer = async (response) => {
        const body = '{"data":[]}'
        const { socket } = response
        for (const piece of pieces) {
          await new Promise<unknown>((resolve) => socket?.write(piece, resolve))
          await new Promise((resolve) => setImmediate(resolve))
        }
        response.writeHead(200, genuine(body)).end(body)
      }
      const { url } = await gateway(answer)
      const wxpay = client(url)
      // The connection is used again.
      for (let call = 0; call < 3; call++) {
        expect((await wxpay.v3.certificates.get({ retry: false })).data).toEqual({ data: [] })
      }
    }
  })

  it('of ten minutes ago is taken for a replay, with both times', async () => {
    const answer: Answer = (response) =>
      response.writeHead(200, genuine('{}', Date.now() - 600_000)).end('{}')
    const error = await ask(answer)
    expect(error).toMatchObject({ name: 'VerificationError', code: 'TIMESTAMP_INVALID' })
    expect(String(error)).toMatch(
      /clock skew, or an old answer replayed: it was signed at 20\S+Z, and it is 20\S+Z here/,
    )
  })

  it('with a header twice is refused', async () => {
    const answer: Answer = (response) => {
      for (const [name, value] of Object.entries(genuine('{}'))) response.setHeader(name, value)
      response.appendHeader('Wechatpay-Serial', 'PUB_KEY_ID_2')
      response.end('{}')
    }
    expect(await ask(answer)).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
  })

  it('that unpacks without end is given up', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const answer: Answer = (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb)
    expect(await ask(answer)).toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
  })
})

describe('a connection', () => {
  it('that is reset after the headers is a NetworkError', async () => {
    const answer: Answer = (response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{"data"', () => response.destroy())
    }
    expect(await ask(answer)).toMatchObject({ name: 'NetworkError', code: 'CONNECTION_FAILED' })
  })

  it('to a name that does not exist never left, so it may be retried', async () => {
    const wxpay = client('https://no-such-host.invalid')
    const error = await wxpay.v3.pay.transactions.native
      .post({ json: {} as never, retry: false })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'NetworkError', code: 'CONNECTION_FAILED', retryable: true })
  })

  it('to a gateway whose certificate nobody vouches for is a NetworkError', async () => {
    const emulator = await createEmulator({ https: true })
    const { ca: _, ...unknown } = emulator.merchant
    const wxpay = new Wechatpay(unknown)
    const order = wxpay.chain('v3/pay/transactions/jsapi').post({ json: {} as never })
    await expect(order).rejects.toMatchObject({
      name: 'NetworkError',
      message: expect.stringMatching(/Nothing was sent: .*certificate.*`ca`$/),
      mayHaveHappened: false,
    })
    wxpay.close()
    await emulator.close()
  })

  it('through a proxy carries the same signature', async () => {
    const seen: string[] = []
    const { url } = await gateway((response) =>
      response.writeHead(200, genuine('{"data":[]}')).end('{"data":[]}'),
    )
    const proxy = await gateway((response, request) => {
      seen.push(String(request.url))
      const forward = httpRequest(String(request.url), { headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      forward.end()
    })
    const { port } = new URL(proxy.url)
    const wxpay = client(url, { proxy: { protocol: 'http', host: '127.0.0.1', port: Number(port) } })
    expect((await wxpay.v3.certificates.get()).data).toEqual({ data: [] })
    expect(seen).toEqual([`${url}/v3/certificates`])
  })

  it('through a proxy of the environment logs in with its password, decoded', async () => {
    const seen: (string | undefined)[] = []
    const { url } = await gateway((response, request) => {
      seen.push(request.headers['proxy-authorization'])
      response.writeHead(200, genuine('{"data":[]}')).end('{"data":[]}')
    })
    process.env.http_proxy = url.replace('//', '//us%3Aer:p%40ss@')
    try {
      // The gateway is its own proxy.
      await client(url).v3.certificates.get()
    } finally {
      process.env.http_proxy = undefined
      delete process.env.http_proxy
    }
    expect(seen).toEqual([`Basic ${Buffer.from('us:er:p@ss').toString('base64')}`])
  })

  it('to a proxy that wants a password sends nothing', async () => {
    const { url } = await gateway((response) => response.writeHead(407).end())
    process.env.http_proxy = url.replace('http://', '')
    const order = client(url)
      .chain('v3/pay/transactions/jsapi')
      .post({ json: {} as never })
    const error = await order.catch((reason: unknown) => reason)
    delete process.env.http_proxy
    expect(error).toMatchObject({ name: 'NetworkError', mayHaveHappened: false })
    expect(String(error)).toContain('the proxy asks for a user and a password')
  })

  it('to a proxy that is none of HTTP is refused by name', async () => {
    process.env.http_proxy = 'socks5://127.0.0.1:1'
    const error = await client('http://127.0.0.1:9')
      .v3.certificates.get()
      .catch((reason: unknown) => reason)
    delete process.env.http_proxy
    expect(error).toMatchObject({ name: 'RequestError', message: expect.stringContaining('HTTPS_PROXY') })
  })

  it('is closed with the client, whatever became of its calls', async () => {
    let calls = 0
    const { server, url } = await gateway((response) => {
      calls++
      if (calls % 3 === 0) return response.destroy()
      if (calls % 3 === 1) return response.writeHead(500).end('oops')
      return response.writeHead(200, genuine('{}')).end('{}')
    })
    const wxpay = client(url)
    const started = Array.from({ length: 30 }, () =>
      wxpay.v3.certificates.get({ retry: false, timeout: 1_000 }),
    )
    await Promise.allSettled(started)
    wxpay.close()
    const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
    await expect.poll(open).toBe(0)
  })
})
