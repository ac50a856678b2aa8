import { type KeyObject, sign } from 'node:crypto'
import { SCHEMES, type Scheme } from './authorization.js'

/** What a handler answers: a status and, unless it is 204 or the like, a body. */
export interface Reply {
  readonly status: number
  /** JSON, or bytes as they are; a stream of them cannot be signed. */
  readonly body?: unknown
  readonly contentType?: string
  /** Downloads carry no signature. */
  readonly unsigned?: boolean
  /** What is signed in place of the body. */
  readonly signedText?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What goes into a signature of the platform. */
export interface Signing {
  /** What `Wechatpay-Serial` says. */
  readonly id: string
  readonly key: KeyObject
  /** Whom it is for: their own scheme is named. */
  readonly scheme: Scheme
  /** In seconds. */
  readonly timestamp: number
  readonly nonce: string
}

function message(signing: Signing, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${signing.timestamp}\n${signing.nonce}\n`), body, Buffer.from('\n')])
}

function headers(signing: Signing, signature: Buffer): Record<string, string> {
  return {
    'Wechatpay-Timestamp': String(signing.timestamp),
    'Wechatpay-Nonce': signing.nonce,
    'Wechatpay-Serial': signing.id,
    'Wechatpay-Signature': signature.toString('base64'),
    'Wechatpay-Signature-Type': SCHEMES[signing.scheme].name,
  }
}

/** The five headers that sign a body, made in the thread pool: RSA never holds up the event loop. */
export function signedHeaders(signing: Signing, body: Buffer): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    sign('RSA-SHA256', message(signing, body), signing.key, (error, signature) => {
      if (error) reject(error)
      else resolve(headers(signing, signature))
    })
  })
}

/** {@link signedHeaders}, at once. */
export function signedHeadersSync(signing: Signing, body: Buffer): Record<string, string> {
  return headers(signing, sign('RSA-SHA256', message(signing, body), signing.key))
}
