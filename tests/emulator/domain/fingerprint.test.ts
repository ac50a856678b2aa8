import { describe, expect, it } from 'vitest'
import { sensitive } from '../../../lib/index.js'
import { failure, startFlowRig, WHO } from './rig.js'

const rig = startFlowRig()

/** The same object, at every depth with its keys in the opposite order. */
const reversed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, reversed(one)]),
  )
}

describe('a repeated request', () => {
  const post = async (path: string, json: object): Promise<unknown> =>
    (await rig.wxpay.chain(path as string).post({ json })).data

  it('is the same order with its keys in another order, and without the currency that it has by default', async () => {
    const { mchid } = rig.emulator.merchant
    const order = {
      ...{ ...WHO, mchid, description: 'a', out_trade_no: rig.next(), notify_url: rig.notify_url },
      amount: { total: 100, currency: 'CNY' },
    }
    const path = 'v3/pay/transactions/native'
    const first = await post(path, order)
    expect(await post(path, reversed(order) as object)).toEqual(first)
    expect(await post(path, { ...order, amount: { total: 100 } })).toEqual(first)
    const error = await failure(post(path, { ...order, amount: { total: 101 } }))
    expect(error.code).toBe('OUT_TRADE_NO_USED')
  })

  it('is the same combined order', async () => {
    const { mchid } = rig.emulator.merchant
    const sub = { mchid, attach: 'a', description: 'b', amount: { total_amount: 1, currency: 'CNY' } }
    const order = {
      ...{ combine_appid: WHO.appid, combine_mchid: mchid, combine_out_trade_no: rig.next() },
      ...{ notify_url: rig.notify_url, sub_orders: [{ ...sub, out_trade_no: rig.next() }] },
    }
    const path = 'v3/combine-transactions/native'
    expect(await post(path, reversed(order) as object)).toEqual(await post(path, order))
  })

  it('is the same transfer, and the same write of what is a sample', async () => {
    const transfer = {
      ...{ appid: WHO.appid, out_bill_no: rig.next(), openid: 'o-1', user_name: sensitive('张三') },
      ...{ transfer_scene_id: '1000', transfer_amount: 30, transfer_remark: 'a' },
      transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
    }
    const path = 'v3/fund-app/mch-transfer/transfer-bills'
    const first = await post(path, transfer)
    expect(await post(path, Object.fromEntries(Object.entries(transfer).toReversed()))).toEqual(first)

    const coupons = 'v3/marketing/favor/users/o-1/coupons'
    const sent = {
      ...{
        stock_creator_mchid: '1900000109',
        out_request_no: rig.next(),
        appid: WHO.appid,
        stock_id: '9856888',
      },
    }
    expect(await post(coupons, reversed(sent) as object)).toEqual(await post(coupons, sent))
  })
})
