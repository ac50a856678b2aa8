import axios, {
  AxiosHeaders,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosRequestTransformer,
  type AxiosResponse,
  type AxiosResponseTransformer,
  type InternalAxiosRequestConfig,
  isCancel,
} from 'axios'
import { endpointOfUrl } from './catalog/endpoint.js'
import { NetworkError, RequestError, VerificationError } from './errors.js'
import { type Account, cannotCall, maySpeak } from './identity.js'
import { mergeHeaders, requiredHeaders } from './pipeline/build.js'
import { type DirectRequest, publishDirect } from './pipeline/events.js'
import { inspectBody } from './pipeline/json-body.js'
import { decode } from './pipeline/pipeline.js'
import { accept, send, Timer } from './pipeline/send.js'
import { prepareUpload } from './pipeline/upload.js'
import { copyLiterals } from './plain-object.js'
import { addDoubt } from './protocols/open-outcome.js'
import type { Call, Protocol, SignedHttpRequest, Upload, VerifiedResponse } from './protocols/protocol.js'
import type { HttpResponse, Transport } from './transport/transport.js'
import { needsAxios } from './transport/undici.js'

/** An axios instance of a client, and the way of a call of the chain through it. */
export interface AxiosClient {
  readonly instance: AxiosInstance
  /** Makes one attempt through the instance, with whatever its user has added to it. */
  readonly attempt: (call: Call) => Promise<AxiosResponse>
}

/** What an axios instance of a client works with. */
export interface AxiosClientContext {
  readonly api: 'v2' | 'v3'
  readonly protocol: Protocol
  readonly transport: Transport
  readonly account: Account
}

type Config = InternalAxiosRequestConfig

/** A request on its way, and the config as it was before it was signed. */
interface Exchange {
  readonly call: Call
  readonly request: SignedHttpRequest
  /** What is told of a request that comes past the chain; absent for a call of the chain, which tells of itself. */
  readonly direct: DirectRequest | undefined
  /** Lets go of what an attempt holds: its timer, and what was put aside for its file. */
  readonly release: () => Promise<void>
  readonly given: {
    readonly url: string | undefined
    readonly data: unknown
    readonly params: unknown
    readonly responseType: Config['responseType'] | undefined
    readonly transformResponse: Config['transformResponse'] | undefined
    readonly adapter: Config['adapter'] | undefined
  }
}

/**
 * The mark by which a config leads to its call and its exchange. An instance of a class, because axios clones plain objects whenever it
 * merges a config; empty, because configs are printed.
 */
class Ticket {}

const ticketKey = Symbol('wechatpay-fluent')
const ticketOf = (config: object | undefined): Ticket =>
  (config as { [ticketKey]?: Ticket } | undefined)?.[ticketKey] ?? new Ticket()

/** Calls of the chain, which come through the instance. */
const calls = new WeakMap<Ticket, Call>()
const exchanges = new WeakMap<Ticket, Exchange>()
/** Requests whose outcome is known to our interceptors. */
const completed = new WeakSet<Ticket>()

/** A response before it is verified. Interceptors that a user puts in place of ours find nothing to read in it. */
class UnverifiedBody {
  readonly #response: HttpResponse

  constructor(response: HttpResponse) {
    this.#response = response
  }

  static open({ data }: AxiosResponse): HttpResponse | undefined {
    return data instanceof UnverifiedBody ? data.#response : undefined
  }
}

/**
 * The axios instance of one version of the API. It signs in a request interceptor, which runs after those that users add and after the
 * `transformRequest` of the config, and verifies in a response interceptor, which runs before theirs.
 *
 * @param defaults options and headers of every request
 */
