/** Notifications with Express 5. The route stands in front of the body parser. */
import express, { type Express } from 'express'
import type { Wechatpay } from '../lib/index.js'

export function createShop(wxpay: Wechatpay, ship: (order?: string) => Promise<void>): Express {
  const app = express()
  app.post(
    '/paid',
    wxpay.notifications.node({
      'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
    }),
  )
  app.use(express.json())
  return app
}
