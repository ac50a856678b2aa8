import { generateKeyPair } from 'node:crypto'
import { createServer as createHttpServer, type IncomingMessage, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import { promisify } from 'node:util'
import type { Identity } from '../identity/identity.js'
import type { RequestListener } from './gateway.js'
import { GATEWAY_HOSTS } from './hosts.js'

/** The first byte of a TLS handshake. */
const HANDSHAKE = 0x16
/** The time that a connection may take until it speaks TLS, in milliseconds. */
const OPENING_TIMEOUT = 60_000

/** A server of HTTPS, and the authority behind its certificate, as PEM. */
export interface TlsServer {
  readonly server: Server
  readonly ca: string
}

/**
 * Makes a server of HTTPS that is a proxy, too: what comes in clear may `CONNECT` to a host of WeChat Pay, and is
 * connected to this very server, by the name of that host.
 *
 * @param host that the server is to listen on
 */
export async function createTlsServer(
  listener: RequestListener,
  identity: Identity,
  options: ServerOptions & { readonly host: string },
): Promise<TlsServer> {
  const { server, ca } = await createHttps(listener, identity, options)
  const shakeHands = server.listeners('connection') as ((socket: Socket) => void)[]
  const serveTls = (socket: Socket): void => {
    for (const listen of shakeHands) listen.call(server, socket)
  }
  const proxy = createProxyServer(serveTls)
  server.removeAllListeners('connection').on('connection', (socket: Socket) => {
    // Who says nothing, or never comes to the point, is not waited for.
    socket.setTimeout(OPENING_TIMEOUT, () => socket.destroy()).on('error', () => socket.destroy())
    socket.once('readable', () => {
      const chunk: Buffer | null = socket.read()
      if (chunk) socket.unshift(chunk)
      if (chunk?.[0] === HANDSHAKE) serveTls(withoutTimeout(socket))
      else proxy.emit('connection', socket)
    })
  })
  return { server, ca }
}

const withoutTimeout = (socket: Socket): Socket => socket.setTimeout(0).removeAllListeners('timeout')

/** The part of the server that speaks to proxy clients. It does not listen, but is given connections. */
function createProxyServer(serveTls: (socket: Socket) => void): Server {
  const refusePlain: RequestListener = (_request, response) => {
    response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
    response.end('a plain HTTP request was sent to the HTTPS port; as a proxy it takes CONNECT\n')
  }
  const server = createHttpServer(refusePlain)
  server.on('connect', ({ url = '' }: IncomingMessage, socket: Socket, head: Buffer) => {
    const host = url.replace(/:443$/, '').toLowerCase()
    if (!GATEWAY_HOSTS.includes(host)) {
      const issue = `this proxy leads to the emulator of WeChat Pay alone, not to ${host}: set NO_PROXY for it`
      refuseTunnel(socket, '403 Forbidden', issue)
      return
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    socket.unshift(head)
    serveTls(withoutTimeout(socket))
  })
  return server
}

/** Responds to a `CONNECT` that leads nowhere. */
export function refuseTunnel(socket: Socket, status: string, issue: string): void {
  const text = `${issue}\n`
  const headers = `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close`
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${text}`)
}

async function createHttps(
  listener: RequestListener,
  { authority }: Identity,
  { host, ...options }: ServerOptions & { readonly host: string },
): Promise<TlsServer> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const names = [...new Set(['localhost', '127.0.0.1', '::1', host])].filter((name) => name !== '::')
  const cert = await authority.issue('localhost', privateKey, { hosts: [...names, ...GATEWAY_HOSTS] })
  const ca = await authority.certificate()
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  // Most endpoints ask for no client certificate; those of v2 that do are checked by their protocol.
  const client = { requestCert: true, rejectUnauthorized: false, ca }
  return { server: createHttpsServer({ ...options, ...client, key, cert: cert + ca }, listener), ca }
}
