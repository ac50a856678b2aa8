import { Readable } from 'node:stream'
import { NetworkError, RequestError, VerificationError, type WechatpayError } from '../errors.js'
import { addDoubt } from '../protocols/open-outcome.js'
import type { Call, Protocol, SignedHttpRequest, VerifiedResponse } from '../protocols/protocol.js'
import { detach, readDocument } from '../protocols/response-stream.js'
import {
  type AttemptTimer,
  type HttpResponse,
  type Transport,
  TransportError,
  UNTRUSTED,
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
  const { endpoint, signal, timeout, maxContentLength: limit, onUploadProgress, onDownloadProgress } = call
  const { certificate } = request
  const options = {
    ...{ timer, signal, certificate, limit, onUploadProgress, onDownloadProgress },
    streams: streams(call),
  }
  try {
    const response = await transmit(request, options)
    const { body, status } = response
    if (status === 407) {
      if (body instanceof Readable) body.destroy()
      throw new TransportError('proxy', 'the proxy asks for a user and a password')
    }
    return body instanceof Readable
      ? { ...response, body: detach(body, endpoint.name, timeout, limit) }
      : response
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
 * Verifies a response and reads it.
 *
 * @param read makes data of a verified response
 * @throws {VerificationError} when it is not to be trusted.
 * @throws {ApiError} when it says no.
 */
export async function accept<Data>(
  response: HttpResponse,
  request: SignedHttpRequest,
  call: Call,
  protocol: Protocol,
  read: (verified: VerifiedResponse) => Data,
): Promise<Data> {
  const { status, statusText, headers, body } = response
  if (status >= 200 && status < 300) {
    try {
      return read(await protocol.verify(response, request, call))
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error
      Object.assign(error, { response: { status, statusText, headers: { ...headers } } })
      throw call.endpoint.reads ? error : addDoubt(error)
    }
  }
  // An error to a request for a stream comes as a stream.
  const whole =
    body instanceof Readable
      ? await readDocument(body, call.endpoint.name, call.timeout, MAX_ERROR_BYTES)
      : body
  throw await protocol.toError({ ...response, body: whole }, request, call)
}

/** Codes of failures before a byte of the request left, when they come while connecting. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EMFILE',
  'ENFILE',
])

const CONNECTING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo'])

const TIMED_OUT: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT'])

/** The error of this package for a request without a complete response. */
function toPublicError(error: unknown, { endpoint, repeatable }: Call, timer: AttemptTimer): Error {
  const { name } = endpoint
  const mayHaveLeft = !(error instanceof TransportError) || error.mayHaveLeft
  const say = <E extends WechatpayError>(made: E): E =>
    endpoint.reads || !mayHaveLeft ? made : addDoubt(made)
  if (error instanceof VerificationError) return say(error)
  if (!(error instanceof TransportError)) return error as Error
  const { reason, message, code = '', cause } = error
  if (timer.isOver) {
    const why = mayHaveLeft ? 'no answer' : 'no connection'
    const retryable = repeatable || !mayHaveLeft
    return say(new NetworkError(`${name}: ${why} within ${timer.limit} ms`, { code: 'TIMEOUT', retryable }))
  }
  switch (reason) {
    case 'aborted':
      return say(new NetworkError(`${name}: aborted`, { code: 'ABORTED', retryable: false, cause }))
    case 'proxy':
      return new NetworkError(`${name}: nothing was sent: ${message}`, {
        code: 'CONNECTION_FAILED',
        retryable: true,
      })
    case 'refused':
      return new RequestError(`${name}: ${message}`)
    case 'too-large': {
      const why = `the answer is too large to hold (${message}); give a sink, or a larger maxContentLength`
      return say(new VerificationError(`${name}: ${why}`, { code: 'ANSWER_INVALID' }))
    }
  }
  const { syscall = '' } = (cause ?? {}) as NodeJS.ErrnoException
  const isUntrusted = UNTRUSTED.test(code)
  const neverSent = isUntrusted || !mayHaveLeft || (NOT_CONNECTED.has(code) && CONNECTING.has(syscall))
  const hint = isUntrusted ? `. Nothing was sent: ${UNTRUSTED_HINT}` : ''
  const failure = new NetworkError(`${name}: no answer: ${message}${hint}`, {
    code: TIMED_OUT.has(code) ? 'TIMEOUT' : 'CONNECTION_FAILED',
    retryable: neverSent || repeatable,
    cause,
  })
  return neverSent ? failure : say(failure)
}

const UNTRUSTED_HINT =
  'the access point shows a certificate that is not trusted; where a proxy or an emulator shows one of its own, give its authority as `ca`'
