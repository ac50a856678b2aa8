import {
  embedded,
  type Fields,
  type JsonSchema,
  type JsonSchemaOptions,
  type Shape,
  toJsonSchema,
} from './schema.js'
import type { UploadTraits } from './traits.js'

/** The path of one endpoint on the wire, as the catalogue writes it; the template where neither is there. */
export interface RouteDocument {
  readonly prefix?: string
  readonly wire?: string
}

/**
 * The protocol facts of one endpoint as the catalogue writes them. The emulator reads them here, by code of its own: the
 * client goes by its traits, and those are what the emulator checks.
 */
export interface ProtocolDocument {
  readonly certificate?: true
  readonly nonceless?: true
  readonly unsigned?: true
  readonly signedDigest?: string
  readonly signType?: 'HMAC-SHA256' | 'none'
  readonly merchantId?: string | false
  readonly upload?: UploadTraits
  readonly idempotent?: string
}

/** The requests, answers and example of one endpoint, as the catalogue writes them. */
export interface EndpointDocument extends ProtocolDocument {
  readonly path?: Fields
  readonly query?: Fields
  readonly 'query?'?: Fields
  readonly headers?: Fields
  readonly 'headers?'?: Fields
  readonly json?: Shape
  readonly 'json?'?: Shape
  readonly xml?: Shape
  readonly 'xml?'?: Shape
  readonly multipart?: Fields
  readonly response: {
    readonly json?: Shape
    readonly xml?: Shape
    readonly binary?: string
    readonly text?: string
    readonly status?: 202 | 204
    readonly redirect?: true
    readonly errors?: { readonly json?: Shape; readonly xml?: Shape }
  }
  /** The documented sample, in the shape of a request object. */
  readonly example?: Readonly<Record<string, unknown>>
}

/** One message of an event type; the first one is what the event type stands for unless a product is named. */
export interface NotificationDocument {
  /** Which of the products that share the event type; absent in the first. */
  readonly product?: string
  readonly api: 'v2' | 'v3'
  /** Who is notified; merchants when absent. */
  readonly modes?: readonly ('merchant' | 'partner' | 'brand')[]
  readonly resourceType?: readonly string[]
  readonly originalType?: readonly string[]
  readonly summary?: readonly string[]
  readonly associatedData?: readonly string[]
  /** v2: how the message is protected; by `sign` when absent. */
  readonly verify?: 'hash' | 'none'
  /** v2: where the cipher text is. A v3 message has it in `resource.ciphertext`. */
  readonly cipher?: { readonly at: string; readonly algorithm: 'AEAD_AES_256_GCM' | 'AES_256_ECB' }
  /** v2: the XML message. */
  readonly body?: Fields
  readonly resource?: Shape
  /** A payload as it may come, complete. */
  readonly example?: Readonly<Record<string, unknown>>
  /** What is to be answered, where it is more than `{ code, message }`. */
  readonly ack?: { readonly headers?: Fields; readonly json: Fields; readonly example?: unknown }
}

/** JSON Schemas of the parts of a request; values that travel as text are strings in them. */
export interface RequestSchemas {
  readonly path?: JsonSchema
  readonly query?: JsonSchema
  readonly headers?: JsonSchema
  readonly json?: JsonSchema
  readonly xml?: JsonSchema
  /** The signed JSON of an upload. */
  readonly meta?: JsonSchema
  /** Names of the parts that have to be there. */
  readonly required: readonly ('query' | 'headers' | 'json' | 'xml' | 'multipart')[]
}

export function requestSchemas(
  document: EndpointDocument,
  { closed = false }: Pick<JsonSchemaOptions, 'closed'> = {},
): RequestSchemas {
  const { path, multipart } = document
  const text = { text: true, closed }
  const query = document.query ?? document['query?']
  const headers = document.headers ?? document['headers?']
  const json = document.json ?? document['json?']
  const xml = document.xml ?? document['xml?']
  const meta = multipart?.meta && embedded(multipart.meta)
  return {
    ...(path && { path: toJsonSchema(path, text) }),
    ...(query && { query: toJsonSchema(query, text) }),
    ...(headers && { headers: toJsonSchema(headers, text) }),
    ...(json && { json: toJsonSchema(json, { closed }) }),
    ...(xml && { xml: toJsonSchema(xml, text) }),
    ...(meta && { meta: toJsonSchema(meta.shape, { closed }) }),
    required: (['query', 'headers', 'json', 'xml', 'multipart'] as const).filter((key) => document[key]),
  }
}

/** JSON Schema of a successful answer's body; `undefined` when it has none or is a download. */
export function responseSchema({ response }: EndpointDocument): JsonSchema | undefined {
  if (response.json) return toJsonSchema(response.json)
  return response.xml && toJsonSchema(response.xml, { text: true })
}
