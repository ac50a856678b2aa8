/** Notifications with Egg or Midway, which parse JSON before a controller runs and keep its text as `ctx.request.rawBody`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Wechatpay } from '../lib/index.js'

/** The part of their `ctx` that is used. */
export interface Context {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly request: { readonly rawBody?: string }
  respond?: boolean
}

/** Makes what the method of a controller calls with its `ctx`. */
export function createAction(
  wxpay: Wechatpay,
  ship: (order?: string) => Promise<void>,
): (ctx: Context) => Promise<void> {
  const receive = wxpay.notifications.node({
    'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
  })
  return async (ctx) => {
    ctx.respond = false
    await receive({ raw: ctx.req, body: ctx.request.rawBody }, ctx.res)
  }
}
