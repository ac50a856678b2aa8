/** Codes of the errors that the client itself raises; an {@link ApiError} carries the API's own code. */
export type ClientErrorCode =
  | 'CONFIG_INVALID'
  | 'KEY_INVALID'
  | 'REQUEST_INVALID'
  | 'CONNECTION_FAILED'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'SINK_FAILED'
  | 'IN_PROGRESS'
  | 'XML_INVALID'
  | VerificationErrorCode

/** What every error of this package has in common: a `code` to switch on and, where there is one, a `cause`. */
export class WechatpayError extends Error {
  /** One of {@link ClientErrorCode}, or the API's own code on an {@link ApiError}. */
  readonly code: string
  /**
   * Whether a write may have been carried out all the same. Query it by your own number then, and never pay again under another; `false`
   * where nothing was sent, where the request only reads, and where the API's answer is final.
   */
  readonly mayHaveHappened: boolean

  constructor(message: string, options: { code: string; cause?: unknown; mayHaveHappened?: boolean }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = options.code
    this.mayHaveHappened = options.mayHaveHappened ?? false
  }

  /** What `JSON.stringify` shows: name, code, message, and what is public of the rest; not the cause, which may be of any kind. */
  toJSON(): object {
    const { name, code, message, cause: _, stack: __, ...rest } = this
    return { name, code, message, ...rest }
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
    options: {
      code: 'CONNECTION_FAILED' | 'TIMEOUT' | 'ABORTED'
      retryable: boolean
      mayHaveHappened?: boolean
      cause?: unknown
    },
  ) {
    super(message, options)
    this.retryable = options.retryable
  }
}

/** Status and headers of an answer, as axios names them. */
export interface ErrorResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** The part of an answer that stays readable on errors: no request, no configuration, no credentials. */
export interface ErrorResponse extends ErrorResponseHead {
  readonly data: unknown
}

/** The API said no. */
export class ApiError extends WechatpayError {
  /** HTTP status. */
  readonly status: number
  /** The API's own words; `undefined` where it gives none. */
  readonly apiMessage: string | undefined
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
      apiMessage: string | undefined
      detail: unknown
      requestId: string | undefined
      verified: boolean
      mayHaveHappened?: boolean
      method: string
      path: string
      response: ErrorResponse
    },
  ) {
    super(message, options)
    this.status = options.response.status
    this.apiMessage = options.apiMessage
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
  | 'SIGNATURE_PROBE'
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
  /** Status and headers of the answer, without its data, which is not to be trusted; `undefined` for a notification. */
  readonly response: ErrorResponseHead | undefined

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
    this.response = undefined
  }
}

/** The same error with more to say. Only for errors of the call at hand: nobody else must have seen it. */
export function addToMessage<E extends WechatpayError>(error: E, more: string): E {
  const message = error.message + more
  // Node prints the stack, which begins with the message.
  return Object.assign(error, { message, stack: error.stack?.replace(error.message, () => message) })
}

// A bundler that minifies renames classes, and programs read `error.name`.
const CLASSES = { WechatpayError, ConfigError, RequestError, NetworkError, ApiError, VerificationError }
for (const [value, type] of Object.entries(CLASSES)) Object.defineProperty(type, 'name', { value })
