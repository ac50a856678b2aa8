/** A QR code on a screen or a receipt, the wait for its payment, and the end of an order that nobody pays. */
import { setTimeout as pause } from 'node:timers/promises'
import { renderSVG } from 'uqr'
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError } from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

// #region code
/** The QR code as SVG. It can be scanned for two hours, and by several people: one of them pays. */
export async function showCode(shop: Shop, out_trade_no: string, total: number): Promise<string> {
  const { wxpay, appid, notify_url } = shop
  const { data } = await wxpay.v3.pay.transactions.native.post({
    json: { appid, description: 'Tea, 100 g', out_trade_no, notify_url, amount: { total } },
  })
  return renderSVG(data.code_url)
}
// #endregion code

// #region wait
/** States that an order does not leave by itself any more. */
const ENDS: ReadonlySet<string> = new Set(['SUCCESS', 'REFUND', 'CLOSED', 'REVOKED', 'PAYERROR'])

async function stateOf({ wxpay }: Shop, out_trade_no: string): Promise<string | undefined> {
  const node = wxpay.v3.pay.transactions.outTradeNo._out_trade_no_
  return (await node.get({ out_trade_no })).data.trade_state
}

/** Waits for the payment and closes the order when the time is up; returns what became of it. */
export async function waitForPayment(shop: Shop, out_trade_no: string, { seconds = 120, every = 3 } = {}) {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await pause(every * 1_000)) {
    const state = await stateOf(shop, out_trade_no)
    if (state && ENDS.has(state)) return state
  }
  const { close } = shop.wxpay.v3.pay.transactions.outTradeNo._out_trade_no_
  await close.post({ out_trade_no }).catch((error: unknown) => {
    // ORDER_PAID: somebody paid at the last moment. In any case it is the query that counts.
    if (!(error instanceof ApiError)) throw error
  })
  return stateOf(shop, out_trade_no)
}
// #endregion wait

export async function demo(emulator: Emulator) {
  const shop = shopOf(emulator)
  const svg = await showCode(shop, 'native-1', 100)
  await emulator.pay('native-1')
  const paid = await waitForPayment(shop, 'native-1')
  await showCode(shop, 'native-2', 100)
  const abandoned = await waitForPayment(shop, 'native-2', { seconds: 0 })
  return { svg: svg.slice(0, 4), paid, abandoned }
}
await runDemo(import.meta.url, demo)
