import { setMaxListeners } from 'node:events'
import { AxiosError, type AxiosResponse, CanceledError, type InternalAxiosRequestConfig } from 'axios'
import type { Dispatcher } from 'undici'
import { RequestError } from '../../errors.js'
import type { Clock } from '../clock.js'
import { decompress, toAxiosHeaders, tooLarge } from './answer.js'
import type { Wire } from './connections.js'
import type { WireRequest } from './ordinary.js'

type Controller = Dispatcher.DispatchController
type Headers = Parameters<typeof toAxiosHeaders>[0]

/** What undici says of a connection that ended, in Node's words. */
const HANG_UP: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED'])

/** Sends a request and waits for all of its answer; what comes of it is what axios' own adapter makes of it. */
export async function exchange(
  wire: Wire,
  request: WireRequest,
  config: InternalAxiosRequestConfig,
  clock: Clock,
): Promise<AxiosResponse> {
  const response = await receive(wire, request, config, clock)
  if (response.headers['content-encoding']) await decompress(response, config.maxContentLength ?? -1)
  const { status } = response
  if (!config.validateStatus || config.validateStatus(status)) return response
  const code = status >= 400 && status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE
  throw new AxiosError(`Request failed with status code ${status}`, code, config, undefined, response)
}

function receive(
  wire: Wire,
  request: WireRequest,
  config: InternalAxiosRequestConfig,
  clock: Clock,
): Promise<AxiosResponse> {
  const signal = config.signal as AbortSignal | undefined
  const limit = config.maxContentLength ?? -1
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let controller: Controller | undefined
    let response: AxiosResponse | undefined
    /** Once it is set, nobody waits any more: a request that still queues is not sent. */
    let over = false

    function end(): void {
      over = true
      clock.onOver = undefined
      signal?.removeEventListener('abort', cancel)
    }
    function fail(error: Error): void {
      if (over) return
      end()
      reject(error)
      controller?.abort(error)
    }
    function cancel(): void {
      fail(new CanceledError(undefined, config))
    }

    if (signal?.aborted || clock.isOver) return cancel()
    if (signal) {
      allowMany(signal)
      signal.addEventListener('abort', cancel)
    }
    clock.onOver = cancel
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started
        if (over) started.abort(new CanceledError(undefined, config))
      },
      onResponseStart(_, status, headers, statusText = '') {
        if (status < 200) return
        response = {
          status,
          statusText,
          headers: toAxiosHeaders(headers as Headers),
          config,
          data: undefined,
        }
      },
      onResponseData(_, chunk) {
        chunks.push(chunk)
        size += chunk.length
        if (limit > -1 && size > limit) fail(tooLarge(limit, config))
      },
      onResponseEnd() {
        if (over || !response) return
        end()
        response.data = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
        resolve(response)
      },
      onResponseError(_, error) {
        const isUnsent = !controller && (error as NodeJS.ErrnoException).code === 'UND_ERR_DESTROYED'
        fail(isUnsent ? new RequestError('The client is closed') : toAxiosError(error, config, response))
      },
    }
    // A turn later: undici takes so long to see that a connection is free, and would open another.
    setImmediate(() => {
      if (!over) wire.dispatch(request, handler)
    })
  })
}

/** One signal may be for any number of calls. */
function allowMany(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal)
  } catch {
    // Signals that are not Node's own, of a polyfill or jsdom, do not count their listeners.
  }
}

function toAxiosError(
  error: NodeJS.ErrnoException,
  config: InternalAxiosRequestConfig,
  response: AxiosResponse | undefined,
): Error {
  const code = error.code ?? ''
  if (HANG_UP.has(code)) {
    return response
      ? new AxiosError('stream has been aborted', AxiosError.ERR_BAD_RESPONSE, config, undefined, response)
      : AxiosError.from(new Error('socket hang up'), 'ECONNRESET', config)
  }
  // What it finds wrong with the request itself is no failure of the network.
  if (code.startsWith('UND_ERR_INVALID_ARG') || code === 'UND_ERR_NOT_SUPPORTED') return error
  return AxiosError.from(error, undefined, config, undefined, response)
}
