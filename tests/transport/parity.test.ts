import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import axios, { AxiosHeaders } from 'axios'
import { afterEach, describe, expect, it } from 'vitest'
import { Clock } from '../../lib/transport/clock.js'
import { createConnections } from '../../lib/transport/wire/connections.js'
import { exchange } from '../../lib/transport/wire/exchange.js'
import { ordinaryRequest } from '../../lib/transport/wire/ordinary.js'

type Config = Partial<InternalAxiosRequestConfig>

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(server: {
  listen(port: number, host: string, ready: () => void): unknown
  address(): unknown
}): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function gateway(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return listen(server)
}

/** A gateway of bytes. */
async function rawGateway(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return listen(server)
}

const configOf = (url: string, { headers, ...more }: Config): InternalAxiosRequestConfig => ({
  url,
  method: 'post',
  data: '{"名":"值"}',
  responseType: 'arraybuffer',
  maxRedirects: 0,
  validateStatus: (status) => status >= 200 && status < 300,
  ...more,
  headers: new AxiosHeaders({ 'Content-Type': 'application/json', 'User-Agent': 'test', ...headers }),
})

const short: AxiosAdapter = async (config) => {
  const request = ordinaryRequest(config)
  if (!request) throw new Error('not an ordinary request')
  const connections = createConnections({ maxSockets: 4 })
  closers.push(connections.destroy)
  return exchange(await connections.wire(), request, config, new Clock())
}

/** What a caller can see of an outcome. */
async function outcome(adapter: AxiosAdapter, config: InternalAxiosRequestConfig): Promise<object> {
  const describeAnswer = (response?: AxiosResponse): object | undefined =>
    response && {
      status: response.status,
      statusText: response.statusText,
      headers: { ...response.headers, date: undefined },
      data: response.data?.toString('hex'),
    }
  try {
    return { answer: describeAnswer(await adapter(config)) }
  } catch (error) {
    const { name, message, code, response, cause } = error as Error & {
      code?: string
      response?: AxiosResponse
      cause?: NodeJS.ErrnoException
    }
    return { name, message, code, answer: describeAnswer(response), syscall: cause?.syscall }
  }
}

/** The outcome of the short way, after seeing that axios' own adapter has the same. */
async function bothWays(url: string, more: () => Config = () => ({})): Promise<object> {
  const own = await outcome(short, configOf(`${url}/v3/x?a=1&b=%2F`, more()))
  const stock = await outcome(axios.getAdapter('http'), configOf(`${url}/v3/x?a=1&b=%2F`, more()))
  expect(own).toEqual(stock)
  return own
}

describe('beside axios’ own adapter, the short way has the same', () => {
  it('request on the wire', async () => {
    const seen: object[] = []
    const url = await gateway(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { method, url: path, headers } = request
      seen.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
      response.end()
    })
    const requests: Config[] = [
      {},
      { data: undefined },
      { data: Buffer.from('bytes') },
      { method: 'get', data: undefined, headers: new AxiosHeaders({ 'X-Many': ['1', '2'] }) },
      { method: 'delete', data: '{"a":1}' },
      {
        method: 'put',
        headers: new AxiosHeaders({ 'X-Off': false, 'X-Number': 1, 'Accept-Encoding': 'br' }),
      },
    ]
    for (const request of requests) await bothWays(url, () => request)
    for (let at = 0; at < seen.length; at += 2) expect(seen[at]).toEqual(seen[at + 1])
    expect(seen).toHaveLength(2 * requests.length)
  })

  it.each([200, 204, 302, 400, 404, 429, 500, 503])('answer of status %i', async (status) => {
    const url = await gateway((_, response) => {
      const headers = { 'X-One': 'one', 'Set-Cookie': ['a=1', 'b=2'], 'Request-ID': 'R', Location: '/other' }
      response.writeHead(status, 'Said So', headers).end(status === 204 ? undefined : '{"code":"值"}')
    })
    expect(await bothWays(url)).toMatchObject({ answer: { status, statusText: 'Said So' } })
  })

  it('headers where a name comes twice', async () => {
    const url = await rawGateway((socket) => {
      socket.on('data', () =>
        socket.end(
          'HTTP/1.1 200 OK\r\nConnection: close\r\nX-A: 1\r\nX-A: 2\r\nETag: 1\r\nETag: 2\r\nContent-Length: 0\r\n\r\n',
        ),
      )
    })
    expect(await bothWays(url)).toMatchObject({ answer: { headers: { 'x-a': '1, 2', etag: '1' } } })
  })

  const text = Buffer.from('{"data":"值"}'.repeat(50))
  const encodings: readonly (readonly [string, Buffer])[] = [
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip', Buffer.alloc(0)],
    ['gzip', gzipSync(text).subarray(0, -4)],
    ['gzip', Buffer.from('not zipped at all')],
    ['unheard-of', text],
  ]
  it.each(encodings)('answer in the encoding %s', async (encoding, body) => {
    const url = await gateway((_, response) => response.setHeader('Content-Encoding', encoding).end(body))
    await bothWays(url)
  })

  it('limit of an answer, zipped or not', async () => {
    const url = await gateway((_, response) => response.end(text))
    const zipped = await gateway((_, response) =>
      response.setHeader('Content-Encoding', 'gzip').end(gzipSync(text)),
    )
    for (const each of [url, zipped]) {
      const limited = await bothWays(each, () => ({ maxContentLength: 100 }))
      expect(limited).toMatchObject({ message: 'maxContentLength size of 100 exceeded' })
      await bothWays(each, () => ({ maxContentLength: text.length }))
    }
  })

  it('error when nobody listens, or there is no such host', async () => {
    const url = await rawGateway(() => undefined)
    for (const close of closers.splice(0)) close()
    expect(await bothWays(url)).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
    expect(await bothWays('http://nobody.invalid')).toMatchObject({ syscall: 'getaddrinfo' })
  })

  it('error when the connection ends before an answer', async () => {
    const url = await rawGateway((socket) => socket.on('data', () => socket.end()))
    expect(await bothWays(url)).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' })
  })

  it('error when the connection ends within an answer', async () => {
    const url = await rawGateway((socket) => {
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'))
    })
    expect(await bothWays(url)).toMatchObject({ code: 'ERR_BAD_RESPONSE' })
  })

  it('error when the answer is no HTTP', async () => {
    const url = await rawGateway((socket) => socket.on('data', () => socket.end('SSH-2.0-OpenSSH\r\n')))
    expect(String(((await bothWays(url).catch((error: Error) => error)) as Error).message)).toMatch(
      /HTTP|Parse/,
    )
  })

  it.each([0, 30])('cancellation after %i ms', async (delay) => {
    const url = await gateway(() => undefined)
    const canceled = await bothWays(url, () => ({ signal: AbortSignal.timeout(delay) }))
    expect(canceled).toMatchObject({ name: 'CanceledError', code: 'ERR_CANCELED', message: 'canceled' })
  })

  it('cancellation before it is sent', async () => {
    const url = await gateway(() => undefined)
    expect(await bothWays(url, () => ({ signal: AbortSignal.abort() }))).toMatchObject({
      code: 'ERR_CANCELED',
    })
  })
})

