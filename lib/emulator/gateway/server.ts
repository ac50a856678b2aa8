import { createServer, type IncomingMessage, type ServerOptions } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { VERSION } from '../../version.js'
import type { Identity } from '../identity/identity.js'
import type { RequestListener } from './gateway.js'
import { createTlsServer, refuseTunnel } from './tls-server.js'

/** The time that WeChat Pay keeps an idle connection open, in milliseconds; responses say so in `Keep-Alive`. */
const KEEP_ALIVE = 8_000

/** The response to bytes that are no HTTP. */
const MALFORMED = [
  'HTTP/1.1 400 Bad Request',
  `X-Wechatpay-Emulator: wechatpay-fluent/${VERSION}`,
  'Connection: close',
  'Content-Length: 0',
  '\r\n',
].join('\r\n')

/** The address to listen on. */
export interface ListenOptions {
  readonly port: number
  readonly host: string
  readonly https: boolean
  /** The time that an idle connection is kept open, in milliseconds; that of production when absent. */
  readonly keepAlive?: number | undefined
}

/** A client that `HTTPS_PROXY` leads here is told what is missing: without TLS there is nothing to tunnel to. */
function createPlainServer(listener: RequestListener, settings: ServerOptions): Server {
  return createServer(settings, listener).on('connect', (_request: IncomingMessage, socket: Socket) => {
    refuseTunnel(socket, '501 Not Implemented', 'this emulator serves no HTTPS: start it with --https')
  })
}

/** A listening server. */
export interface Listening {
  readonly url: string
  /** The authority behind the server's certificate, as PEM; HTTPS only. */
  readonly ca: string | undefined
  /** Frees the port and cuts every connection, idle or not. */
  close(): Promise<void>
}

/** Starts the server; resolves once it listens. */
export async function listen(
  listener: RequestListener,
  identity: Identity,
  options: ListenOptions,
): Promise<Listening> {
  if (!(Number.isInteger(options.port) && options.port >= 0 && options.port < 65_536)) {
    throw new TypeError(`port must be a number from 0 to 65535, not ${String(options.port)}`)
  }
  const { keepAlive = KEEP_ALIVE } = options
  // 0 would mean for ever.
  if (!(keepAlive > 0)) throw new TypeError(`keepAlive must be above 0, not ${String(keepAlive)}`)
  const settings = { keepAliveTimeout: keepAlive, noDelay: true }
  const { server, ca }: { server: Server; ca?: string } = options.https
    ? await createTlsServer(listener, identity, { ...settings, host: options.host })
    : { server: createPlainServer(listener, settings) }
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('clientError', (_error: Error, socket: Socket) => {
    if (!socket.writable) socket.destroy()
    else socket.end(MALFORMED)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { address, port, family } = server.address() as AddressInfo
  const everywhere = address === '0.0.0.0' || address === '::'
  const host = everywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return {
    url: `${options.https ? 'https' : 'http'}://${host}:${port}`,
    ca,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
