import type { Readable } from 'node:stream'
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios'
import { NetworkError, RequestError, VerificationError } from '../errors.js'
import { type CallFacts, isObserved, publish } from '../transport/events.js'
import { delayBeforeRepeat, pause } from '../transport/retry.js'
import { assertObject, buildRequest } from './build.js'
import { callOf } from './call.js'
import type { ChainedEndpoint } from './endpoint.js'
import { retryLimit } from './idempotency.js'
import { copyLiterals } from './plain-object.js'
import { type Sink, writeSink } from './sink.js'
import { prepareUpload, type Upload } from './upload.js'
import { DEFAULT_ORIGIN } from './url.js'

/** How a client sends. */
export interface Dispatcher {
  readonly client: AxiosInstance
  /** Further access points, for repeats after a failed connection. */
  readonly failover: readonly string[]
  /** For a call with all its repeats, in milliseconds. */
  readonly deadline: number | undefined
  readonly isClosed: () => boolean
}

/** The parts of a request object that concern sending. {@link buildRequest} checks all of it. */
interface SendingOptions {
  readonly signal?: AbortSignal
  readonly baseURL?: string
  readonly retry?: boolean | number
  readonly multipart?: Readonly<Record<string, unknown>>
  readonly sink?: Sink
}

/** Sends one call of the chain until there is an answer that stands. Every attempt is built and signed afresh. */
export async function dispatch(
  endpoint: ChainedEndpoint,
  request: unknown,
  dispatcher: Dispatcher,
): Promise<AxiosResponse> {
  const { deadline, isClosed } = dispatcher
  if (isClosed()) throw new RequestError(`${endpoint.name}: the client is closed`)
  const options = (request ?? {}) as SendingOptions
  const { sink } = options
  const repeats = retryLimit(endpoint, options, request)
  const hasFile = hasUpload(endpoint, options)
  // What the caller does to its objects later, while the call waits for something, is no business of this call.
  const taken = repeats > 0 || hasFile ? copyLiterals(request) : request
  const expiry = deadline === undefined ? undefined : AbortSignal.timeout(deadline)
  const signal = joinSignals(options.signal, expiry)
  const upload = hasFile ? await readUpload(endpoint, taken, taken as SendingOptions) : undefined
  let unreachable = 0
  try {
    for (let count = 1; ; count++) {
      const config = buildRequest(endpoint, taken, upload)
      if (signal) config.signal = signal
      if (unreachable > 0) changeAccessPoint(config, endpoint, dispatcher, unreachable)
      try {
        return await attempt(endpoint, config, dispatcher.client, sink, count)
      } catch (error) {
        const delay = count > repeats ? undefined : delayBeforeRepeat(error, count)
        if (delay === undefined || signal?.aborted || isClosed()) {
          publishFailure(endpoint, error, count)
          throw error
        }
        if (error instanceof NetworkError) unreachable++
        if (isObserved())
          publish({ type: 'retry', ...factsOf(endpoint, count), error: error as Error, delay })
        await pause(delay, signal, endpoint.name)
        if (isClosed()) throw error
      }
    }
  } catch (error) {
    throw expiry?.aborted && error instanceof NetworkError ? pastDeadline(error, deadline) : error
  } finally {
    if (upload) await upload.dispose()
  }
}

async function attempt(
  endpoint: ChainedEndpoint,
  config: AxiosRequestConfig,
  client: AxiosInstance,
  sink: Sink | undefined,
  count: number,
): Promise<AxiosResponse> {
  const started = performance.now()
  if (isObserved()) publish({ type: 'attempt', ...factsOf(endpoint, count) })
  const response = await client.request(config)
  assertAccepted(config, endpoint)
  // A response interceptor of the user's may hand over something else, such as the data alone.
  const { status, headers } = (response ?? {}) as Partial<AxiosResponse>
  if (status === undefined) return response
  if (sink !== undefined) await drain(response, sink, endpoint.name)
  if (isObserved()) {
    const requestId = headers?.['request-id'] as string | undefined
    const duration = performance.now() - started
    publish({ type: 'response', ...factsOf(endpoint, count), status, requestId, duration })
  }
  return response
}

/** Verification is an interceptor, and interceptors can be cleared. */
function assertAccepted(config: AxiosRequestConfig, { name }: ChainedEndpoint): void {
  if (callOf(config)?.accepted) return
  throw new VerificationError(
    `${name}: the answer was not verified: the client's own interceptors were removed`,
    {
      code: 'SIGNATURE_MISSING',
    },
  )
}

function factsOf({ verb, path }: ChainedEndpoint, attempt: number): CallFacts {
  return { method: verb.toUpperCase(), path, attempt }
}

function publishFailure(endpoint: ChainedEndpoint, error: unknown, count: number): void {
  if (isObserved()) publish({ type: 'failure', ...factsOf(endpoint, count), error: error as Error })
}

/** The multipart of APIv2 has no `meta`; its client makes it. */
function hasUpload({ api }: ChainedEndpoint, { multipart }: SendingOptions): boolean {
  return multipart !== undefined && api === 'v3'
}

function readUpload(
  endpoint: ChainedEndpoint,
  request: unknown,
  { multipart }: SendingOptions,
): Promise<Upload> {
  // Whatever else is wrong with the request comes first: reading a file may take its time.
  buildRequest(endpoint, request)
  return prepareUpload(endpoint, assertObject(endpoint, 'multipart', multipart))
}

/** Takes turns between the access points, where neither the caller nor the endpoint asks for a certain one. */
function changeAccessPoint(
  config: AxiosRequestConfig,
  { traits }: ChainedEndpoint,
  { client, failover }: Dispatcher,
  turn: number,
): void {
  if (config.baseURL ?? client.defaults.baseURL ?? traits.origin) return
  const accessPoints = [DEFAULT_ORIGIN, ...failover]
  config.baseURL = accessPoints[turn % accessPoints.length] as string
}

async function drain(response: AxiosResponse, sink: Sink, name: string): Promise<void> {
  await writeSink(response.data as Readable, sink, response.config.timeout ?? 0, name)
  response.data = undefined
}

function joinSignals(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other)
}

function pastDeadline({ message, retryable }: NetworkError, deadline: number | undefined): NetworkError {
  return new NetworkError(`${message}: the deadline of ${deadline} ms has passed`, {
    code: 'TIMEOUT',
    retryable,
  })
}
