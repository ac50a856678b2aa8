/** A part of a payment for somebody else: the receiver, the share, the rest set free, and a share taken back. */
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError, sensitive, WechatpayError } from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

// #region receiver
/** Adds a receiver, once for good; adding it again changes nothing. */
export async function addReceiver({ wxpay, appid }: Shop, account: string, name: string): Promise<void> {
  await wxpay.v3.profitsharing.receivers.add.post({
    json: { appid, type: 'MERCHANT_ID', account, name: sensitive(name), relation_type: 'SUPPLIER' },
  })
}
// #endregion receiver

// #region share
/** A share of a payment. The order was placed with `settle_info: { profit_sharing: true }`. */
export interface Share {
  readonly transaction_id: string
  readonly out_order_no: string
  readonly account: string
  readonly fen: number
}

/** Shares, and leaves the rest frozen for further shares. PROCESSING: ask with {@link shareResults} later. */
export async function share(shop: Shop, { transaction_id, out_order_no, account, fen }: Share) {
  const { wxpay, appid } = shop
  const receivers = [{ type: 'MERCHANT_ID', account, amount: fen, description: '供货款' }]
  const json = { appid, transaction_id, out_order_no, receivers, unfreeze_unsplit: false }
  await wxpay.v3.profitsharing.orders.post({ json }).catch((error: unknown) => {
    // Shared or not? The query below knows; where it finds none (404), the same share may be sent again. A new number
    // could share twice.
    if (!(error instanceof WechatpayError && error.mayHaveHappened)) throw error
  })
  return shareResults(shop, transaction_id, out_order_no)
}

/** What each receiver got: an order that is FINISHED may have receivers that got nothing, and says why. */
export async function shareResults({ wxpay }: Shop, transaction_id: string, out_order_no: string) {
  const { data } = await wxpay.v3.profitsharing.orders._out_order_no_.get({
    out_order_no,
    query: { transaction_id },
  })
  const results = data.receivers?.map(({ account, amount, result }) => `${account} ${amount} ${result}`)
  return { state: data.state, results: results ?? [] }
}
// #endregion share

// #region rest
/** Sets the rest free for the merchant. Without it, the money of a shared order stays frozen for a long time. */
export async function release({ wxpay }: Shop, transaction_id: string, out_order_no: string) {
  const json = { transaction_id, out_order_no, description: '分账完成' }
  await wxpay.v3.profitsharing.orders.unfreeze.post({ json })
  const { amounts } = wxpay.v3.profitsharing.transactions._transaction_id_
  return (await amounts.get({ transaction_id })).data.unsplit_amount
}

/** Takes a share back. Refunding the buyer does not: that comes out of the merchant's own money alone. */
export async function takeBack(
  { wxpay }: Shop,
  { out_order_no, account, fen }: Share,
  out_return_no: string,
) {
  const json = { out_order_no, out_return_no, return_mchid: account, amount: fen, description: '用户退款' }
  const { data } = await wxpay.v3.profitsharing.returnOrders.post({ json })
  return data.result // PROCESSING: ask by out_return_no
}
// #endregion rest

export async function demo(emulator: Emulator) {
  const shop = shopOf(emulator)
  const { wxpay, mchid, appid, notify_url } = shop
  await wxpay.v3.pay.transactions.native.post({
    json: {
      ...{ appid, mchid, notify_url, description: 'Tea', out_trade_no: 'shared-0001' },
      ...{ amount: { total: 1_000 }, settle_info: { profit_sharing: true } },
    },
  })
  const { transaction_id } = await emulator.pay('shared-0001')
  await addReceiver(shop, '1900000110', '茶园有限公司')
  const part = { transaction_id, out_order_no: 'share0001', account: '1900000110', fen: 200 }
  const shared = await share(shop, part)
  const more = share(shop, { ...part, out_order_no: 'share0002' }) // 40 % of the order: too much
  const tooMuch = await more.catch((error: unknown) => (error instanceof ApiError ? error.code : undefined))
  const returned = await takeBack(shop, part, 'return0001')
  return { shared, tooMuch, returned, unsplit: await release(shop, transaction_id, 'release0001') }
}
await runDemo(import.meta.url, demo)
