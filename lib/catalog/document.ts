import {
  embedded,
  type Fields,
  type JsonSchema,
  type JsonSchemaOptions,
  type Shape,
  toJsonSchema,
} from './schema.js'
import type { UploadTraits, Verb } from './traits.js'

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

/** The request, responses and example of one endpoint, in the notation of the catalogue. */
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

/** One message of an event type. Several products may share the event type; the first message is the usual one. */
export interface NotificationDocument {
  /** The product that it belongs to; absent in the first. */
  readonly product?: string
  readonly api: 'v2' | 'v3'
  /** The recipients; merchants when absent. */
  readonly modes?: readonly ('merchant' | 'partner' | 'brand')[]
  readonly resourceType?: readonly string[]
  readonly originalType?: readonly string[]
  readonly summary?: readonly string[]
  readonly associatedData?: readonly string[]
  /** v2: the protection of the message; `sign` when absent. */
  readonly verify?: 'hash' | 'none'
  /** v2: the field of the cipher text. A v3 message has it in `resource.ciphertext`. */
  readonly cipher?: { readonly at: string; readonly algorithm: 'AEAD_AES_256_GCM' | 'AES_256_ECB' }
  /** v2: the XML message. */
  readonly body?: Fields
  readonly resource?: Shape
  /** A payload as it may come, complete. */
  readonly example?: Readonly<Record<string, unknown>>
  /** The expected acknowledgement, where it is more than `{ code, message }`. */
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
  /** The names of the required parts. */
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

/** The JSON Schema of the body of a successful response; `undefined` when it has none or is a download. */
export function responseSchema({ response }: EndpointDocument): JsonSchema | undefined {
  if (response.json) return toJsonSchema(response.json)
  return response.xml && toJsonSchema(response.xml, { text: true })
}

/** The document of an endpoint; `undefined` when the endpoint is not documented. */
export async function endpointDocument(template: string, verb: Verb): Promise<EndpointDocument | undefined> {
  const { families, modules } = await import('../data/documents/index.js')
  const segments = template.split('/')
  const prefixes = segments.map((_, depth) => segments.slice(0, depth + 1).join('/'))
  const prefix = prefixes.find((one) => Object.hasOwn(families, one)) ?? ''
  const module = await modules[families[prefix] ?? '']?.()
  return entryOf(module?.documents, `${verb} ${template}`) as EndpointDocument | undefined
}

/** The documented endpoints whose request has no body, by verb and template: `post v3/…/cancel`. */
export async function endpointsWithoutBody(): Promise<ReadonlySet<string>> {
  const { modules } = await import('../data/documents/index.js')
  const loaded = await Promise.all(Object.values(modules).map((load) => load()))
  const bodies = ['json', 'json?', 'xml', 'xml?', 'multipart'] as const
  const found = loaded.flatMap(({ documents }) =>
    Object.keys(documents).filter((key) => {
      const document = entryOf(documents, key) as EndpointDocument
      return bodies.every((body) => document[body] === undefined)
    }),
  )
  return new Set(found)
}

/** The documented endpoints by verb and template, as `get v3/certificates`, with their path on the wire. */
export async function routeDocuments(): Promise<ReadonlyMap<string, RouteDocument>> {
  const { documents } = await import('../data/documents/routes.js')
  return new Map(Object.entries(documents).map(([key, text]) => [key, JSON.parse(text) as RouteDocument]))
}

/** The documented messages of an event type: several where several products share it. */
export async function notificationDocuments(eventType: string): Promise<readonly NotificationDocument[]> {
  const { documents } = await import('../data/documents/notifications.js')
  return (entryOf(documents, eventType) ?? []) as readonly NotificationDocument[]
}

/** An entry of a module, which holds text: only the entries that are needed are parsed. */
function entryOf(documents: Readonly<Record<string, string>> = {}, key: string): unknown {
  return Object.hasOwn(documents, key) ? JSON.parse(documents[key] ?? 'null') : undefined
}
