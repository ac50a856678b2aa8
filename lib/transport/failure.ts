import { type AxiosError, isAxiosError, isCancel } from 'axios'
import { NetworkError, RequestError, type WechatpayError } from '../errors.js'

/** What the messages of a failed request say about it. */
export interface RequestFacts {
  /** `POST v3/pay/transactions/native` */
  readonly name: string
  readonly method: string
  /** Whether repeating the request has no further effect. */
  readonly repeatable: boolean
}

/** Failures before a byte of the request left. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const TIMED_OUT: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT'])

/**
 * A request without an answer, as an error of ours. Axios' own error is not kept as the cause: it holds
 * the config with the `Authorization` header.
 */
export function toFailure(error: AxiosError, { name, method, repeatable }: RequestFacts): WechatpayError {
  const code = error.code ?? ''
  const cause = systemError(error)
  if (isCancel(error)) {
    return new NetworkError(`${name}: aborted`, { code: 'ABORTED', retryable: false, cause })
  }
  if (!error.request && !cause) return new RequestError(`${name}: ${error.message}`)
  const neverSent = NEVER_SENT.has(code)
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
