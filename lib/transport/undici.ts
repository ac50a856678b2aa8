import { setMaxListeners } from 'node:events'
import type { SecureContext } from 'node:tls'
import { AxiosHeaders } from 'axios'
import type { Agent, Dispatcher } from 'undici'
import { IS_WORKERD } from '../runtime.js'
import { MAX_SOCKETS, type TrustedAuthorities } from './agents.js'
import { decompress } from './decompress.js'
import { skippingContinue } from './skipping-continue.js'
import {
  type ConnectionOptions,
  endedWithin,
  type HttpRequest,
  type HttpResponse,
  PROXY_VARIABLES,
  responseTooLarge,
  type SendOptions,
  TransportError,
} from './transport.js'

/** Requests over undici: no stream in either direction, no proxy, no agent of the user's. */
export interface Undici {
  /** Whether a request is an ordinary one: bytes to an address, and bytes back. */
  readonly fits: (request: HttpRequest, options: SendOptions) => boolean
  /** Loads undici for the first request of a kind; `false` where it cannot be had, as while there are no file descriptors left. */
  readonly isReady: (options: SendOptions) => true | Promise<boolean>
  readonly send: (request: HttpRequest, options: SendOptions) => Promise<HttpResponse>
  readonly destroy: () => void
}

/**
 * Bun and Deno have sockets of their own, and an undici that only looks like it. Workers of Cloudflare end a connection with the request
 * that opened it.
 */
const IS_NODE: boolean = !('bun' in process.versions || 'deno' in process.versions || IS_WORKERD)

/** The idle time after which a connection is closed: below what servers and load balancers grant. */
const IDLE_TIMEOUT = 30_000

/** Options about sockets, by which a user asks for something that only axios' own adapter for Node has. */
export const SOCKET_OPTIONS: readonly (keyof ConnectionOptions)[] = [
  'family',
  'httpAgent',
  'httpsAgent',
  'insecureHTTPParser',
  'lookup',
  'maxRate',
  'proxy',
  'socketPath',
  'transport',
]

/** The connections over undici, or `undefined` where this platform or an option of the client does not allow for them. */
export function createUndici(
  tls: {
    readonly ca?: TrustedAuthorities | undefined
    readonly clientCertificate?: SecureContext | undefined
  },
  connection: ConnectionOptions,
): Undici | undefined {
  if (!IS_NODE || connection.adapter || needsAxios(connection)) return undefined
  const { ca, clientCertificate } = tls
  const open = agentLoader(ca === undefined ? {} : { ca: ca as string })
  const openWithCertificate = agentLoader({ ...(clientCertificate && { secureContext: clientCertificate }) })
  const { maxContentLength = -1, proxy } = connection
  // Which of the hosts go through the proxy of the environment is for axios to say.
  const mayBeProxied = proxy !== false && PROXY_VARIABLES.some((name) => process.env[name])
  return {
    fits: (request, options) => !mayBeProxied && isOrdinary(request, options),
    isReady({ certificate }) {
      const { agent, load } = certificate ? openWithCertificate : open
      if (agent()) return true
      return load().then(
        () => true,
        () => false,
      )
    },
    async send(request, options) {
      const { agent, load } = options.certificate ? openWithCertificate : open
      const { limit = maxContentLength } = options
      const response = await dispatch(agent() ?? (await load()), request, options, limit)
      return response.headers['content-encoding'] ? decompress(response, limit) : response
    },
    destroy() {
      open.destroy()
      openWithCertificate.destroy()
    },
  }
}

/** Whether options ask for something that only axios' own adapter has. */
export function needsAxios(options: ConnectionOptions): boolean {
  return options.decompress === false || SOCKET_OPTIONS.some((name) => options[name])
}

/** An agent of undici, which is loaded with the first request. */
function agentLoader(tls: { readonly ca?: string; readonly secureContext?: SecureContext }): {
  /** The agent; `undefined` until it is loaded. */
  readonly agent: () => Agent | undefined
  readonly load: () => Promise<Agent>
  readonly destroy: () => void
} {
  let loading: Promise<Agent> | undefined
  let agent: Agent | undefined
  async function create(): Promise<Agent> {
    const undici = await import('undici')
    agent = new undici.Agent({
      connections: MAX_SOCKETS,
      // Every attempt has a timer of its own, over all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_TIMEOUT,
      // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise switch verification off.
      connect: skippingContinue(undici.buildConnector({ timeout: 0, rejectUnauthorized: true, ...tls })),
    })
    return agent
  }
  return {
    agent: () => agent,
    load() {
      loading ??= create()
      return loading
    },
    destroy() {
      // Without a callback, each request that is interrupted would be a rejection that nobody handles.
      loading?.then((loaded) => loaded.destroy(null, () => undefined)).catch(() => undefined)
    },
  }
}

