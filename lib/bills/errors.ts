import { NetworkError, VerificationError } from '../errors.js'

/** The error for what was downloaded and is not the bill, or not all of it. */
export function notTheBill(name: string, why: string, cause?: unknown): VerificationError {
  return new VerificationError(`${name}: the bill is not to be trusted: ${why}`, {
    code: 'ANSWER_INVALID',
    cause,
  })
}

/** A row of a bill that cannot be read. */
export interface BadBillRow {
  /** The line that the row begins with; the headings are line 1. */
  readonly line: number
  /** The row as it stands in the bill. */
  readonly text: string
  /** Says what is wrong with it: `has 28 fields under 27 headings`. */
  readonly reason: string
}

/** The error for a row that cannot be read, where nobody asked to be told of such rows. */
export function badRow(name: string, { line, reason }: BadBillRow): VerificationError {
  return new VerificationError(
    `${name}: line ${line} ${reason}; with the option onBadRow the other rows can be read all the same`,
    { code: 'ANSWER_INVALID' },
  )
}

/** The error for a bill that was read to its end and is not the one that was announced. */
export function wrongDigest(name: string, announced: string, actual: string): VerificationError {
  return new VerificationError(
    `${name}: the bill is not to be trusted: its SHA-1 is ${actual}, announced was ${announced}; do not use the rows read so far`,
    { code: 'SIGNATURE_INVALID' },
  )
}

/** The error for a connection that failed during the download. */
export function brokenOff(name: string, cause: Error, signal: AbortSignal | undefined): NetworkError {
  if (signal?.aborted) {
    return new NetworkError(`${name}: aborted`, { code: 'ABORTED', retryable: false, cause: signal.reason })
  }
  const code = cause.message.startsWith('no data for ') ? 'TIMEOUT' : 'CONNECTION_FAILED'
  // A download changes nothing, so it may be repeated.
  return new NetworkError(`${name}: the download broke off: ${cause.message}`, { code, retryable: true })
}
