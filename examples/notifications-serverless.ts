/** Notifications with a function behind an API gateway, which passes the body as text or in base64. */
import type { Wechatpay } from '../lib/index.js'

export interface HttpEvent {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly isBase64Encoded: boolean
}

export interface HttpResult {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: string
}

export function createFunction(
  wxpay: Wechatpay,
  ship: (order?: string) => Promise<void>,
): (event: HttpEvent) => Promise<HttpResult> {
  const receive = wxpay.notifications.fetch({
    'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
  })
  return async ({ path, headers, body, isBase64Encoded }) => {
    const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
    const url = `https://shop.example${path}`
    const response = await receive(new Request(url, { method: 'POST', headers, body: bytes }))
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    }
  }
}
