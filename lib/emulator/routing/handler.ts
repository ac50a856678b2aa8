import type { IncomingHttpHeaders } from 'node:http'
import type { Client } from '../identity/clients.js'
import type { Router } from './router.js'

/** A request whose signature and fields have been checked, on its way to a handler. */
export interface ApiRequest {
  readonly method: string
  /** The path as in the catalogue, such as `v3/certificates`. */
  readonly template: string
  /** The placeholders' values, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The parsed JSON body (of an upload: its `meta`), or `undefined` when there was none. */
  readonly json: unknown
  /** The same body with its encrypted fields decrypted. */
  readonly plain: unknown
  /** The merchant or the brand that sent it. */
  readonly caller: Client
}

/** The response of a handler, before it is signed: a status and, unless that is 204 or the like, a body. */
export interface ApiResponse {
  readonly status: number
  /** JSON, or bytes as they are; a stream of them cannot be signed. */
  readonly body?: unknown
  readonly contentType?: string
  /** The text that is signed in place of the body. */
  readonly signedText?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Responds to a request. It throws a `Refusal` when the API says no. */
export type Handler = (request: ApiRequest) => ApiResponse | Promise<ApiResponse>

/** The router that handlers are added to. */
export type HandlerRouter = Pick<Router<Handler>, 'add'>

/** The endpoint that a request means, with its handler. */
export interface Endpoint {
  /** The path as in the catalogue, such as `v3/certificates`. */
  readonly template: string
  /** The placeholders' values as they stand in the path, still percent-encoded. */
  readonly params: Readonly<Record<string, string>>
  readonly handler: Handler
}
