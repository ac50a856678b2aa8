import type { InternalAxiosRequestConfig } from 'axios'

/** A request as the connection takes it. */
export interface WireRequest {
  readonly origin: string
  /** Path and query. */
  readonly path: string
  readonly method: string
  readonly headers: Record<string, string | string[]>
  readonly body: string | Buffer | null
}

/** Options that make of a request more than bytes to an address and bytes back. */
const EXTRAS = [
  'auth',
  'beforeRedirect',
  'cancelToken',
  'family',
  'http2Options',
  'httpVersion',
  'insecureHTTPParser',
  'lookup',
  'maxRate',
  'onDownloadProgress',
  'onUploadProgress',
  'socketPath',
  'transport',
] as const satisfies readonly (keyof InternalAxiosRequestConfig | 'httpVersion' | 'http2Options')[]

/** Headers of the connection rather than of the request. */
const CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
])

/** Bun and Deno have sockets of their own, and an undici that only looks like it. */
const IS_NODE: boolean = !('bun' in process.versions || 'deno' in process.versions)

/** The adapters that axios takes when nobody asks for a certain one. */
const STOCK_ADAPTERS = ['xhr', 'http', 'fetch']

/** Whether nobody asked for a certain adapter, and there is another to choose. */
export function isStock(adapter: InternalAxiosRequestConfig['adapter']): boolean {
  if (!IS_NODE) return false
  if (adapter === undefined) return true
  return Array.isArray(adapter) && STOCK_ADAPTERS.every((name, at) => adapter[at] === name)
}

/** What axios' own adapter accepts; the same is undone in {@link decompress}. */
const ACCEPT_ENCODING = 'gzip, compress, deflate, br'

/** The request, if it is one of the ordinary ones; else axios' own adapter knows what to do. */
export function ordinaryRequest(config: InternalAxiosRequestConfig): WireRequest | undefined {
  const { url = '', data, method = 'get', responseType, decompress, maxBodyLength } = config
  if (responseType !== 'arraybuffer' || decompress === false) return undefined
  if (!(data === undefined || typeof data === 'string' || Buffer.isBuffer(data))) return undefined
  if (data !== undefined && method.toLowerCase() === 'get') return undefined
  if (maxBodyLength !== undefined && maxBodyLength > -1) return undefined
  if (EXTRAS.some((name) => config[name as keyof InternalAxiosRequestConfig])) return undefined
  if (mayBeProxied(config)) return undefined
  const slash = url.indexOf('/', 'https://'.length)
  const origin = url.slice(0, slash)
  const headers = wireHeaders(config)
  if (slash < 0 || origin.includes('@') || !headers) return undefined
  return { origin, path: url.slice(slash), method: method.toUpperCase(), headers, body: data ?? null }
}

/** Which of the hosts go through it is for axios to say. */
function mayBeProxied({ proxy }: InternalAxiosRequestConfig): boolean {
  if (proxy === false) return false
  return Boolean(proxy) || PROXY_VARIABLES.some((name) => process.env[name])
}

/** `undefined` where one name is there in two spellings, or speaks of the connection. */
function wireHeaders({ headers }: InternalAxiosRequestConfig): WireRequest['headers'] | undefined {
  const wire: WireRequest['headers'] = {}
  const seen = new Set<string>()
  for (const name of Object.keys(headers)) {
    const value: unknown = headers[name]
    if (value === null || value === undefined || value === false) continue
    const lower = name.toLowerCase()
    if (seen.has(lower) || CONNECTION.has(lower)) return undefined
    seen.add(lower)
    wire[name] = Array.isArray(value) ? value.map(String) : String(value)
  }
  if (!seen.has('accept-encoding')) wire['Accept-Encoding'] = ACCEPT_ENCODING
  return wire
}
