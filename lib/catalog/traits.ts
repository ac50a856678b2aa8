/** The HTTP methods the API uses, as the verbs of a chain. */
export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** How a multipart upload is laid out: the file part and the fields of its signed `meta`. */
export interface UploadTraits {
  /** Name of the file part, mostly `file`. */
  readonly file: string
  /** Meta field that carries the file's name, such as `filename` or `file_name`. */
  readonly name?: string
  /** Meta field that carries the file's digest, such as `sha256` or `file_digest`. */
  readonly digest?: string
  /** Digest algorithm; SHA-256 when absent. */
  readonly algorithm?: 'md5' | 'sha256' | 'sm3'
  /** Meta fields with only one possible value, such as the name of the digest algorithm. */
  readonly fixed?: Readonly<Record<string, string>>
  /** v2: there is no `meta`; its fields are parts of their own, signed as v2 parameters. */
  readonly flat?: true
}

/** What the protocol asks of one endpoint beyond the common way of a call. Absent means: as usual. */
export interface Traits {
  /** Path on the wire, without the leading slash, where it differs from the template; it may end with a slash. */
  readonly wire?: string
  /** Access point other than the default one, without a trailing slash. */
  readonly origin?: string
  /** The answer carries no signature. */
  readonly unsigned?: true
  /** v2: the answer may come with or without `sign`; it is checked where present. */
  readonly optionalSign?: true
  /** The signature covers `{"sha1":"…"}` of this answer header's digest instead of the body. */
  readonly signedDigest?: string
  /** What a successful answer is; JSON for v3 and XML for v2 when absent. */
  readonly answer?: 'json' | 'xml' | 'binary' | 'text' | 'none'
  /** Browser redirect: the endpoint is never called, only its URL is made. */
  readonly redirect?: true
  /** Fragment appended to the redirect's URL, with its `#`. */
  readonly fragment?: string
  /** v2: needs the merchant's client certificate. */
  readonly certificate?: true
  /** v2: the request takes no `nonce_str`. */
  readonly nonceless?: true
  /** v2: the only or default sign type. `MD5` when absent. */
  readonly signType?: 'MD5' | 'HMAC-SHA256'
  /** v2: `sign_type` is no parameter of this endpoint. */
  readonly noSignType?: true
  /** v2: field of the merchant's own id when it is not `mch_id`; `false` when there is none. */
  readonly merchantId?: string | false
  /** v2: signature fields beyond `sign`, such as `workwx_sign`. */
  readonly extraSigns?: readonly string[]
  /** Layout of a multipart upload. */
  readonly upload?: UploadTraits
  /** Where the request carries the number that makes it idempotent, as `json.out_trade_no` or `path.out_bill_no`. */
  readonly idempotent?: string
  /** v2: a POST that only reads, so a repeat does no harm. */
  readonly safe?: true
  /**
   * Fields that hold the caller's own id, app or address, as `json.mchid`. Where it depends on the rest of the request, fields
   * follow that have to be given (`json.sp_mchid+sub_mchid`) or must not be (`json.mchid-sub_mchid`).
   */
  readonly fills?: readonly string[]
  /** Fields encrypted in the request, as `json.name`, `query.name`, `meta.name` or `json.receivers[].name`. */
  readonly encrypts?: readonly string[]
  /** Fields encrypted in the answer, as `name` or `data[].name`. */
  readonly decrypts?: readonly string[]
  /**
   * A list that comes in pages: the fields that say where a page begins and how many items it has, and that of the items, as
   * `['query.offset', 'query.limit', 'data']`; then `numbered` where `offset` is documented as the number of a page.
   */
  readonly pages?: readonly [start: string, size: string, items: string, numbered?: 'numbered']
  /** v2: elements of the answer that may repeat, as `hblist.hbinfo`; one alone is a list too. */
  readonly lists?: readonly string[]
}

/** The names of fields, by their paths: `name` of `json.receivers[].name`. */
export const fieldNames = (paths: readonly string[]): ReadonlySet<string> =>
  new Set(paths.map((path) => path.replace(/^.*\./, '')))
