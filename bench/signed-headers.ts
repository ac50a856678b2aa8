import { randomBytes, sign } from 'node:crypto'
import { KEY_ID, platformKeys } from './identity.js'

type Headers = Readonly<Record<string, string | number>>

const NONCE = randomBytes(16).toString('hex')

/** The headers of an answer that never changes, signed anew once a second: body and nonce stay, the time does not. */
export function createSignedHeaders(body: Buffer): () => Headers {
  let headers: Headers = {}
  let signedAt = 0
  return () => {
    const timestamp = Math.floor(Date.now() / 1000)
    if (timestamp === signedAt) return headers
    signedAt = timestamp
    const message = Buffer.from(`${timestamp}\n${NONCE}\n${body}\n`)
    headers = {
      Server: 'nginx',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': body.length,
      'Cache-Control': 'no-cache, must-revalidate',
      'Content-Language': 'zh-CN',
      'X-Content-Type-Options': 'nosniff',
      'Request-ID': randomBytes(16).toString('hex'),
      'Wechatpay-Nonce': NONCE,
      'Wechatpay-Serial': KEY_ID,
      'Wechatpay-Signature': sign('RSA-SHA256', message, platformKeys.privateKey).toString('base64'),
      'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
      'Wechatpay-Timestamp': String(timestamp),
    }
    return headers
  }
}
