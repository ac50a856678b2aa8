/** Money to a user's balance: the transfer waits until the user confirms it, and goes back when nobody does. */
import { EventEmitter, once } from 'node:events'
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError, type NodeReceiver, sensitive, WechatpayError } from '../lib/index.js'
import { listen, runDemo, shopOf } from './demo.js'
import type { Shop } from './shop.js'

// #region start
/** A row of the table of payouts, stored before anything is sent. `out_bill_no` is the payout in every attempt. */
export interface Payout {
  readonly out_bill_no: string
  readonly openid: string
  readonly fen: number
  /** Required from 2,000 yuan on, and checked by WeChat Pay. */
  readonly name?: string
}

/** Starts a payout; with `package_info` the page asks its user to confirm it. */
export async function startPayout(shop: Shop, { out_bill_no, openid, fen, name }: Payout) {
  const { wxpay, appid, notify_url } = shop
  const json = {
    ...{ appid, out_bill_no, openid, notify_url, transfer_amount: fen, transfer_remark: '新会员有礼' },
    ...(name && { user_name: sensitive(name) }),
    transfer_scene_id: '1000',
    transfer_scene_report_infos: [
      { info_type: '活动名称', info_content: '新会员有礼' },
      { info_type: '奖励说明', info_content: '注册会员抽奖' },
    ],
  }
  try {
    const { data } = await wxpay.v3.fundApp.mchTransfer.transferBills.post({ json })
    return { state: data.state, package_info: data.package_info }
  } catch (error) {
    if (!(error instanceof WechatpayError && error.mayHaveHappened)) throw error
    // Where there is no such transfer, the first error goes on: send the same payout again, under the same number.
    const state = await payoutState(shop, out_bill_no)
    if (state === undefined) throw error
    return { state, package_info: undefined }
  }
}
// #endregion start

// #region state
/** The state of a payout; `undefined` where WeChat Pay knows none of that number. */
export async function payoutState({ wxpay }: Shop, out_bill_no: string): Promise<string | undefined> {
  const bill = wxpay.v3.fundApp.mchTransfer.transferBills.outBillNo._out_bill_no_
  try {
    return (await bill.get({ out_bill_no })).data.state
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** Takes back what the user has not confirmed. CANCELING is no end: ask again until it is CANCELLED or SUCCESS. */
export async function cancelPayout({ wxpay }: Shop, out_bill_no: string): Promise<string> {
  const bill = wxpay.v3.fundApp.mchTransfer.transferBills.outBillNo._out_bill_no_
  return (await bill.cancel.post({ out_bill_no })).data.state
}

/** The receiver: SUCCESS, FAIL or CANCELLED is the end of a payout, and only then a failed one may be paid anew. */
export function payoutReceiver(
  { wxpay }: Pick<Shop, 'wxpay'>,
  ended: (out_bill_no: string, state: string) => unknown,
): NodeReceiver {
  return wxpay.notifications.node({
    'MCHTRANSFER.BILL.FINISHED': ({ resource }) => void ended(resource.out_bill_no, resource.state),
  })
}
// #endregion state

export async function demo(emulator: Emulator) {
  const events = new EventEmitter()
  const told = once(events, 'payout0001')
  const receiver = await listen(
    payoutReceiver(shopOf(emulator), (number, state) => events.emit(number, state)),
  )
  const shop = shopOf(emulator, receiver.url)
  const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

  const started = await startPayout(shop, { out_bill_no: 'payout0001', openid, fen: 300_000, name: '张三' })
  emulator.confirm('payout0001')
  const [ended] = await told
  // The answer gets lost: the payout is there all the same, once.
  emulator.fail({ path: 'v3/fund-app/mch-transfer/transfer-bills', method: 'POST', fault: 'torn', times: 3 })
  const lost = await startPayout(shop, { out_bill_no: 'payout0002', openid, fen: 100 })
  await cancelPayout(shop, 'payout0002')
  const cancelled = await payoutState(shop, 'payout0002')
  receiver.close()
  return { started, ended, lost, cancelled, unknown: await payoutState(shop, 'payout0003') }
}
await runDemo(import.meta.url, demo)
