import { type AxiosError, isAxiosError, isCancel } from 'axios'
import { NetworkError, RequestError, VerificationError, type WechatpayError } from '../errors.js'
import type { Clock } from './clock.js'

/** What the messages of a failed request say about it. */
export interface RequestFacts {
  /** `POST v3/pay/transactions/native` */
  readonly name: string
  readonly method: string
  /** Whether repeating the request has no further effect. */
  readonly repeatable: boolean
  readonly clock: Clock
}

/** Failures before a byte of the request left, when they come while connecting. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const CONNECTING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo'])

/** What axios refuses by itself. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ERR_BAD_OPTION',
  'ERR_BAD_OPTION_VALUE',
  'ERR_INVALID_URL',
  'ERR_NOT_SUPPORT',
])

const TIMED_OUT: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT'])

/**
 * A request without an answer, as an error of ours. Axios' own error is not kept as the cause: it holds
 * the config with the `Authorization` header.
 */
export function toFailure(error: AxiosError, facts: RequestFacts): WechatpayError {
  const { name, method, repeatable } = facts
  const code = error.code ?? ''
  const cause = systemError(error)
  const doubt = method === 'GET' ? '' : `. ${MAY_BE_DONE}`
  if (facts.clock.isOver) {
    const why = `no answer within ${facts.clock.limit} ms`
    return new NetworkError(`${name}: ${why}${doubt}`, { code: 'TIMEOUT', retryable: repeatable })
  }
  if (isCancel(error)) {
    return new NetworkError(`${name}: aborted${doubt}`, { code: 'ABORTED', retryable: false, cause })
  }
  if (NOT_SENT.has(code) || error.message.includes('maxBodyLength')) {
    return new RequestError(`${name}: ${error.message}`)
  }
  if (error.message.startsWith('maxContentLength')) {
    const why = `the answer is too large to hold (${error.message}); give a sink, or a larger maxContentLength`
    return new VerificationError(`${name}: ${why}${doubt}`, { code: 'ANSWER_INVALID' })
  }
  return noAnswer(error, facts, cause)
}

function noAnswer(
  error: AxiosError,
  { name, method, repeatable }: RequestFacts,
  cause: unknown,
): NetworkError {
  const code = error.code ?? ''
  const neverSent =
    NEVER_SENT.has(code) && CONNECTING.has((cause as NodeJS.ErrnoException | undefined)?.syscall ?? '')
  const doubt = neverSent || method === 'GET' ? '' : `. ${MAY_BE_DONE}`
  return new NetworkError(`${name}: no answer: ${error.message}${doubt}`, {
    code: TIMED_OUT.has(code) ? 'TIMEOUT' : 'CONNECTION_FAILED',
    retryable: neverSent || repeatable,
    cause,
  })
}

/** For every outcome of a write that leaves open whether it was carried out. */
export const MAY_BE_DONE =
  'The order may exist all the same: query it before sending the request again with another number'

/** Node's own error holds code, syscall and address, and no request. */
function systemError(error: AxiosError): unknown {
  const cause = isCancel(error) ? (error.config?.signal as AbortSignal | undefined)?.reason : error.cause
  return isAxiosError(cause) ? undefined : cause
}
