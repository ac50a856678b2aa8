import { type Readable, Writable } from 'node:stream'
import type { AxiosInstance, AxiosResponse } from 'axios'
import { NetworkError, RequestError } from '../errors.js'
import { publish } from '../transport/events.js'
import { withRetries } from '../transport/retry.js'
import { assertObject, buildRequest } from './build.js'
import type { ChainedEndpoint } from './endpoint.js'
import { retryLimit } from './idempotency.js'
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
  { client, failover, deadline, isClosed }: Dispatcher,
): Promise<AxiosResponse> {
  if (isClosed()) throw new RequestError(`${endpoint.name}: the client is closed`)
  const options = (request ?? {}) as SendingOptions
  const expiry = deadline === undefined ? undefined : AbortSignal.timeout(deadline)
  const signal = joinSignals(options.signal, expiry)
  const facts = { method: endpoint.verb.toUpperCase(), path: endpoint.path }
  const accessPoints = (options.baseURL ?? client.defaults.baseURL) ? [] : accessPointsOf(endpoint, failover)
  const upload = await uploadOf(endpoint, request, options.multipart)
  // What was half written into a stream cannot be taken back.
  const limit = () => (options.sink instanceof Writable ? 0 : retryLimit(endpoint, options.retry, request))
  let unreachable = 0

  async function attempt(count: number): Promise<AxiosResponse> {
    const config = buildRequest(endpoint, request, upload)
    if (signal) config.signal = signal
    const elsewhere = accessPoints[unreachable % accessPoints.length]
    if (unreachable > 0 && elsewhere) config.baseURL = elsewhere
    publish({ type: 'attempt', ...facts, attempt: count })
    const started = performance.now()
    const response = await client.request(config)
    // A response interceptor of the user's may hand over something else, such as the data alone.
    const { status, headers } = (response ?? {}) as Partial<AxiosResponse>
    if (options.sink !== undefined && headers) await drain(response, options.sink, endpoint.name)
    const duration = performance.now() - started
    if (status !== undefined) {
      publish({
        type: 'response',
        ...facts,
        attempt: count,
        status,
        requestId: headers?.['request-id'] as string | undefined,
        duration,
      })
    }
    return response
  }

  try {
    return await withRetries(attempt, {
      name: endpoint.name,
      limit,
      signal,
      isClosed,
      onRetry: (error, count, delay) => {
        if (error instanceof NetworkError) unreachable++
        publish({ type: 'retry', ...facts, attempt: count, error, delay })
      },
    })
  } catch (error) {
    if (!expiry?.aborted || !(error instanceof NetworkError)) throw error
    throw new NetworkError(`${error.message}: the deadline of ${deadline} ms has passed`, {
      code: 'TIMEOUT',
      retryable: error.retryable,
    })
  } finally {
    await upload?.dispose()
  }
}

async function uploadOf(
  endpoint: ChainedEndpoint,
  request: unknown,
  multipart: SendingOptions['multipart'],
): Promise<Upload | undefined> {
  if (multipart === undefined || endpoint.api === 'v2') return undefined
  // Whatever else is wrong with the request comes first: reading a file may take its time.
  buildRequest(endpoint, request)
  return prepareUpload(endpoint, assertObject(endpoint, 'multipart', multipart))
}

async function drain(response: AxiosResponse, sink: Sink, name: string): Promise<void> {
  await writeSink(response.data as Readable, sink, response.config.timeout ?? 0, name)
  response.data = undefined
}

function joinSignals(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other)
}

/** Endpoints with an access point of their own have no second one. */
function accessPointsOf({ traits }: ChainedEndpoint, failover: readonly string[]): readonly string[] {
  return traits.origin === undefined ? [DEFAULT_ORIGIN, ...failover] : []
}
