/** Codes of the errors that the client itself raises; an {@link ApiError} carries the API's own code. */
export type ClientErrorCode =
  | 'CONFIG_INVALID'
  | 'KEY_INVALID'
  | 'REQUEST_INVALID'
  | 'CONNECTION_FAILED'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'SINK_FAILED'
  | VerificationErrorCode

/** What every error of this package has in common: a `code` to switch on and, where there is one, a `cause`. */
export class WechatpayError extends Error {
  /** One of {@link ClientErrorCode}, or the API's own code on an {@link ApiError}. */
  readonly code: string

  constructor(message: string, options: { code: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = options.code
  }
}

/** The client was given options it cannot work with. Thrown by the constructor, and by the key loaders. */
export class ConfigError extends WechatpayError {
  constructor(message: string, options: { code?: 'CONFIG_INVALID' | 'KEY_INVALID'; cause?: unknown } = {}) {
    super(message, { code: 'CONFIG_INVALID', ...options })
  }
}

/** The request itself is wrong. Nothing was sent. */
export class RequestError extends WechatpayError {
  constructor(
    message: string,
    options: { code?: 'REQUEST_INVALID' | 'DECRYPTION_FAILED'; cause?: unknown } = {},
  ) {
    super(message, { code: 'REQUEST_INVALID', ...options })
  }
}

/** No answer came: connection, timeout or abort. */
export class NetworkError extends WechatpayError {
  /** Whether sending the same request again is harmless: it never left, or repeating it has no effect. */
  readonly retryable: boolean

  constructor(
    message: string,
    options: { code: 'CONNECTION_FAILED' | 'TIMEOUT' | 'ABORTED'; retryable: boolean; cause?: unknown },
  ) {
    super(message, options)
    this.retryable = options.retryable
  }
}

/** The part of an answer that stays readable on errors: no request, no configuration, no credentials. */
export interface ErrorResponse {
  readonly status: number
  readonly data: unknown
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** The API said no. */
export class ApiError extends WechatpayError {
  /** HTTP status. */
  readonly status: number
  /** The API's `detail`, as it came. */
  readonly detail: unknown
  /** `Request-ID` of the answer: what WeChat Pay's support asks for. */
  readonly requestId: string | undefined
  /** Whether the answer carried a signature that fits a known platform key. */
  readonly verified: boolean
  /** HTTP method, upper case. */
  readonly method: string
  /** Path template as in the route map. */
  readonly path: string
  /** Status, headers and body of the answer. */
  readonly response: ErrorResponse

  constructor(
    message: string,
    options: {
      code: string
      detail: unknown
      requestId: string | undefined
      verified: boolean
      method: string
      path: string
      response: ErrorResponse
    },
  ) {
    super(message, { code: options.code })
    this.status = options.response.status
    this.detail = options.detail
    this.requestId = options.requestId
    this.verified = options.verified
    this.method = options.method
    this.path = options.path
    this.response = options.response
  }
}

/** Why an answer or notification is not trusted. */
export type VerificationErrorCode =
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_INVALID'
  | 'TIMESTAMP_INVALID'
  | 'SERIAL_UNKNOWN'
  | 'ANSWER_INVALID'
  | 'DECRYPTION_FAILED'

/** An answer or notification that is not to be trusted. Its content never reaches the caller as data. */
export class VerificationError extends WechatpayError {
  /** Serial or public key id that the sender named; `undefined` when it named none. */
  readonly serial: string | undefined
  /** Serials and public key ids that are known here. */
  readonly knownSerials: readonly string[]

  constructor(
    message: string,
    options: {
      code: VerificationErrorCode
      serial?: string | undefined
      knownSerials?: readonly string[]
      cause?: unknown
    },
  ) {
    super(message, options)
    this.serial = options.serial
    this.knownSerials = options.knownSerials ?? []
  }
}
