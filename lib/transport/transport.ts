import type { Readable, Stream } from 'node:stream'
import type { AxiosProgressEvent, AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios'

/** Header values by name, in the spelling that goes on the wire. */
export type HttpHeaders = Record<string, string | string[]>

/** A multipart form of the package `form-data`, whose declarations users need not load. */
export type Form = Stream & { readonly getLengthSync: () => number }

/** A request as it goes on the wire: exactly these bytes were signed. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string
  /** Absolute URL. */
  readonly url: string
  readonly headers: HttpHeaders
  /** A form is an upload, which streams. */
  readonly body: string | Buffer | Form | undefined
}

/** A response as it came from the wire. */
export interface HttpResponse {
  readonly status: number
  readonly statusText: string
  /** Names in lower case. */
  readonly headers: AxiosResponse['headers']
  /** The bytes after decompression, or a stream where one was asked for. */
  readonly body: Buffer | Readable
}

/** The time limit of one attempt: signing, sending and reading the response. */
export interface AttemptTimer {
  /** Milliseconds; 0 for none. */
  readonly limit: number
  /** Whether the time is over. */
  readonly isOver: boolean
  /** Called when the time is over. */
  onOver: (() => void) | undefined
  /** A signal that aborts when the time is over, or when `signal` does. */
  readonly toSignal: (signal: AbortSignal | undefined) => AbortSignal | undefined
}

/** How one request is sent. */
export interface SendOptions {
  /** Ends the attempt when its time is over. */
  readonly timer: AttemptTimer
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined
  /** Whether the body of the response is handed on while it arrives. */
  readonly streams: boolean
  /** The bytes of the response at most, -1 for any number; `maxContentLength` of the client when absent. */
  readonly limit?: number | undefined
  /** Whether the connection shows the merchant's client certificate. */
  readonly certificate: boolean
  readonly onUploadProgress?: ((event: AxiosProgressEvent) => void) | undefined
  readonly onDownloadProgress?: ((event: AxiosProgressEvent) => void) | undefined
}

/** The options of axios that concern connections and bodies rather than requests. */
export type ConnectionOptions = Pick<
  AxiosRequestConfig,
  | 'adapter'
  | 'decompress'
  | 'family'
  | 'fetchOptions'
  | 'httpAgent'
  | 'httpsAgent'
  | 'insecureHTTPParser'
  | 'lookup'
  | 'maxBodyLength'
  | 'maxContentLength'
  | 'maxRate'
  | 'proxy'
  | 'socketPath'
  | 'transport'
>

/** The variables of the environment by which proxies are named. */
export const PROXY_VARIABLES: readonly string[] = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap(
  (name) => [name, name.toUpperCase()],
)

/** Request in, response out. */
export interface Transport {
  /** @throws {TransportError} at once for a request that is not to be sent, else as a rejection when no complete response came. */
  readonly send: (request: HttpRequest, options: SendOptions) => Promise<HttpResponse>
  /** Sends over `node:http` whatever it is: where a process makes few requests, loading undici does not pay. */
  readonly sendByNode: Transport['send']
  /** Sends by an adapter that the user has put into an axios instance. */
  readonly sendBy: (
    adapter: AxiosRequestConfig['adapter'],
    config: InternalAxiosRequestConfig,
    request: HttpRequest,
    options: SendOptions,
  ) => Promise<HttpResponse>
  /** Whether there is a client certificate to show. */
  readonly hasCertificate: boolean
  readonly isClosed: () => boolean
  /** Closes all connections; requests in flight fail. */
  readonly close: () => void
}

/** Why there is no response. */
export type TransportFailure =
  /** The caller's signal, or the timer, ended the attempt. */
  | 'aborted'
  /** The request cannot be sent as it is. */
  | 'refused'
  /** A proxy did not let the request through. */
  | 'proxy'
  /** The response is larger than `maxContentLength`. */
  | 'too-large'
  /** The connection failed. */
  | 'failed'

/** A request without a complete response. It holds nothing of the request, whose headers are secret. */
export class TransportError extends Error {
  readonly reason: TransportFailure
  /** Node's or axios' code, such as `ECONNREFUSED`. */
  readonly code: string | undefined
  /** Whether the request may have left this process; it did not while it queued or looked for its host. */
  mayHaveLeft = true

  /** @param cause Node's own error, which holds code, system call and address; or the reason of an abort */
  constructor(reason: TransportFailure, message: string, cause?: unknown, code?: string) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
    this.code = code ?? (cause as NodeJS.ErrnoException | undefined)?.code
  }
}

/** Codes of connections that are given up before a request is sent over them, because nobody vouches for the other side. */
export const UNTRUSTED: RegExp =
  /^(?:ERR_TLS_CERT_ALTNAME_INVALID|ERR_SSL_(?:WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG)|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT.*|UNABLE_TO_.*|CERT_.*|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT_NOT_.*)$/

/** The error for a response that is larger than `maxContentLength`. */
export function responseTooLarge(limit: number): TransportError {
  return new TransportError('too-large', `it is larger than maxContentLength, ${limit} bytes`)
}

/** The error for a connection that ended before the response was complete. */
export function endedWithin(): TransportError {
  return new TransportError('failed', 'the connection ended within the response', undefined, 'ECONNRESET')
}
