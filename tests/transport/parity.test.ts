import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import FormData from 'form-data'
import { afterEach, describe, expect, it } from 'vitest'
import { Timer } from '../../lib/pipeline/send.js'
import { createAgents, MAX_SOCKETS } from '../../lib/transport/agents.js'
import { createAxiosSender } from '../../lib/transport/axios-adapter.js'
import { createTransport } from '../../lib/transport/create-transport.js'
import {
  type ConnectionOptions,
  type HttpRequest,
  type HttpResponse,
  type SendOptions,
  type Transport,
  TransportError,
} from '../../lib/transport/transport.js'
import { createUndici } from '../../lib/transport/undici.js'

interface Sent extends Partial<HttpRequest> {
  readonly signal?: AbortSignal
  readonly connection?: ConnectionOptions
}

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

const tls = { ca: undefined, clientCertificate: undefined }

function requestOf(url: string, { signal: _, connection: __, headers, ...more }: Sent = {}): HttpRequest {
  return {
    url,
    method: 'POST',
    body: '{"名":"值"}',
    ...more,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'test',
      'Accept-Encoding': 'gzip',
      ...headers,
    },
  }
}

const optionsOf = (signal?: AbortSignal): SendOptions => ({
  timer: new Timer(0),
  signal,
  streams: false,
  certificate: false,
})

function overUndici({ connection = {} }: Sent): Pick<Transport, 'send'> {
  const undici = createUndici(tls, connection)
  if (!undici) throw new Error('undici does not fit')
  closers.push(undici.destroy)
  return undici
}

function overAxios({ connection = {} }: Sent): Pick<Transport, 'send'> {
  const agents = createAgents({ ...tls })
  closers.push(agents.destroy)
  return createAxiosSender(connection, agents)
}

/** What a caller can see of an outcome. */
async function outcome(transport: Pick<Transport, 'send'>, url: string, sent: Sent): Promise<object> {
  try {
    const { status, statusText, headers, body } = await transport.send(
      requestOf(url, sent),
      optionsOf(sent.signal),
    )
    return { status, statusText, headers: { ...headers, date: undefined }, body: hexOf(body) }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { reason, message, code, cause } = error
    return { reason, message, code, syscall: (cause as NodeJS.ErrnoException | undefined)?.syscall }
  }
}

const hexOf = (body: HttpResponse['body']): string => (body as Buffer).toString('hex')

/** The outcome over undici, after seeing that axios' own adapter has the same. */
async function bothWays(url: string, more: () => Sent = () => ({})): Promise<object> {
  const target = `${url}/v3/x?a=1&b=%2F`
  const undici = await outcome(overUndici(more()), target, more())
  const axios = await outcome(overAxios(more()), target, more())
  expect(undici).toEqual(axios)
  return undici
}

describe('undici and axios’ own adapter have the same', () => {
  it('request on the wire', async () => {
    const seen: object[] = []
    const url = await gateway(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { method, url: path, headers } = request
      seen.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
      response.end()
    })
    const requests: Sent[] = [
      {},
      { body: undefined },
      { body: Buffer.from('bytes') },
      { method: 'GET', body: undefined, headers: { 'X-Many': ['1', '2'] } },
      { method: 'DELETE', body: '{"a":1}' },
      { method: 'PUT', headers: { 'X-Number': '1', 'Accept-Encoding': 'br' } },
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
    expect(await bothWays(url)).toMatchObject({ status, statusText: 'Said So' })
  })

  it('headers where a name comes twice', async () => {
    const url = await rawGateway((socket) => {
      socket.on('data', () =>
        socket.end(
          'HTTP/1.1 200 OK\r\nConnection: close\r\nX-A: 1\r\nX-A: 2\r\nETag: 1\r\nETag: 2\r\nContent-Length: 0\r\n\r\n',
        ),
      )
    })
    expect(await bothWays(url)).toMatchObject({ headers: { 'x-a': '1, 2', etag: '1' } })
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
      const limited = await bothWays(each, () => ({ connection: { maxContentLength: 100 } }))
      expect(limited).toMatchObject({ reason: 'too-large' })
      await bothWays(each, () => ({ connection: { maxContentLength: text.length } }))
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
    expect(await bothWays(url)).toMatchObject({ reason: 'failed', message: 'socket hang up' })
  })

  it('error when the connection ends within an answer', async () => {
    const url = await rawGateway((socket) => {
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'))
    })
    expect(await bothWays(url)).toMatchObject({ reason: 'failed' })
  })

  it('error when the answer is no HTTP, but for its words', async () => {
    const url = await rawGateway((socket) => {
      socket.on('data', () => socket.end('SSH-2.0-OpenSSH\r\n'))
    })
    for (const transport of [overUndici({}), overAxios({})]) {
      expect(await outcome(transport, url, {})).toMatchObject({
        reason: 'failed',
        message: expect.stringMatching(/HTTP|Parse/),
      })
    }
  })

  it.each([0, 30])('cancellation after %i ms', async (delay) => {
    const url = await gateway(() => undefined)
    const canceled = await bothWays(url, () => ({ signal: AbortSignal.timeout(delay) }))
    expect(canceled).toMatchObject({ reason: 'aborted' })
  })

  it('cancellation before it is sent', async () => {
    const url = await gateway(() => undefined)
    expect(await bothWays(url, () => ({ signal: AbortSignal.abort() }))).toMatchObject({
      reason: 'aborted',
    })
  })
})