describe('the short way', () => {
  it('does not send what is cancelled while it waits for a connection', async () => {
    const arrived: string[] = []
    const url = await gateway((request, response) => {
      arrived.push(request.url ?? '')
      if (arrived.length > 1) response.end()
      else setTimeout(() => response.end(), 100)
    })
    const connections = createConnections({ maxSockets: 1 })
    closers.push(connections.destroy)
    const wire = await connections.wire()
    const send = (path: string, signal?: AbortSignal): Promise<AxiosResponse> => {
      const config = configOf(url + path, signal ? { signal } : {})
      const request = ordinaryRequest(config)
      return request
        ? exchange(wire, request, config, new Clock())
        : Promise.reject(new Error('not ordinary'))
    }
    const impatient = new AbortController()
    const first = send('/first')
    const second = send('/second', impatient.signal)
    const third = send('/third')
    setTimeout(() => impatient.abort(), 20)
    await expect(second).rejects.toMatchObject({ code: 'ERR_CANCELED' })
    await Promise.all([first, third])
    expect(arrived).toEqual(['/first', '/third'])
  })

  it('keeps its connections, and opens no more than are needed', async () => {
    let opened = 0
    const server = createServer((_, response) => response.end())
    server.on('connection', () => opened++)
    closers.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = await listen(server)
    const connections = createConnections({ maxSockets: 8 })
    closers.push(connections.destroy)
    for (let at = 0; at < 20; at++) {
      const config = configOf(`${url}/`, {})
      const request = ordinaryRequest(config)
      if (request) await exchange(await connections.wire(), request, config, new Clock())
    }
    expect(opened).toBe(1)
  })
})

describe('axios’ own adapter is left', () => {
  const ordinary = (more: Config) => ordinaryRequest(configOf('http://127.0.0.1/v3/x', more))

  it.each<readonly [string, Config]>([
    ['a stream to send', { data: { pipe: () => undefined } }],
    ['a stream to receive', { responseType: 'stream' }],
    ['a GET with a body', { method: 'get' }],
    ['progress', { onDownloadProgress: () => undefined }],
    ['a Unix socket', { socketPath: '/run/gateway.sock' }],
    ['a look-up of its own', { lookup: () => ['127.0.0.1', 4] }],
    ['a proxy', { proxy: { host: '127.0.0.1', port: 1 } }],
    ['bytes as they come', { decompress: false }],
    ['a header of the connection', { headers: new AxiosHeaders({ Connection: 'close' }) }],
  ])('%s', (_, more) => {
    expect(ordinary({})).toBeDefined()
    expect(ordinary(more)).toBeUndefined()
  })

  it('a name in two spellings', () => {
    const config = configOf('http://127.0.0.1/v3/x', {})
    Object.assign(config.headers, { 'X-a': '1', 'x-A': '2' })
    expect(ordinaryRequest(config)).toBeUndefined()
  })

  it.each(['http_proxy', 'HTTPS_PROXY', 'all_proxy'])('a proxy named by %s', (name) => {
    process.env[name] = 'http://127.0.0.1:1'
    try {
      expect(ordinary({})).toBeUndefined()
      expect(ordinary({ proxy: false })).toBeDefined()
    } finally {
      delete process.env[name]
    }
  })
})
