/** Notifications with node:http alone. */
import { createServer, type Server } from 'node:http'
import type { Wechatpay } from '../lib/index.js'

export function createShop(wxpay: Wechatpay, ship: (order?: string) => Promise<void>): Server {
  const receive = wxpay.notifications.node({
    'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
  })
  return createServer((req, res) => {
    if (req.url === '/paid') void receive(req, res)
    else res.writeHead(404).end()
  })
}
