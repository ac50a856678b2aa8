/** Notifications with Next: what `app/paid/route.ts` exports, with `export const { POST } = createRoute(wxpay, ship)`. */
import type { FetchReceiver, Wechatpay } from '../lib/index.js'

export function createRoute(
  wxpay: Wechatpay,
  ship: (order?: string) => Promise<void>,
): { readonly POST: FetchReceiver } {
  return {
    POST: wxpay.notifications.fetch({
      'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
    }),
  }
}
