/** Notifications with Koa. The route stands in front of the body parser, and Koa leaves the answer to it. */
import Koa from 'koa'
import type { Wechatpay } from '../lib/index.js'

export function createShop(wxpay: Wechatpay, ship: (order?: string) => Promise<void>): Koa {
  const receive = wxpay.notifications.node({
    'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
  })
  const app = new Koa()
  app.use(async (ctx, next) => {
    if (ctx.path !== '/paid') return next()
    ctx.respond = false
    await receive(ctx.req, ctx.res)
  })
  return app
}
