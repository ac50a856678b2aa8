/** Notifications with Fastify. Around this route alone, bodies stay the bytes they are. */
import Fastify, { type FastifyInstance } from 'fastify'
import type { Wechatpay } from '../lib/index.js'

export function createShop(wxpay: Wechatpay, ship: (order?: string) => Promise<void>): FastifyInstance {
  const app = Fastify()
  app.register(async (routes) => {
    routes.removeAllContentTypeParsers()
    routes.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes))
    routes.post(
      '/paid',
      wxpay.notifications.node({
        'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
      }),
    )
  })
  return app
}
