/** The finding on a signature that does not fit: what the client signed instead of what it sent. */
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
  /** The finding in a sentence. */
  readonly issue: string
  /** The same in Chinese. */
  readonly said: string
  /** The message that fits the signature, when it was found. */
  readonly signed?: string
}
