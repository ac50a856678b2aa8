/** What a client signed, where it is not what it sent. */
export interface Diagnosis {
  readonly part:
    | 'key'
    | 'signature'
    | 'algorithm'
    | 'method'
    | 'url'
    | 'timestamp'
    | 'nonce'
    | 'body'
    | 'fields'
    | 'layout'
    | 'unknown'
  /** In a sentence. */
  readonly issue: string
  /** The same in Chinese. */
  readonly said: string
  /** The message that fits the signature, when it was found. */
  readonly signed?: string
}
