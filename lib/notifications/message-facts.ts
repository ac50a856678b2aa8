/** What the response to an event needs beside `code` and `message`. */
export interface AckFacts {
  readonly required: readonly string[]
  /** Headers of the response. */
  readonly headers: readonly string[]
}

/** A documented message of v2: how to recognise it, and how it is protected. */
export interface XmlMessage {
  readonly eventType: string
  /** Recognised by its `event_type`. */
  readonly named?: true
  /** Recognised by these fields, which no other message has. */
  readonly marks: readonly string[]
  /** `none`: it is not signed. */
  readonly verify?: 'none'
  /** The only hash that is documented; when absent, both are accepted. */
  readonly signType?: 'HMAC-SHA256'
  /** The field that is encrypted. */
  readonly cipher?: { readonly at: string; readonly algorithm: 'AEAD_AES_256_GCM' | 'AES_256_ECB' }
}