/** Headers that speak of the connection rather than of the request. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

function isOrdinary({ method, headers, body }: HttpRequest, options: SendOptions): boolean {
  if (options.streams || options.onUploadProgress || options.onDownloadProgress) return false
  if (!(body === undefined || typeof body === 'string' || Buffer.isBuffer(body))) return false
  if (body !== undefined && method === 'GET') return false
  return !Object.keys(headers).some((name) => CONNECTION_HEADERS.has(name.toLowerCase()))
}

type Controller = Dispatcher.DispatchController
type ReceivedHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Sends a request and resolves with the complete response. */
function dispatch(
  agent: Agent,
  { method, url, headers, body }: HttpRequest,
  { timer, signal }: SendOptions,
  limit: number,
): Promise<HttpResponse> {
  const slash = url.indexOf('/', 'https://'.length)
  const options: Dispatcher.DispatchOptions = {
    origin: slash < 0 ? url : url.slice(0, slash),
    path: slash < 0 ? '/' : url.slice(slash),
    method: method as Dispatcher.HttpMethod,
    headers,
    body: (body as string | Buffer | undefined) ?? null,
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let controller: Controller | undefined
    let head: Omit<HttpResponse, 'body'> | undefined
    /** Whether nobody waits any more: a request that still queues is not sent then. */
    let over = false

    function end(): void {
      over = true
      timer.onOver = undefined
      signal?.removeEventListener('abort', abort)
    }
    function fail(error: Error): void {
      if (over) return
      end()
      // undici begins a request when it has a connection for it.
      if (error instanceof TransportError && !controller) error.mayHaveLeft = false
      reject(error)
      controller?.abort(error)
    }
    function abort(): void {
      fail(new TransportError('aborted', 'aborted', signal?.reason))
    }

    if (signal?.aborted || timer.isOver) return abort()
    if (signal) {
      allowManyListeners(signal)
      signal.addEventListener('abort', abort)
    }
    timer.onOver = abort
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started
        if (over) started.abort(new TransportError('aborted', 'aborted'))
      },
      onResponseStart(_, status, received, statusText = '') {
        if (status < 200) return
        head = { status, statusText, headers: toAxiosHeaders(received as ReceivedHeaders) }
      },
      onResponseData(_, chunk) {
        chunks.push(chunk)
        size += chunk.length
        if (limit > -1 && size > limit) fail(responseTooLarge(limit))
      },
      onResponseEnd() {
        if (over || !head) return
        end()
        resolve({ ...head, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) })
      },
      onResponseError(_, error) {
        fail(toTransportError(error, { isStarted: controller !== undefined, hasHead: head !== undefined }))
      },
    }
    // One turn later: until then undici does not see that a connection is free, and would open another.
    setImmediate(() => {
      if (!over) agent.dispatch(options, handler)
    })
  })
}

/** One signal may be for any number of calls. */
function allowManyListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal)
  } catch {
    // Signals of a polyfill or jsdom do not count their listeners.
  }
}

/** Header names of which Node keeps the first value; the values of all others it joins. */
const SINGLE: ReadonlySet<string> = new Set(
  'age,authorization,content-length,content-type,etag,expires,from,host,if-modified-since,if-unmodified-since,last-modified,location,max-forwards,proxy-authorization,referer,retry-after,server,user-agent'.split(
    ',',
  ),
)

/** Headers as axios hands them over. Assigned, because `set()` would look up each name. */
function toAxiosHeaders(received: ReceivedHeaders): AxiosHeaders {
  const headers = new AxiosHeaders()
  for (const name of Object.keys(received)) {
    const value = received[name]
    const isList = Array.isArray(value) && name !== 'set-cookie'
    headers[name] = isList ? (SINGLE.has(name) ? value[0] : value.join(', ')) : value
  }
  return headers
}

/** undici's codes of a connection that ended. */
const ENDED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED'])

function toTransportError(
  error: NodeJS.ErrnoException,
  { isStarted, hasHead }: { readonly isStarted: boolean; readonly hasHead: boolean },
): TransportError {
  if (error instanceof TransportError) return error
  const code = error.code ?? ''
  if (code === 'UND_ERR_DESTROYED' && !isStarted) return new TransportError('refused', 'The client is closed')
  // An invalid header or path is no failure of the network.
  if (code.startsWith('UND_ERR_INVALID_ARG') || code === 'UND_ERR_NOT_SUPPORTED') {
    return new TransportError('refused', error.message)
  }
  if (!ENDED.has(code)) return new TransportError('failed', error.message, error)
  return hasHead ? endedWithin() : new TransportError('failed', 'socket hang up', undefined, 'ECONNRESET')
}