export function createAxiosClient(context: AxiosClientContext, defaults: AxiosRequestConfig): AxiosClient {
  const { protocol } = context
  const instance = axios.create({
    transformRequest: [],
    transformResponse: [decoder(protocol)],
    adapter: refuseUnsigned,
    ...defaults,
    // Interceptors that users add run before ours, which signs what they leave.
    transitional: { legacyInterceptorReqResOrdering: true },
  })
  // That of axios, which is no limit, would stand in place of the client's.
  if (defaults.maxContentLength === undefined) delete instance.defaults.maxContentLength
  instance.interceptors.request.use((config) => signConfig(config, context))
  instance.interceptors.response.use((response) => verify(response, protocol), refuse)
  return {
    instance,
    async attempt(call) {
      const ticket = new Ticket()
      calls.set(ticket, call)
      const response = await instance.request(toConfig(call, ticket))
      if (completed.has(ticket)) return response
      const error = notVerified(`${call.endpoint.name}: `)
      throw call.endpoint.reads ? error : addDoubt(error)
    },
  }
}

function notVerified(name = ''): VerificationError {
  const why = "the answer was not verified: the client's own interceptors were removed"
  return new VerificationError(name + why, { code: 'SIGNATURE_MISSING' })
}

/** The adapter of a request that has not come through our interceptor. */
function refuseUnsigned(): Promise<never> {
  throw new RequestError("The request is not signed: the client's own interceptors were removed")
}

/** Copied, because who gets to see a config may change it, and the next attempt starts from the same call. */
function toConfig(call: Call, ticket: Ticket): AxiosRequestConfig {
  const { endpoint, path, query, body, headers, baseURL, timeout, signal, responseType } = call
  const { maxContentLength, onUploadProgress, onDownloadProgress } = call
  return {
    method: endpoint.verb,
    url: path,
    params: copyLiterals(query),
    data: copyLiterals(body),
    headers: { ...headers },
    timeout,
    ...(baseURL !== undefined && { baseURL }),
    ...(maxContentLength !== undefined && { maxContentLength }),
    ...(signal && { signal }),
    ...(responseType && { responseType }),
    ...(onUploadProgress && { onUploadProgress }),
    ...(onDownloadProgress && { onDownloadProgress }),
    [ticketKey]: ticket,
  } as AxiosRequestConfig
}

/**
 * Signs what interceptors and transforms of the user's have left of a config, and makes sure that it, and nothing else, is sent.
 *
 * @throws {RequestError} when it cannot be signed.
 */
async function signConfig(config: Config, context: AxiosClientContext): Promise<Config> {
  const ticket = ticketOf(config)
  restore(config, exchanges.get(ticket))
  const { url, data, params, responseType, transformResponse, adapter } = config
  const given = { url, data, params, responseType, transformResponse, adapter }
  const timer = new Timer(Number(config.timeout ?? 0))
  const begun = performance.now()
  const { api, protocol } = context
  const transforms = [config.transformRequest ?? []].flat()
  let upload: Upload | undefined
  try {
    const plain = toCall(config, calls.get(ticket), context)
    upload = plain.upload ?? (await readUpload(plain))
    const body = plain.upload ? plain.body : (upload?.fields ?? plain.body)
    let call = { ...(await protocol.encrypt({ ...plain, body }, timer)), upload }
    if (transforms.length > 0) {
      config.data = transformBody(config, transforms, call)
      // Transforms may have changed the URL and the headers, too.
      call = { ...toCall(config, calls.get(ticket), context), upload }
    }
    const final = {
      ...call,
      body: api === 'v3' ? sendable(call) : call.body,
      query: serialize(config, call, api),
    }
    const request = await protocol.sign(final)
    const { endpoint, query } = final
    // The fields as they were before they were encrypted have their marks.
    const direct = calls.has(ticket) ? undefined : { endpoint, begun, query, body: plain.body }
    const disposable = upload === plain.upload ? undefined : upload
    const release = async (): Promise<void> => {
      timer.stop()
      await disposable?.dispose()
    }
    exchanges.set(ticket, { call: final, request, direct, release, given })
    return putSignedRequest(config, ticket, final, request, signedAdapter(ticket, timer, context))
  } catch (error) {
    completed.add(ticket)
    timer.stop()
    await upload?.dispose()
    throw error
  }
}

/** A config that is sent once more has the signed request in it; it gets back what was given. */
function restore(config: Config, last: Exchange | undefined): void {
  if (!last || config.url !== last.request.url || config.data !== last.request.body) return
  config.data = last.given.data
  config.params = last.given.params
  if (last.given.url !== undefined) config.url = last.given.url
}

