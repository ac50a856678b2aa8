import { beijingDigits } from '../beijing-time.js'
import type { Context } from '../context.js'

/** The ways to pay that an order is placed for: the last segment of its path, and its `trade_type`. */
export const TRADE_TYPES = { jsapi: 'JSAPI', app: 'APP', native: 'NATIVE', h5: 'MWEB' } as const

/** The response to a new order, by way of paying: what the front end needs to have it paid. */
export function prepayResponses({
  ids,
  now,
}: Context): Record<keyof typeof TRADE_TYPES, () => Record<string, string>> {
  const prepay = (): Record<string, string> => ({
    prepay_id: `wx${beijingDigits(now())}${ids.hex(20).toLowerCase()}`,
  })
  return {
    jsapi: prepay,
    app: prepay,
    native: () => ({ code_url: `weixin://wxpay/bizpayurl?pr=${ids.text(9)}` }),
    h5: () => ({
      h5_url: `https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?${new URLSearchParams(prepay()).toString()}`,
    }),
  }
}
