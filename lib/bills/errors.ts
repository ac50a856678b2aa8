import type { AxiosResponse } from 'axios'
import { ApiError, NetworkError, VerificationError } from '../errors.js'

/** What the messages of a bill are about: `GET v3/bill/tradebill 2024-01-01`. */
export type BillName = string

/** Something came, but it is not (all of) the bill. */
export function notTheBill(name: BillName, why: string, cause?: unknown): VerificationError {
  return new VerificationError(`${name}: the bill is not to be trusted: ${why}`, {
    code: 'ANSWER_INVALID',
    cause,
  })
}

/** The bill came whole, but is another than the one announced. */
export function wrongDigest(name: BillName, announced: string, actual: string): VerificationError {
  return new VerificationError(
    `${name}: the bill is not to be trusted: its SHA-1 is ${actual}, announced was ${announced}; do not use the rows read so far`,
    { code: 'SIGNATURE_INVALID' },
  )
}

/** The connection failed while the bill was arriving. */
export function brokenOff(name: BillName, cause: Error, signal: AbortSignal | undefined): NetworkError {
  if (signal?.aborted) {
    return new NetworkError(`${name}: aborted`, { code: 'ABORTED', retryable: false, cause: signal.reason })
  }
  const code = cause.message.startsWith('no data for ') ? 'TIMEOUT' : 'CONNECTION_FAILED'
  // A bill is only read, so that asking for it once more is harmless.
  return new NetworkError(`${name}: the download broke off: ${cause.message}`, { code, retryable: true })
}

/** An error of the API that came with the status of a success. */
export function refusedBill(name: BillName, document: RefusalDocument, response: AxiosResponse): ApiError {
  const requestId = response.headers['request-id'] as string | undefined
  return new ApiError(`${name}: ${document.code}; ${document.message ?? 'no bill came'}`, {
    code: document.code,
    detail: document.detail,
    requestId,
    verified: false,
    method: 'GET',
    path: 'v3/billdownload/file',
    response: {
      status: response.status,
      data: document,
      headers: Object.fromEntries(Object.entries(response.headers)),
    },
  })
}

/** `{ code, message }`, as the API writes its errors. */
export interface RefusalDocument {
  readonly code: string
  readonly message?: string
  readonly detail?: unknown
}

export function isRefusal(value: unknown): value is RefusalDocument {
  return typeof value === 'object' && value !== null && typeof (value as { code?: unknown }).code === 'string'
}
