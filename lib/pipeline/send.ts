import { Readable } from 'node:stream'
import { NetworkError, RequestError, VerificationError, WechatpayError } from '../errors.js'
import {
  type Call,
  MAY_BE_DONE,
  type Protocol,
  type SignedHttpRequest,
  type VerifiedResponse,
} from '../protocols/protocol.js'
import { detach, readDocument } from '../protocols/response-stream.js'
import {
  type AttemptTimer,
  type HttpResponse,
  type Transport,
  TransportError,
} from '../transport/transport.js'

/** The time limit of one attempt. */
export class Timer implements AttemptTimer {
  readonly limit: number
  isOver = false
  onOver: (() => void) | undefined
  readonly #timeout: NodeJS.Timeout | undefined

  /** @param limit milliseconds; 0 for none */
  constructor(limit: number) {
    this.limit = limit
    if (!(limit > 0)) return
    this.#timeout = setTimeout(() => {
      this.isOver = true
      this.onOver?.()
    }, limit)
  }

  stop(): void {
    clearTimeout(this.#timeout)
    this.onOver = undefined
  }

  toSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (!this.#timeout) return signal
    const controller = new AbortController()
    if (this.isOver) controller.abort()
    this.onOver = () => controller.abort()
    return signal ? AbortSignal.any([signal, controller.signal]) : controller.signal
  }
}

/**
 * Sends a signed request, once.
 *
 * @throws {NetworkError} when no complete response came.
 * @throws {RequestError} when the request cannot be sent.
 * @throws {VerificationError} when the response is too large to hold.
 */
export async function send(
  request: SignedHttpRequest,
  call: Call,
  timer: AttemptTimer,
  transmit: Transport['send'],
): Promise<HttpResponse> {
  const { signal, onUploadProgress, onDownloadProgress } = call
  const { certificate } = request
  const options = { timer, signal, certificate, streams: streams(call), onUploadProgress, onDownloadProgress }
  try {
    const response = await transmit(request, options)
    const { body } = response
    return body instanceof Readable ? { ...response, body: detach(body, call.endpoint.name) } : response
  } catch (error) {
    throw toPublicError(error, call, timer)
  }
}

/** Whether the body is handed on before it is whole: only what is signed apart from its body, or not at all, can be. */
function streams({ responseType, unsigned, endpoint }: Call): boolean {
  return responseType === 'stream' && (unsigned || endpoint.traits.signedDigest !== undefined)
}

/** The bytes of an error that are read at most: it is some lines of JSON, or a page of a gateway's. */
const MAX_ERROR_BYTES: number = 1024 * 1024

/**
 * Verifies a response.
 *
 * @throws {VerificationError} when it is not to be trusted.
 * @throws {ApiError} when it says no.
 */
export async function accept(
  response: HttpResponse,
  request: SignedHttpRequest,
  call: Call,
  protocol: Protocol,
): Promise<VerifiedResponse> {
  if (response.status >= 200 && response.status < 300) return protocol.verify(response, request, call)
  const { body } = response
  // An error to a request for a stream comes as a stream.
  const whole =
    body instanceof Readable
      ? await readDocument(body, call.endpoint.name, call.timeout, MAX_ERROR_BYTES)
      : body
  throw await protocol.toError({ ...response, body: whole }, request, call)
}

/** Codes of failures before a byte of the request left, when they come while connecting. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const CONNECTING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo'])

const TIMED_OUT: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT'])

/** The error of this package for a request without a complete response. */
function toPublicError(error: unknown, { endpoint, repeatable }: Call, timer: AttemptTimer): Error {
  const { name } = endpoint
  if (error instanceof WechatpayError || !(error instanceof TransportError)) return error as Error
  const { reason, message, code = '', cause } = error
  const doubt = endpoint.reads ? '' : `. ${MAY_BE_DONE}`
  if (timer.isOver) {
    const why = `no answer within ${timer.limit} ms`
    return new NetworkError(`${name}: ${why}${doubt}`, { code: 'TIMEOUT', retryable: repeatable })
  }
  switch (reason) {
    case 'aborted':
      return new NetworkError(`${name}: aborted${doubt}`, { code: 'ABORTED', retryable: false, cause })
    case 'refused':
      return new RequestError(`${name}: ${message}`)
    case 'too-large': {
      const why = `the answer is too large to hold (${message}); give a sink, or a larger maxContentLength`
      return new VerificationError(`${name}: ${why}${doubt}`, { code: 'ANSWER_INVALID' })
    }
  }
  const { syscall = '' } = (cause ?? {}) as NodeJS.ErrnoException
  const neverSent = NEVER_SENT.has(code) && CONNECTING.has(syscall)
  return new NetworkError(`${name}: no answer: ${message}${neverSent ? '' : doubt}`, {
    code: TIMED_OUT.has(code) ? 'TIMEOUT' : 'CONNECTION_FAILED',
    retryable: neverSent || repeatable,
    cause,
  })
}
