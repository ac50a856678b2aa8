import { type KeyObject, sign } from 'node:crypto'
import { SCHEMES, type Scheme } from '../../identity/clients.js'

/** The key, the time and the nonce that go into a signature of the platform. */
export interface SignatureInput {
  /** The id of the key, which `Wechatpay-Serial` names. */
  readonly id: string
  readonly key: KeyObject
  /** The scheme of the client that it is for, which is named beside the signature. */
  readonly scheme: Scheme
  /** In seconds. */
  readonly timestamp: number
  readonly nonce: string
}

function canonicalMessage({ timestamp, nonce }: SignatureInput, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')])
}

function headersOf(
  { timestamp, nonce, id, scheme }: SignatureInput,
  signature: Buffer,
): Record<string, string> {
  return {
    'Wechatpay-Timestamp': String(timestamp),
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': id,
    'Wechatpay-Signature': signature.toString('base64'),
    'Wechatpay-Signature-Type': SCHEMES[scheme].name,
  }
}

/** The five headers that sign a body. The signature is made in the thread pool: RSA never holds up the event loop. */
export function signatureHeaders(input: SignatureInput, body: Buffer): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    sign('RSA-SHA256', canonicalMessage(input, body), input.key, (error, signature) => {
      if (error) reject(error)
      else resolve(headersOf(input, signature))
    })
  })
}

/** {@link signatureHeaders}, at once. */
export function signatureHeadersSync(input: SignatureInput, body: Buffer): Record<string, string> {
  return headersOf(input, sign('RSA-SHA256', canonicalMessage(input, body), input.key))
}