/** @param chained the call of the chain that the config was made for */
function toCall(
  config: Config,
  chained: Call | undefined,
  { api, account, protocol }: AxiosClientContext,
): Call {
  const { method = 'get', params, data, baseURL, signal } = config
  // On the wire, the paths of APIv2 have no version; who writes it as in a chain means the same.
  const url = api === 'v2' ? (config.url ?? '').replace(/^\/?v2\//, '') : (config.url ?? '')
  if (url === '') throw new RequestError('The request has no URL')
  const isChained = chained !== undefined && chained.endpoint.verb === method.toLowerCase()
  const endpoint = isChained ? chained.endpoint : endpointOfUrl(url, method, api)
  if (!maySpeak(account, endpoint.protocol)) throw cannotCall(account, endpoint)
  return {
    endpoint,
    path: url,
    query: params ?? undefined,
    body: data,
    upload: isChained ? chained.upload : undefined,
    headers: mergeHeaders(requiredHeaders(protocol), config.headers.toJSON()),
    baseURL,
    timeout: Number(config.timeout ?? 0),
    maxContentLength: config.maxContentLength,
    signal: signal as AbortSignal | undefined,
    responseType: config.responseType,
    onUploadProgress: config.onUploadProgress,
    onDownloadProgress: config.onDownloadProgress,
    decrypt: isChained && chained.decrypt,
    // Another URL is another endpoint, whose response is verified like any other.
    unsigned: isChained ? chained.unsigned && url === chained.path : endpoint.traits.unsigned === true,
    repeatable: isChained ? chained.repeatable : endpoint.reads,
    sensitive: typeof data === 'object' || typeof params === 'object',
  }
}

/** The query as the user's own serializer writes it. That of a GET in APIv2 is a message, which is completed and signed first. */
function serialize(
  { paramsSerializer: given }: Config,
  { endpoint, query }: Call,
  api: 'v2' | 'v3',
): unknown {
  const serializer = typeof given === 'function' ? given : given?.serialize
  if (!serializer || query === undefined || (api === 'v2' && endpoint.verb === 'get')) return query
  return serializer(query as Record<string, unknown>)
}

/** The file of an upload of APIv2 that has come past the chain. */
async function readUpload({ endpoint, body, signal }: Call): Promise<Upload | undefined> {
  if (!endpoint.traits.upload?.flat) return undefined
  return prepareUpload(endpoint, (body ?? {}) as Record<string, unknown>, signal)
}

/**
 * The body with its dates as the API wants them.
 *
 * @throws {RequestError} for a body that JSON cannot carry.
 */
function sendable({ body: given, endpoint }: Call): unknown {
  if (given === undefined || given === null || Buffer.isBuffer(given)) return given
  const { problem, body } = inspectBody(given)
  if (problem) throw new RequestError(`${endpoint.name}: ${problem}`)
  return body
}

/** The body as the user's transforms leave it; they see the request with its sensitive fields encrypted. */
function transformBody(
  config: Config,
  transforms: readonly AxiosRequestTransformer[],
  { body, query, headers }: Call,
): unknown {
  config.data = body
  config.params = query
  const serial = headers['Wechatpay-Serial']
  if (serial !== undefined) config.headers.set('Wechatpay-Serial', serial)
  return transforms.reduce(
    (data: unknown, transform) => transform.call(config, data, config.headers) as unknown,
    body,
  )
}

/** Puts the signed request into a config. */
function putSignedRequest(
  config: Config,
  ticket: Ticket,
  { endpoint }: Call,
  { url, headers, body }: SignedHttpRequest,
  adapter: (config: Config) => Promise<AxiosResponse>,
): Config {
  Object.assign(config, {
    [ticketKey]: ticket,
    method: endpoint.verb,
    url,
    data: body,
    headers: Object.assign(new AxiosHeaders(), headers),
    baseURL: undefined,
    params: undefined,
    auth: undefined,
    transformRequest: [],
    transformResponse: [],
    responseType: 'arraybuffer',
    adapter,
  })
  return config
}

/** Sends what was signed, and nothing else, by the client's own transport or by the user's adapter. */
function signedAdapter(
  ticket: Ticket,
  timer: Timer,
  { transport }: AxiosClientContext,
): (config: Config) => Promise<AxiosResponse> {
  const { call, request, given, release } = exchanges.get(ticket) as Exchange
  const own = given.adapter === refuseUnsigned ? undefined : given.adapter
  return async (config) => {
    try {
      if (
        config.url !== request.url ||
        config.method !== call.endpoint.verb ||
        config.data !== request.body
      ) {
        throw new RequestError(
          'The request was changed after it was signed; register interceptors that change it earlier',
        )
      }
      const isPlain = own === undefined && !needsAxios(config)
      const response = await send(request, call, timer, (signed, options) =>
        isPlain ? transport.send(signed, options) : transport.sendBy(own, config, signed, options),
      )
      const { status, statusText, headers } = response
      return { status, statusText, headers, config, data: new UnverifiedBody(response), request: undefined }
    } catch (error) {
      throw fail(ticket, error)
    } finally {
      await release()
    }
  }
}

/** @throws {VerificationError} before anyone sees the data of a response that is not to be trusted. */
async function verify(response: AxiosResponse, protocol: Protocol): Promise<AxiosResponse> {
  const { config } = response
  const ticket = ticketOf(config)
  const exchange = exchanges.get(ticket)
  const received = UnverifiedBody.open(response)
  if (!exchange || !received) throw notVerified()
  completed.add(ticket)
  const { call, request, given } = exchange
  const { responseType, transformResponse } = given
  config.headers.delete('Authorization')
  Object.assign(config, { adapter: undefined, responseType, transformResponse })
  try {
    response.data = await accept(received, request, call, protocol, (verified) =>
      transformed(verified, exchange, response),
    )
  } catch (error) {
    throw fail(ticket, error)
  }
  const { data, status, headers } = response
  if (exchange.direct) publishDirect(exchange.direct, { status, data, requestId: headers['request-id'] })
  return response
}

/** Ends a request that has failed. */
function fail(ticket: Ticket, error: unknown): unknown {
  completed.add(ticket)
  const direct = exchanges.get(ticket)?.direct
  if (direct) publishDirect(direct, error as Error)
  return error
}

/** The data of a response as the user's transforms leave it; they begin with the text, as in axios. */
function transformed(
  verified: VerifiedResponse,
  { call, given }: Exchange,
  response: AxiosResponse,
): unknown {
  const transforms = [given.transformResponse ?? []].flat()
  const { body } = verified
  const isOurs = transforms.every((transform) => decoders.has(transform))
  if (isOurs || !Buffer.isBuffer(body)) return decode(verified, call)
  const { config, headers, status } = response
  const text: unknown = call.responseType === 'arraybuffer' ? body : body.toString()
  return transforms.reduce(
    (data, transform) => transform.call(config, data, headers as AxiosHeaders, status) as unknown,
    text,
  )
}

const decoders = new WeakSet<AxiosResponseTransformer>()

/** The default transform, which turns the text of a verified response into data; what is no text any more stays as it is. */
function decoder(protocol: Protocol): AxiosResponseTransformer {
  const decodeText: AxiosResponseTransformer = function (data: unknown, _headers, status = 200) {
    const call = exchanges.get(ticketOf(this))?.call
    const isText = typeof data === 'string' && (call?.responseType ?? 'json') === 'json'
    return call && isText ? protocol.decode(Buffer.from(data), call, status) : data
  }
  decoders.add(decodeText)
  return decodeText
}

/** Hands on errors; an abort between signing and sending becomes one of this package. */
async function refuse(error: unknown): Promise<never> {
  if (!isCancel(error)) throw error
  const ticket = ticketOf((error as { readonly config?: Config }).config)
  const exchange = exchanges.get(ticket)
  await exchange?.release()
  const { endpoint, signal } = exchange?.call ?? {}
  const message = `${endpoint?.name ?? 'The request'}: aborted`
  throw fail(ticket, new NetworkError(message, { code: 'ABORTED', retryable: false, cause: signal?.reason }))
}
