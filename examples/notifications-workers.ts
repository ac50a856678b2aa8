/**
 * Notifications in a Worker of Cloudflare: `export default createWorker(ship)`, with `"compatibility_flags": ["nodejs_compat"]`
 * and a `"compatibility_date"` from 2026-02-10 on.
 */
import { type FetchReceiver, Wechatpay } from '../lib/index.js'

export function createWorker(ship: (order?: string) => Promise<void>): {
  readonly fetch: (request: Request, env: Readonly<Record<string, string>>) => Promise<Response>
} {
  let receive: FetchReceiver | undefined
  return {
    async fetch(request, env) {
      // The secrets come with a request; the receiver stays, so that it knows what it has handled.
      receive ??= Wechatpay.fromEnv(env).notifications.fetch({
        'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
      })
      return receive(request)
    },
  }
}
