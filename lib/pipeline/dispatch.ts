import type { Readable } from 'node:stream'
import type { AxiosRequestConfig, AxiosResponse } from 'axios'
import { knownVerbs } from '../catalog/lookup.js'
import { type ApiError, NetworkError, RequestError, VerificationError } from '../errors.js'
import { copyLiterals } from '../plain-object.js'
import { type CallFacts, isObserved, publish } from '../transport/events.js'
import { delayBeforeRepeat, pause } from '../transport/retry.js'
import type { Sender } from '../transport/sender.js'
import { assertObject, buildRequest } from './build.js'
import { callOf } from './call.js'
import type { ChainedEndpoint } from './endpoint.js'
import { retryLimit } from './idempotency.js'
import { type Sink, writeSink } from './sink.js'
import { prepareUpload, type Upload } from './upload.js'
import { DEFAULT_ORIGIN } from './url.js'

/** How a client sends. */
export interface Dispatcher extends Sender {
  /** Further access points, for repeats after a failed connection. */
  readonly failover: readonly string[]
  /** For a call with all its repeats, in milliseconds. */
  readonly deadline: number | undefined
  /** Whether requests are checked against the catalogue unless a call says otherwise. */
  readonly validate: boolean
  readonly isClosed: () => boolean
}

/** The parts of a request object that concern sending. {@link buildRequest} checks all of it. */
interface SendingOptions {
  readonly signal?: AbortSignal
  readonly baseURL?: string
  readonly retry?: boolean | number
  readonly multipart?: Readonly<Record<string, unknown>>
  readonly sink?: Sink
  readonly validate?: boolean
}

/** Sends one call of the chain until there is an answer that stands. Every attempt is built and signed afresh. */
export async function dispatch(
  endpoint: ChainedEndpoint,
  request: unknown,
  dispatcher: Dispatcher,
): Promise<AxiosResponse> {
  const { deadline, isClosed } = dispatcher
  if (isClosed()) throw new RequestError(`${endpoint.name}: the client is closed`)
  // Taken before anything is waited for: what the caller does to its objects later is no business of this call.
  const taken = copyLiterals(request) as Readonly<Record<string, unknown>> | undefined
  const options = (taken ?? {}) as SendingOptions
  const expiry = deadline === undefined ? undefined : AbortSignal.timeout(deadline)
  let upload: Upload | undefined
  let signal: AbortSignal | undefined
  let unreachable = 0
  try {
    if (hasUpload(endpoint, options)) upload = await readUpload(endpoint, taken, options, expiry)
    for (let count = 1; ; count++) {
      const config = buildRequest(endpoint, taken, upload)
      if (count === 1 && (options.validate ?? dispatcher.validate)) await validate(endpoint, taken, options)
      signal ??= joinSignals(options.signal, expiry)
      if (signal?.aborted) throw abortedBefore(endpoint, signal)
      if (signal) config.signal = signal
      if (unreachable > 0) changeAccessPoint(config, endpoint, dispatcher, unreachable)
      const ended = observe(endpoint, count)
      try {
        const response = await dispatcher.send(config)
        assertJudged(config, endpoint)
        // A response interceptor of the user's may hand over something else, such as the data alone.
        if (response?.status === undefined) return response
        if (options.sink !== undefined) await drain(response, options.sink, endpoint.name)
        ended?.(response)
        return response
      } catch (error) {
        const delay =
          count > retryLimit(endpoint, options, taken) ? undefined : delayBeforeRepeat(error, count)
        if (delay === undefined || signal?.aborted || isClosed()) {
          publishFailure(endpoint, error, count)
          throw error
        }
        if (error instanceof NetworkError) unreachable++
        if (isObserved())
          publish({ type: 'retry', ...factsOf(endpoint, count), error: error as Error, delay })
        await pause(delay, signal, endpoint.name, error as NetworkError | ApiError)
        if (isClosed()) throw error
      }
    }
  } catch (error) {
    throw expiry?.aborted && error instanceof NetworkError ? pastDeadline(error, deadline) : error
  } finally {
    if (upload) await upload.dispose()
  }
}

/** Loaded with the first request that asks for it: few do, and it brings a validator along. */
async function validate(
  endpoint: ChainedEndpoint,
  request: Readonly<Record<string, unknown>> | undefined,
  { validate: isAsked = false }: SendingOptions,
): Promise<void> {
  if (!endpoint.documented) {
    // Of a client that checks whatever it can, undocumented paths are no less open.
    if (!isAsked) return
    const verbs = knownVerbs(endpoint.path).map((verb) => verb.toUpperCase())
    const hint = verbs.length > 0 ? `; ${endpoint.path} is documented as ${verbs.join(', ')}` : ''
    throw new RequestError(`${endpoint.name} is not documented, so there is nothing to validate it by${hint}`)
  }
  const { validateRequest } = await import('./validate.js')
  await validateRequest(endpoint, request)
}

function abortedBefore({ name }: ChainedEndpoint, { reason }: AbortSignal): NetworkError {
  const message = `${name}: aborted before it was sent`
  return new NetworkError(message, { code: 'ABORTED', retryable: true, cause: reason })
}

/** Verification is an interceptor, and interceptors can be cleared. */
function assertJudged(config: AxiosRequestConfig, { name }: ChainedEndpoint): void {
  if (callOf(config)?.judged) return
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

/** Publishes that an attempt begins; what it gives does so for its answer. */
function observe(endpoint: ChainedEndpoint, count: number): ((response: AxiosResponse) => void) | undefined {
  if (!isObserved()) return undefined
  const started = performance.now()
  const facts = factsOf(endpoint, count)
  publish({ type: 'attempt', ...facts })
  return ({ status, headers }) => {
    const requestId = headers?.['request-id'] as string | undefined
    publish({ type: 'response', ...facts, status, requestId, duration: performance.now() - started })
  }
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
  { multipart, signal }: SendingOptions,
  expiry: AbortSignal | undefined,
): Promise<Upload> {
  // Whatever else is wrong with the request comes first: reading a file may take its time.
  buildRequest(endpoint, request)
  return prepareUpload(endpoint, assertObject(endpoint, 'multipart', multipart), joinSignals(signal, expiry))
}

/** Takes turns between the access points, where neither the caller nor the endpoint asks for a certain one. */
function changeAccessPoint(
  config: AxiosRequestConfig,
  { traits }: ChainedEndpoint,
  { baseURL, failover }: Dispatcher,
  turn: number,
): void {
  if (config.baseURL ?? baseURL() ?? traits.origin) return
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

function pastDeadline(
  { message, retryable, cause }: NetworkError,
  deadline: number | undefined,
): NetworkError {
  return new NetworkError(`${message}: the deadline of ${deadline} ms has passed`, {
    code: 'TIMEOUT',
    retryable,
    cause,
  })
}
