import type { Readable } from 'node:stream'
import type { AxiosProgressEvent, AxiosRequestConfig } from 'axios'
import type { Endpoint } from '../catalog/endpoint.js'
import type { SignedRequest as SignedMessage } from '../crypto/canonical.js'
import type { ApiError } from '../errors.js'
import type { AttemptTimer, Form, HttpHeaders, HttpRequest, HttpResponse } from '../transport/transport.js'

/** One call, as its caller means it: checked, not yet encoded. It is never changed; a step passes on what it makes of it. */
export interface Call {
  readonly endpoint: Endpoint
  /** Path on the wire with its placeholders filled, or the absolute URL that a user of an axios instance gave. */
  readonly path: string
  /** A plain object, `URLSearchParams`, or a query string that is encoded already. */
  readonly query: unknown
  /** APIv3: what becomes JSON. APIv2: the fields of the XML. */
  readonly body: unknown
  /** Whether body or query hold texts to encrypt, or ciphertexts. */
  readonly sensitive: boolean
  /** The file that goes with the body. */
  readonly upload: Upload | undefined
  readonly headers: HttpHeaders
  /** The access point that the caller asked for; absent when the endpoint's own is used. */
  readonly baseURL: string | undefined
  /** Milliseconds for each attempt; 0 for no limit. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** The bytes of a response that the caller takes at most, -1 for any number; absent where nobody said. */
  readonly maxContentLength: number | undefined
  readonly responseType: AxiosRequestConfig['responseType'] | undefined
  readonly onUploadProgress: ((event: AxiosProgressEvent) => void) | undefined
  readonly onDownloadProgress: ((event: AxiosProgressEvent) => void) | undefined
  /** Whether the encrypted fields of the response are to be decrypted. */
  readonly decrypt: boolean
  /** Whether the response is believed without a signature. */
  readonly unsigned: boolean
  /** Whether sending the request again has no further effect. */
  readonly repeatable: boolean
}

/** A file that is uploaded, and the fields about it. It can be read for every attempt anew. */
export interface Upload {
  /** APIv3: the `meta`, complete. APIv2: the fields that are signed. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The body of one attempt, the file behind these texts, and the type of that body. */
  readonly toForm: (
    texts: Readonly<Record<string, string>>,
    contentType?: string,
  ) => { readonly headers: HttpHeaders; readonly body: Form | Buffer }
  /** Removes what was put aside for the file. */
  readonly dispose: () => Promise<void>
}

/** A request with its signature, and what its response is verified with. */
export interface SignedHttpRequest extends HttpRequest {
  /** APIv3: what the signature covers. */
  readonly signed?: SignedMessage
  /** APIv2: the algorithm of the signature, which the response has to use as well. */
  readonly signType?: 'MD5' | 'HMAC-SHA256'
  /** Whether the connection has to show the merchant's client certificate. */
  readonly certificate: boolean
}

/** A response that may be believed. */
export interface VerifiedResponse {
  /** The bytes as they came, or a stream of them. */
  readonly body: Buffer | Readable
  /**
   * The data as the endpoint documents it.
   *
   * @throws {VerificationError} when it is in another format.
   */
  readonly decode: () => unknown
}

/** What one protocol does to a request and its response. */
export interface Protocol {
  /** The `Accept` header of its requests. */
  readonly accept: string
  /**
   * The call with its sensitive fields encrypted, and the platform key named for which they are. Waits for the platform keys
   * where they are not there yet.
   *
   * @throws {RequestError} when fields would have to be encrypted for several keys.
   */
  readonly encrypt: (call: Call, timer: AttemptTimer) => Promise<Call>
  /**
   * Encodes and signs a call, anew for every attempt.
   *
   * @throws {RequestError} when the body is nothing that can be signed, or an option is missing for it.
   */
  readonly sign: (call: Call) => Promise<SignedHttpRequest>
  /**
   * Verifies a 2xx response before anyone sees its data.
   *
   * @throws {VerificationError} when it is not to be trusted.
   * @throws {ApiError} when it says no all the same.
   */
  readonly verify: (
    response: HttpResponse,
    request: SignedHttpRequest,
    call: Call,
  ) => Promise<VerifiedResponse>
  /** The error that a response outside 2xx stands for. */
  readonly toError: (response: HttpResponse, request: SignedHttpRequest, call: Call) => Promise<ApiError>
  /** The data in the body of a verified response. */
  readonly decode: (body: Buffer, call: Call, status: number) => unknown
}
