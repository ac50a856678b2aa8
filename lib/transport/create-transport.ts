import type { SecureContext } from 'node:tls'
import { ConfigError } from '../errors.js'
import { IS_WORKERD } from '../runtime.js'
import { createAgents, type TrustedAuthorities } from './agents.js'
import { createAxiosSender } from './axios-adapter.js'
import { plainHttpHost, plainHttpProblem } from './plain-http.js'
import { type ConnectionOptions, type HttpRequest, type Transport, TransportError } from './transport.js'
import { createUndici, SOCKET_OPTIONS } from './undici.js'

/** What the TLS connections of a client trust and show. */
export interface TlsOptions {
  readonly ca: TrustedAuthorities | undefined
  readonly clientCertificate: SecureContext | undefined
  /** The hosts that may be asked without TLS, beside this machine. */
  readonly insecureHosts?: readonly string[]
}

/**
 * The connections of one client. Ordinary requests go over undici; axios' own adapter, which costs more and can do more,
 * sends those that stream, report progress, or go through a proxy, an agent or an adapter of the user's.
 *
 * @throws {ConfigError} for an agent that does not verify the server's certificate, and for what this run time cannot do.
 */
export function createTransport(connection: ConnectionOptions, tls: TlsOptions): Transport {
  // What connects by an adapter of the user's is theirs to know.
  const connectsByFetch = IS_WORKERD && connection.adapter === undefined
  if (connectsByFetch) assertNoSocketOptions({ ...connection, ca: tls.ca })
  const agents = createAgents({ ...connection, ...tls })
  const undici = createUndici(tls, connection)
  const axiosSender = createAxiosSender(connection, agents)
  const { maxBodyLength = -1 } = connection
  const { insecureHosts = [] } = tls
  let closed = false

  /** @throws {TransportError} for a request that is not to be sent. */
  function check({ url, body }: HttpRequest): void {
    if (closed) throw new TransportError('refused', 'The client is closed')
    const plain = plainHttpHost(url, insecureHosts)
    if (plain !== undefined) throw new TransportError('refused', plainHttpProblem(plain))
    if (maxBodyLength < 0) return
    const size = sizeOf(body)
    if (size <= maxBodyLength) return
    throw new TransportError('refused', `the body of ${size} bytes is larger than maxBodyLength`)
  }

  return {
    send(request, options) {
      check(request)
      if (!undici?.fits(request, options)) return axiosSender.send(request, options)
      const ready = undici.isReady(options)
      if (ready === true) return undici.send(request, options)
      // Node never again loads what it could not load once.
      return ready.then((isLoaded) => (isLoaded ? undici : axiosSender).send(request, options))
    },
    sendByNode(request, options) {
      check(request)
      return axiosSender.send(request, options)
    },
    sendBy(adapter, config, request, options) {
      check(request)
      return axiosSender.sendBy(adapter, config, request, options)
    },
    hasCertificate: agents.merchant !== undefined && !connectsByFetch,
    isClosed: () => closed,
    close() {
      closed = true
      agents.destroy()
      undici?.destroy()
    },
  }
}

/** Refuses options that `fetch` of a Worker would ignore. */
function assertNoSocketOptions(
  options: ConnectionOptions & { readonly ca: TrustedAuthorities | undefined },
): void {
  const given = (['ca', ...SOCKET_OPTIONS] as const).filter((name) => options[name])
  if (given.length === 0) return
  throw new ConfigError(
    `${given.join(', ')}: requests go over fetch here, which takes no such option on Cloudflare Workers; leave it out, or give an adapter of your own`,
  )
}

function sizeOf(body: HttpRequest['body']): number {
  if (body === undefined) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  return Buffer.isBuffer(body) ? body.length : body.getLengthSync()
}
