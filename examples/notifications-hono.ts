/** Notifications with Hono, on Node, Bun, Deno or any other of its runtimes. */
import { Hono } from 'hono'
import type { Wechatpay } from '../lib/index.js'

export function createShop(wxpay: Wechatpay, ship: (order?: string) => Promise<void>): Hono {
  const receive = wxpay.notifications.fetch({
    'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
  })
  const app = new Hono()
  app.post('/paid', (context) => receive(context.req.raw))
  return app
}