describe('undici', () => {
  it('does not send what is cancelled while it waits for a connection', async () => {
    const arrived: string[] = []
    const waiting: ServerResponse[] = []
    const url = await gateway((request, response) => {
      arrived.push(request.url ?? '')
      if (arrived.length <= MAX_SOCKETS) waiting.push(response)
      else response.end()
    })
    const transport = overUndici({})
    const send = (path: string, signal?: AbortSignal) =>
      transport.send(requestOf(url + path), optionsOf(signal))
    const first = Array.from({ length: MAX_SOCKETS }, (_, at) => send(`/first-${at}`))
    await expect.poll(() => arrived.length, { timeout: 10_000 }).toBe(MAX_SOCKETS)
    const impatient = new AbortController()
    const second = expect(send('/second', impatient.signal)).rejects.toMatchObject({ reason: 'aborted' })
    const third = send('/third')
    impatient.abort()
    await second
    for (const response of waiting) response.end()
    await Promise.all([...first, third])
    expect(arrived).not.toContain('/second')
    expect(arrived).toContain('/third')
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
    const transport = overUndici({})
    for (let at = 0; at < 20; at++) await transport.send(requestOf(`${url}/`), optionsOf())
    expect(opened).toBe(1)
  })

  it('is closed with its transport, and sends nothing more', async () => {
    const url = await gateway((_, response) => response.end())
    const transport = createTransport({}, tls)
    await transport.send(requestOf(url), optionsOf())
    transport.close()
    await expect(transport.send(requestOf(url), optionsOf())).rejects.toMatchObject({ reason: 'refused' })
  })
})

describe('axios’ own adapter is left', () => {
  const url = 'http://127.0.0.1/v3/x'

  it.each<readonly [string, Partial<HttpRequest>, Partial<SendOptions>]>([
    ['a form to send', { body: new FormData() }, {}],
    ['a stream to receive', {}, { streams: true }],
    ['a GET with a body', { method: 'GET' }, {}],
    ['progress', {}, { onDownloadProgress: () => undefined }],
    ['a header of the connection', { headers: { Connection: 'close' } }, {}],
  ])('%s', (_, request, options) => {
    expect(createUndici(tls, {})?.fits(requestOf(url), optionsOf())).toBe(true)
    expect(createUndici(tls, {})?.fits(requestOf(url, request), { ...optionsOf(), ...options })).toBe(false)
  })

  it.each<readonly [string, ConnectionOptions]>([
    ['a Unix socket', { socketPath: '/run/gateway.sock' }],
    ['a look-up of its own', { lookup: () => ['127.0.0.1', 4] as never }],
    ['a proxy', { proxy: { host: '127.0.0.1', port: 1 } }],
    ['an agent', { httpsAgent: {} }],
    ['an adapter', { adapter: 'fetch' }],
    ['bytes as they come', { decompress: false }],
  ])('%s', (_, connection) => {
    expect(createUndici(tls, {})).toBeDefined()
    expect(createUndici(tls, connection)).toBeUndefined()
  })

  it.each(['http_proxy', 'HTTPS_PROXY', 'all_proxy'])('a proxy named by %s', (name) => {
    process.env[name] = 'http://127.0.0.1:1'
    try {
      expect(createUndici(tls, {})?.fits(requestOf(url), optionsOf())).toBe(false)
      expect(createUndici(tls, { proxy: false })?.fits(requestOf(url), optionsOf())).toBe(true)
    } finally {
      delete process.env[name]
    }
  })
})
