import { generateKeyPair } from 'node:crypto'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { VERSION } from '../../version.js'
import type { Identity } from '../identity/identity.js'
import type { RequestListener } from './gateway.js'

/** The keep-alive time, longer than that of any client: the server must not close one just as a request is sent on it. */
const KEEP_ALIVE = 120_000

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
}

/** A listening server. */
export interface Listening {
  readonly url: string
  /** The authority behind the server's certificate, as PEM; HTTPS only. */
  readonly ca: string | undefined
  /** Frees the port and cuts every connection, idle or not. */
  close(): Promise<void>
}

async function createServer(
  listener: RequestListener,
  identity: Identity,
  { https, host }: ListenOptions,
): Promise<{ server: Server; ca: string | undefined }> {
  const options = { keepAliveTimeout: KEEP_ALIVE, noDelay: true }
  if (!https) return { server: createHttpServer(options, listener), ca: undefined }
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', host])].filter((name) => name !== '::')
  const cert = await identity.authority.issue('localhost', privateKey, { hosts })
  const ca = await identity.authority.certificate()
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  // Most endpoints ask for no client certificate; those of v2 that do are checked by their protocol.
  const client = { requestCert: true, rejectUnauthorized: false, ca }
  return { server: createHttpsServer({ ...options, ...client, key, cert: cert + ca }, listener), ca }
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
  const { server, ca } = await createServer(listener, identity, options)
  server.on('clientError', (_error, socket) => {
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
        server.closeAllConnections()
      }),
  }
}
