import type { Readable, Writable } from 'node:stream'
import type { AxiosProgressEvent, AxiosResponse } from 'axios'

export type { Verb } from '../lib/catalog/traits.js'
export type { Ciphertext, Sensitive } from '../lib/protocols/v3/sensitive.js'

/**
 * A call of one endpoint. The route map and the chain have the same property of this type, so that editors show its
 * documentation in every style. The argument may be left out when none of the endpoint's fields is required.
 */
export interface Operation<Request, Response> {
  // biome-ignore lint/style/useShorthandFunctionType: an interface keeps its name in messages and on hover
  <Body extends BodyType | undefined = undefined, Target extends Sink | undefined = undefined>(
    ...args: Arguments<Request, CallOptions<Body, Target>>
  ): Promise<AxiosResponse<Data<Response, Body, Target>>>
}

/** An endpoint without any field has `Record<string, never>`, which would refuse the options too. */
export type Arguments<Request, Options> = string extends keyof Request
  ? [request?: Options]
  : object extends Request
    ? [request?: Request & Options]
    : [request: Request & Options]

/** The type of `data`: the endpoint's response, unless `responseType` or `sink` asks for something else. */
export type Data<Response, Body, Target> = Target extends Sink
  ? undefined
  : Body extends 'stream'
    ? Readable
    : Body extends 'arraybuffer'
      ? Buffer
      : Body extends 'text'
        ? string
        : Response

/** Value of a placeholder such as `{card_id}`; it is percent-encoded. */
export type PathValue = string | number

/** One file of an upload: in memory, as a stream, or named by a `file://` URL. */
export type FilePart = Uint8Array | Blob | File | Readable | URL | `file://${string}`

/** The form in which `data` has the body of the response; that of the endpoint, mostly `json`, when absent. */
export type BodyType = 'json' | 'text' | 'arraybuffer' | 'stream'

/** The destination of the response's body, which is not held in memory then: a file path or a stream. */
export type Sink = string | Writable

/** The options that every call takes beside the endpoint's own fields. */
export interface CallOptions<
  Body extends BodyType | undefined = BodyType | undefined,
  Target extends Sink | undefined = Sink | undefined,
> {
  /** Extra request headers. */
  headers?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  /** Streams the body to this file or stream; `data` of the response is `undefined` then. */
  sink?: Target
  /** Decrypts the fields of the response that the catalogue marks as encrypted. */
  decrypt?: boolean | undefined
  /** Checks the request against the catalogue before it is sent: required fields, types, limits, unknown names. */
  validate?: boolean | undefined
  /** `false`: send once. `true`: also where the endpoint has no idempotent number. A number: at most so often. */
  retry?: boolean | number | undefined
  /** Another host for this call; the endpoint's own prefix (`hk/`, `global/`) stays. */
  baseURL?: string | undefined
  /** Milliseconds for one attempt. */
  timeout?: number | undefined
  /** The bytes of the response that are taken at most, after decompression, also into a `sink` or a stream; -1 for any number. */
  maxContentLength?: number | undefined
  /** Aborts the call, retries included. */
  signal?: AbortSignal | undefined
  /** The form of `data`: `stream`, `arraybuffer` and `text` give the body as it came. */
  responseType?: Body
  /** Called while the request's body is sent. */
  onUploadProgress?: ((event: AxiosProgressEvent) => void) | undefined
  /** Called while the response's body arrives. */
  onDownloadProgress?: ((event: AxiosProgressEvent) => void) | undefined
}
