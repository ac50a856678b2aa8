import type { Glossary } from '../lib/catalog/glossary.js'
import type { Fields, Shape } from '../lib/catalog/schema.js'
import type { UploadTraits, Verb } from '../lib/catalog/traits.js'

/** The kind of a response, exactly one of these, and its shape. */
export interface ResponseFacts {
  readonly json?: Shape
  readonly xml?: Shape
  /** Content type of a download. */
  readonly binary?: string
  readonly text?: string
  /** A response without a body. */
  readonly status?: 202 | 204
  /** A page that the browser is sent to. */
  readonly redirect?: true
  /** Errors of a download, which come in another format than the download. */
  readonly errors?: { readonly json?: Shape; readonly xml?: Shape }
}

/** One endpoint as written in `endpoints/<family>.yaml`; `schema.json` says what each field means. */
export interface EndpointFacts {
  readonly name: string
  readonly docs?: readonly string[]
  /** Where the lengths, ranges and patterns of its fields are from. */
  readonly limits?: readonly string[]
  readonly products?: readonly string[]
  readonly modes?: readonly ('merchant' | 'partner' | 'brand')[]
  readonly flags?: readonly string[]
  readonly origin?: string
  readonly prefix?: string
  readonly wire?: string
  readonly literals?: Readonly<Record<string, string>>
  readonly fragment?: string
  readonly certificate?: true
  readonly nonceless?: true
  readonly unsigned?: true
  readonly optionalSign?: true
  readonly signedDigest?: string
  readonly signType?: 'HMAC-SHA256' | 'none'
  readonly merchantId?: string | false
  readonly extraSigns?: readonly string[]
  readonly upload?: UploadTraits
  readonly idempotent?: string
  readonly safe?: true
  /** Fields that are called like the caller's own and are not, as `json.mchid`, each with whose they are. */
  readonly notOwn?: Readonly<Record<string, string>>
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
  readonly response: ResponseFacts
  readonly example?: Readonly<Record<string, unknown>>
}

export interface Endpoint extends EndpointFacts {
  readonly family: string
  /** The route key: the template as given to `chain()`. */
  readonly template: string
  readonly verb: Verb
  readonly api: 'v2' | 'v3'
}

/** One notification as written in `notifications/<family>.yaml`. */
export interface NotificationFacts {
  readonly name: string
  /** What a handler should know, as a sentence. */
  readonly note?: string
  readonly docs?: readonly string[]
  /** Who is notified; merchants when absent. */
  readonly modes?: EndpointFacts['modes']
  readonly flags?: readonly string[]
  readonly eventTypes?: readonly string[]
  readonly resourceType?: readonly string[]
  readonly originalType?: readonly string[]
  readonly summary?: readonly string[]
  readonly associatedData?: readonly string[]
  readonly verify?: 'hash' | 'none'
  readonly cipher?: { readonly at: string; readonly algorithm: 'AEAD_AES_256_GCM' | 'AES_256_ECB' }
  /** v2: the XML message. A v3 message has the common envelope. */
  readonly body?: Fields
  /** The decrypted payload. */
  readonly resource?: Shape
  /** The payloads of other products that share the event's name, by product. */
  readonly products?: Readonly<Record<string, Shape>>
  /** A payload as it may come, complete. */
  readonly example?: Readonly<Record<string, unknown>>
  /** The acknowledgement that WeChat Pay expects, where it is more than `{ code, message }`. */
  readonly ack?: { readonly headers?: Fields; readonly json: Fields; readonly example?: unknown }
}

export interface Notification extends NotificationFacts {
  readonly family: string
  readonly eventType: string
  readonly api: 'v2' | 'v3'
}

/** What people call things, for the search, as written in `synonyms.yaml`. */
export interface Synonyms {
  /** Words that mean one thing, list by list. */
  readonly words: readonly (readonly string[])[]
  /** By word, others that it finds as well, though they do not find it. */
  readonly also: Readonly<Record<string, readonly string[]>>
  /** Words that say no more than that something is asked for. */
  readonly fillers: readonly string[]
  /** The endpoints of every day (`POST v3/pay/transactions/jsapi`), with what people call them beside their name. */
  readonly everyday: Readonly<Record<string, readonly string[]>>
}

export interface Catalogue {
  readonly endpoints: readonly Endpoint[]
  readonly notifications: readonly Notification[]
  /** The English names of the fields. */
  readonly glossary: Glossary
  /** What people call things, and the endpoints of every day. */
  readonly synonyms: Synonyms
}

/** Whether the path on the wire ends with a slash, which the template leaves out. */
export function hasTrailingSlash({ wire }: EndpointFacts): boolean {
  return wire?.endsWith('/') ?? false
}

/** One part of a request: `key` or, where it may be left out, `key?`. */
export function part(
  endpoint: EndpointFacts,
  key: 'query' | 'headers' | 'json' | 'xml',
): { shape: Shape; optional: boolean } | undefined {
  const required = endpoint[key]
  if (required) return { shape: required, optional: false }
  const optional = endpoint[`${key}?`]
  return optional && { shape: optional, optional: true }
}
