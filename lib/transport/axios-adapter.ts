import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { types } from 'node:util'
import axios, {
  type AxiosAdapter,
  AxiosHeaders,
  type AxiosProxyConfig,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
  isAxiosError,
  isCancel,
  mergeConfig,
} from 'axios'
import { bufferOf } from '../buffer-of.js'
import { VerificationError, WechatpayError } from '../errors.js'
import type { Agents } from './agents.js'
import {
  type ConnectionOptions,
  endedWithin,
  type HttpRequest,
  type HttpResponse,
  PROXY_VARIABLES,
  responseTooLarge,
  type SendOptions,
  type Transport,
  TransportError,
} from './transport.js'

/** Requests by axios' own adapter for Node, or by one of the user's. */
export type AxiosSender = Pick<Transport, 'send' | 'sendBy'>

let ownAdapter: AxiosAdapter | undefined

/**
 * The adapter of axios for Node; the one over `fetch` where a bundler has left the other out, as for Cloudflare Workers. Those allow
 * nothing before the first request, so that the adapter which axios made for itself takes streams for missing: `env` has it make another.
 */
function findOwnAdapter(): AxiosAdapter {
  ownAdapter ??= axios.getAdapter(['http', 'fetch'], { env: { fetch } } as InternalAxiosRequestConfig)
  return ownAdapter
}

export function createAxiosSender(connection: ConnectionOptions, agents: Agents): AxiosSender {
  const { maxContentLength = -1 } = connection

  const sendBy: AxiosSender['sendBy'] = async (adapter, config, request, options) => {
    const signal = options.timer.toSignal(options.signal)
    if (signal?.aborted) throw new TransportError('aborted', 'aborted', options.signal?.reason)
    const send = adapter === undefined ? findOwnAdapter() : axios.getAdapter(adapter)
    // Adapters of the user's know of bytes; axios' own one streams, so that a limit holds before they are in memory.
    const responseType = send === findOwnAdapter() || options.streams ? 'stream' : 'arraybuffer'
    const signedConfig = {
      ...(agents.proxy === undefined && (await proxyOfEnvironment(request.url))),
      ...config,
      ...wireConfig(request, options, agents),
      ...{ signal, responseType },
    }
    try {
      const response = await send(signedConfig as InternalAxiosRequestConfig).catch(settledByStatus)
      return await toHttpResponse(response, options.streams, options.limit ?? maxContentLength)
    } catch (error) {
      throw toTransportError(error, options.signal)
    }
  }

  return {
    sendBy,
    send: (request, options) => {
      const defaults = mergeConfig(axios.defaults as AxiosRequestConfig, connection)
      return sendBy(connection.adapter, defaults as InternalAxiosRequestConfig, request, options)
    },
  }
}

/**
 * The proxy that the environment names, with its credentials decoded: axios takes them from the URL as they are, and a password with
 * `%40` in it would be wrong.
 */
async function proxyOfEnvironment(url: string): Promise<{ readonly proxy?: AxiosProxyConfig }> {
  if (!PROXY_VARIABLES.some((name) => process.env[name])) return {}
  const { getProxyForUrl } = await import('proxy-from-env')
  const found = getProxyForUrl(url)
  if (found === '') return {}
  // Without a scheme it is an HTTP proxy, to everybody but the library.
  const bare = found.replace(/^\w+:\/\//, '')
  const isBare = PROXY_VARIABLES.some((name) => process.env[name] === bare)
  const text = isBare ? `http://${bare}` : found
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    const hint = 'give an http:// or https:// URL, or an agent of your own as httpsAgent'
    throw new TransportError(
      'refused',
      `the environment names a proxy that is none of HTTP (HTTPS_PROXY …); ${hint}`,
    )
  }
  const { protocol, hostname, port, username, password } = new URL(text)
  const auth = { username: decoded(username), password: decoded(password) }
  const usual = protocol === 'https:' ? 443 : 80
  const proxy = {
    protocol,
    host: hostname,
    port: port === '' ? usual : Number(port),
    ...(username && { auth }),
  }
  return { proxy: proxy as AxiosProxyConfig }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What an adapter is told of a request, whatever else stands in the config: nothing that would change what was signed. */
function wireConfig(
  { method, url, headers, body }: HttpRequest,
  { certificate, onUploadProgress, onDownloadProgress }: SendOptions,
  agents: Agents,
): Partial<InternalAxiosRequestConfig> {
  return {
    url,
    method: method.toLowerCase(),
    headers: new AxiosHeaders(headers),
    data: body,
    baseURL: undefined,
    params: undefined,
    auth: undefined,
    // The attempt has a timer of its own, over all of it.
    timeout: 0,
    maxRedirects: 0,
    validateStatus: () => true,
    // Both are checked by the transport.
    maxContentLength: -1,
    maxBodyLength: -1,
    transformRequest: [],
    transformResponse: [],
    httpAgent: agents.http,
    httpsAgent: certificate ? agents.merchant : agents.https,
    ...(agents.proxy !== undefined && { proxy: agents.proxy }),
    onUploadProgress,
    onDownloadProgress,
  } as unknown as Partial<InternalAxiosRequestConfig>
}

/** The response behind the error of an adapter that rejects by the status, though it is told not to. */
function settledByStatus(error: unknown): AxiosResponse {
  if (isAxiosError(error) && error.response && !isSuccess(error.response.status)) return error.response
  throw error
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

async function toHttpResponse(
  { status, statusText, headers, data }: AxiosResponse,
  streams: boolean,
  limit: number,
): Promise<HttpResponse> {
  const head = { status, statusText, headers: AxiosHeaders.from(headers as AxiosHeaders) }
  const stream = data instanceof ReadableStream ? Readable.fromWeb(data) : data
  if (!(stream instanceof Readable)) {
    const body = bytesOf(data)
    if (limit > -1 && body.length > limit) throw responseTooLarge(limit)
    return { ...head, body }
  }
  return { ...head, body: streams ? stream : await readAll(stream, limit) }
}

async function readAll(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (limit > -1 && size > limit) throw responseTooLarge(limit)
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? endedWithin() : error
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}

/**
 * The raw bytes of a response.
 *
 * @throws {VerificationError} when an adapter of the user's has parsed them.
 */
function bytesOf(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data
  if (data instanceof Uint8Array) return bufferOf(data)
  if (data === undefined || data === null) return Buffer.alloc(0)
  if (typeof data === 'string' || types.isAnyArrayBuffer(data)) return Buffer.from(data as string)
  throw new VerificationError(
    'The adapter gave parsed data; only the raw bytes of a response can be verified',
    { code: 'ANSWER_INVALID' },
  )
}

/** Codes of requests that axios or Node refuses to send. */
const REFUSED: ReadonlySet<string> = new Set([
  'ERR_BAD_OPTION',
  'ERR_BAD_OPTION_VALUE',
  'ERR_INVALID_URL',
  'ERR_NOT_SUPPORT',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_UNESCAPED_CHARACTERS',
])

/** Axios' own error is not kept as the cause: it holds the config with the `Authorization` header. */
function toTransportError(error: unknown, signal: AbortSignal | undefined): Error {
  if (error instanceof TransportError || error instanceof WechatpayError) return error
  if (isCancel(error)) return new TransportError('aborted', 'aborted', signal?.reason)
  const { code, message, cause } = (error instanceof Error ? error : new Error(String(error))) as Error & {
    readonly code?: string
  }
  if (REFUSED.has(code ?? '')) return new TransportError('refused', message)
  const system = isAxiosError(error) ? (isAxiosError(cause) ? undefined : cause) : undefined
  return new TransportError('failed', message, system, code)
}
