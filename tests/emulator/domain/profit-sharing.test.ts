import { describe, expect, it } from 'vitest'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()

describe('profit sharing', () => {
  const sharing = () => rig.wxpay.v3.profitsharing
  const account = '86693852'
  const share = (transaction_id: string, out_order_no: string, amount: number) =>
    sharing().orders.post({
      json: {
        ...{ appid: 'wx8888888888888888', transaction_id, out_order_no, unfreeze_unsplit: false },
        receivers: [{ type: 'MERCHANT_ID', account, amount, description: '分给商户' }],
      },
    })

  it('goes to receivers that were added, as far as the order allows, and comes back', async () => {
    const { transaction_id } = await rig.paidOrder({ settle_info: { profit_sharing: true } })
    const out_order_no = rig.next()
    expect((await failure(share(transaction_id, out_order_no, 100))).detail).toMatchObject({
      field: '/receivers/0/account',
    })
    await sharing().receivers.add.post({
      json: { appid: 'wx8888888888888888', type: 'MERCHANT_ID', account, relation_type: 'STORE' },
    })
    const { data } = await share(transaction_id, out_order_no, 100)
    expect(data).toMatchObject({ state: 'FINISHED', receivers: [{ amount: 100, result: 'SUCCESS' }] })
    expect((await failure(share(transaction_id, rig.next(), 250))).code).toBe('RULE_LIMIT')
    const left = async () =>
      (await sharing().transactions._transaction_id_.amounts.get({ transaction_id })).data.unsplit_amount
    expect(await left()).toBe(900)
    const out_return_no = rig.next()
    await sharing().returnOrders.post({
      json: { out_order_no, out_return_no, return_mchid: account, amount: 60, description: '用户退款' },
    })
    expect(await left()).toBe(960)
    await sharing().orders.unfreeze.post({
      json: { transaction_id, out_order_no: rig.next(), description: '解冻全部剩余资金' },
    })
    expect(await left()).toBe(0)
  })

  it('is not for orders that were placed without it', async () => {
    const { transaction_id } = await rig.paidOrder()
    expect((await failure(share(transaction_id, rig.next(), 1))).code).toBe('NO_AUTH')
  })

  it('tells of each share and each return, which are found again', async () => {
    const { transaction_id } = await rig.paidOrder({ settle_info: { profit_sharing: true } })
    const [out_order_no, one, two] = [rig.next(), rig.next(), rig.next()]
    const { data: shared } = await share(transaction_id, out_order_no, 200)
    expect((await rig.arrival('PROFITSHARING.SUCCESS')).resource).toMatchObject({
      out_order_no,
      receiver: { account, amount: 200 },
    })
    const { data: found } = await sharing().orders._out_order_no_.get({
      out_order_no,
      query: { transaction_id },
    })
    expect(found).toEqual(shared)

    const giveBack = (out_return_no: string, amount: number, which: object = { out_order_no }) =>
      sharing().returnOrders.post({
        json: { ...which, out_return_no, return_mchid: account, amount, description: '用户退款' },
      })
    const { data: first } = await giveBack(one, 50)
    expect((await giveBack(one, 50)).data).toEqual(first)
    expect((await failure(giveBack(one, 51))).detail).toMatchObject({ field: '/out_return_no' })
    expect((await failure(giveBack(two, 151))).code).toBe('NOT_ENOUGH')
    const { data: second } = await giveBack(two, 150, { order_id: shared.order_id })
    expect(second.return_id).not.toBe(first.return_id)
    expect((await rig.arrival('PROFITSHARING.RETURN')).resource).toMatchObject({ receiver: { amount: 50 } })
    const { data: asked } = await sharing().returnOrders._out_return_no_.get({
      out_return_no: one,
      query: { out_order_no },
    })
    expect(asked).toEqual(first)
  })

  it('of a repeated number is not carried out twice', async () => {
    const { transaction_id } = await rig.paidOrder({ settle_info: { profit_sharing: true } })
    const out_order_no = rig.next()
    const first = await share(transaction_id, out_order_no, 10)
    expect((await share(transaction_id, out_order_no, 10)).data).toEqual(first.data)
    expect((await failure(share(transaction_id, out_order_no, 11))).detail).toMatchObject({
      field: '/out_order_no',
    })
  })

  it('of a partner’s order is for its own merchant alone', async () => {
    const out_trade_no = rig.next()
    const sub_mchid = '1900000100'
    await rig.wxpay.v3.pay.partner.transactions.native.post({
      json: {
        ...{ sp_appid: 'wx8888888888888888', sp_mchid: rig.emulator.merchant.mchid, sub_mchid },
        ...{ description: 'QQ公仔', out_trade_no, notify_url: rig.notify_url },
        ...{ amount: { total: 1_000 }, settle_info: { profit_sharing: true } },
      },
    })
    const { transaction_id } = await rig.emulator.pay(out_trade_no)
    const json = {
      ...{ appid: 'wx8888888888888888', transaction_id, out_order_no: rig.next() },
      receivers: [{ type: 'MERCHANT_ID', account, amount: 1, description: '分给商户' }],
      unfreeze_unsplit: true,
    }
    const wrong = sharing().orders.post({ json: { ...json, sub_mchid: '1900000101' } })
    expect((await failure(wrong)).detail).toMatchObject({ field: '/sub_mchid' })
    await sharing().orders.post({ json: { ...json, sub_mchid } })
    expect((await rig.arrival('PROFITSHARING.SUCCESS')).resource).toMatchObject({
      sp_mchid: rig.emulator.merchant.mchid,
      sub_mchid,
    })
  })

  it('takes receivers away', async () => {
    const { transaction_id } = await rig.paidOrder({ settle_info: { profit_sharing: true } })
    await sharing().receivers.delete.post({
      json: { appid: 'wx8888888888888888', type: 'MERCHANT_ID', account },
    })
    expect((await failure(share(transaction_id, rig.next(), 1))).code).toBe('PARAM_ERROR')
  })
})
