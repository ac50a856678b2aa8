import { describe, expect, it } from 'vitest'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()

describe('a service order', () => {
  const orders = () => rig.wxpay.v3.payscore.serviceorder
  const who = { appid: 'wxd678efh567hg6787', service_id: '500001' }
  const create = (out_order_no: string, amount = 10_000) =>
    orders().post({
      json: {
        ...{ ...who, out_order_no, service_introduction: '某某酒店', notify_url: rig.notify_url },
        time_range: { start_time: '20240101120000' },
        risk_fund: { name: 'DEPOSIT', amount },
      },
    })
  const query = async (out_order_no: string) => (await orders().get({ query: { ...who, out_order_no } })).data

  it('is confirmed by its user, completed, paid, and tells of each', async () => {
    const out_order_no = rig.next()
    expect((await create(out_order_no)).data).toMatchObject({ state: 'CREATED', package: expect.any(String) })
    rig.emulator.confirm(out_order_no)
    expect((await rig.arrival('PAYSCORE.USER_CONFIRM')).resource).toMatchObject({
      out_order_no,
      state: 'DOING',
    })
    await orders()._out_order_no_.complete.post({
      out_order_no,
      json: { ...who, total_amount: 500, post_payments: [{ name: '就餐费用', amount: 500 }] },
    })
    expect((await rig.arrival('PAYSCORE.USER_PAID')).resource).toMatchObject({
      out_order_no,
      total_amount: 500,
    })
    expect(await query(out_order_no)).toMatchObject({
      state: 'DONE',
      collection: { state: 'USER_PAID', paid_amount: 500 },
    })
  })

  it('is cancelled, and then not completed', async () => {
    const out_order_no = rig.next()
    await create(out_order_no)
    await orders()._out_order_no_.cancel.post({ out_order_no, json: { ...who, reason: '用户投诉' } })
    expect((await query(out_order_no)).state).toBe('REVOKED')
    const json = { ...who, total_amount: 1, post_payments: [{ name: 'a', amount: 1 }] }
    const error = await failure(orders()._out_order_no_.complete.post({ out_order_no, json }))
    expect(error.code).toBe('INVALID_ORDER_STATE')
  })

  it('is modified and paid later when its user has not the money yet', async () => {
    const [asked, came] = [rig.next(), rig.next()]
    const complete = { ...who, total_amount: 500, post_payments: [{ name: '就餐费用', amount: 500 }] }
    for (const out_order_no of [asked, came]) {
      await create(out_order_no)
      await expect(rig.emulator.pay(out_order_no)).rejects.toThrow(/only a completed one/)
      rig.emulator.confirm(out_order_no, { pays: false })
      await orders()._out_order_no_.complete.post({ out_order_no, json: complete })
      expect(await query(out_order_no)).toMatchObject({
        state: 'DOING',
        collection: { state: 'USER_PAYING' },
      })
    }
    const modify = (total_amount: number) =>
      orders()._out_order_no_.modify.post({
        out_order_no: asked,
        json: { ...complete, total_amount, reason: '用户投诉' },
      })
    expect((await failure(modify(501))).detail).toMatchObject({ field: '/total_amount' })
    expect((await modify(300)).data).toMatchObject({ total_amount: 300, collection: { paying_amount: 300 } })
    await orders()._out_order_no_.pay.post({ out_order_no: asked, json: who })
    expect((await rig.arrival('PAYSCORE.USER_PAID')).resource).toMatchObject({ out_order_no: asked })
    expect(await query(asked)).toMatchObject({ state: 'DONE', collection: { paid_amount: 300 } })
    expect((await failure(modify(200))).code).toBe('INVALID_ORDER_STATE')

    const { transaction_id, notified } = await rig.emulator.pay(came)
    expect(notified?.status).toBe(200)
    const { data: refund } = await rig.wxpay.v3.refund.domestic.refunds.post({
      json: {
        ...{ transaction_id, out_refund_no: rig.next() },
        amount: { refund: 500, total: 500, currency: 'CNY' },
      },
    })
    expect(refund.out_trade_no).toBe(came)
  })

  it('is synchronised when it was paid elsewhere', async () => {
    const out_order_no = rig.next()
    await create(out_order_no)
    rig.emulator.confirm(out_order_no, { pays: false })
    const json = { ...who, total_amount: 1, post_payments: [{ name: 'a', amount: 1 }] }
    await orders()._out_order_no_.complete.post({ out_order_no, json })
    const { data } = await orders()._out_order_no_.sync.post({
      out_order_no,
      json: { ...who, type: 'Order_Paid', detail: { paid_time: '20240101120000' } },
    })
    expect(data).toMatchObject({ state: 'DONE', collection: { details: [{ paid_type: 'MCH' }] } })
  })

  it('is the same under the same number, and refused with another body', async () => {
    const out_order_no = rig.next()
    const first = await create(out_order_no)
    expect((await create(out_order_no)).data).toEqual(first.data)
    expect((await failure(create(out_order_no, 1))).code).toBe('ORDER_EXISTED')
  })
})
