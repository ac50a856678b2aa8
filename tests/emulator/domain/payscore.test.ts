import { describe, expect, it } from 'vitest'
import { DAY, startClockedRig } from './clocked.js'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()

describe('a service order', () => {
  const orders = () => rig.wxpay.v3.payscore.serviceorder
  const who = { appid: 'wxd678efh567hg6787', service_id: '500001' }
  const create = (out_order_no: string, amount = 10_000, more: object = {}) =>
    orders().post({
      json: {
        ...{ ...who, out_order_no, service_introduction: '某某酒店', notify_url: rig.notify_url },
        time_range: { start_time: '20240101120000' },
        risk_fund: { name: 'DEPOSIT', amount },
        ...more,
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
        json: {
          ...{ ...complete, total_amount, reason: '用户投诉' },
          post_payments: [{ name: '就餐费用', amount: total_amount }],
        },
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

  it('without confirmation is DOING at once, and needs to know its user', async () => {
    const out_order_no = rig.next()
    const error = await failure(create(rig.next(), 100, { need_user_confirm: false }))
    expect(error.detail).toMatchObject({ field: '/openid' })
    const { data } = await create(out_order_no, 10_000, { need_user_confirm: false, openid: 'o-1' })
    expect(data).toMatchObject({ state: 'DOING', state_description: 'USER_CONFIRM' })
    expect(await query(out_order_no)).toMatchObject({ state: 'DOING', openid: 'o-1' })
    expect(() => rig.emulator.confirm(out_order_no)).toThrow(/is DOING already/)
    const json = { ...who, total_amount: 500, post_payments: [{ name: 'a', amount: 500 }] }
    await orders()._out_order_no_.complete.post({ out_order_no, json })
    expect(await query(out_order_no)).toMatchObject({ state: 'DONE' })
  })

  it.each([
    ['not what its items sum up to', 499, [], '/total_amount'],
    ['without its discounts', 500, [{ name: '满减', amount: 100 }], '/total_amount'],
    ['more than its deposit', 500, [], '/total_amount', 499],
  ])(
    'is not completed with a total that is %s',
    async (_, total_amount, post_discounts, field, fund = 10_000) => {
      const out_order_no = rig.next()
      await create(out_order_no, fund)
      rig.emulator.confirm(out_order_no)
      const json = { ...who, total_amount, post_payments: [{ name: 'a', amount: 500 }], post_discounts }
      const error = await failure(orders()._out_order_no_.complete.post({ out_order_no, json }))
      expect(error).toMatchObject({ status: 400, code: 'PARAM_ERROR', detail: { field } })
      expect((await query(out_order_no)).state).toBe('DOING')
    },
  )

  it('is completed with what is left after its discounts, and for nothing', async () => {
    for (const [amount, discount] of [
      [500, 100],
      [500, 500],
    ] as const) {
      const out_order_no = rig.next()
      await create(out_order_no)
      rig.emulator.confirm(out_order_no)
      const post_discounts = [{ name: '满减', amount: discount }]
      const json = { ...who, total_amount: amount - discount, post_payments: [{ name: 'a', amount }] }
      await orders()._out_order_no_.complete.post({ out_order_no, json: { ...json, post_discounts } })
      expect(await query(out_order_no)).toMatchObject({ state: 'DONE', total_amount: amount - discount })
    }
  })

  it('may fail to be paid, and be paid later', async () => {
    const out_order_no = rig.next()
    await create(out_order_no)
    rig.emulator.confirm(out_order_no, { pays: false })
    const json = { ...who, total_amount: 500, post_payments: [{ name: 'a', amount: 500 }] }
    await orders()._out_order_no_.complete.post({ out_order_no, json })
    expect((await rig.emulator.pay(out_order_no, { fail: true })).transaction_id).toBe('')
    expect((await query(out_order_no)).state).toBe('DOING')
    await expect(rig.emulator.pay(out_order_no, { discount: 1 })).rejects.toThrow(/takes no payer/)
    await rig.emulator.pay(out_order_no)
    expect((await query(out_order_no)).state).toBe('DONE')
  })
})

describe('a service order that nobody agrees to', () => {
  const rig = startClockedRig()

  it('expires after thirty days', async () => {
    const out_order_no = rig.next()
    const who = { appid: 'wxd678efh567hg6787', service_id: '500001' }
    await rig.call('POST', '/v3/payscore/serviceorder', {
      ...{ ...who, out_order_no, service_introduction: '某某酒店', notify_url: 'https://example.com/' },
      ...{ time_range: { start_time: '20240301120000' }, risk_fund: { name: 'DEPOSIT', amount: 1 } },
    })
    const path = `/v3/payscore/serviceorder?${new URLSearchParams({ ...who, out_order_no }).toString()}`
    const stateNow = async () => (await rig.call('GET', path)).json.state
    rig.advance(30 * DAY - 1)
    expect(await stateNow()).toBe('CREATED')
    rig.advance(1)
    expect(await stateNow()).toBe('EXPIRED')
    expect(() => rig.emulator.confirm(out_order_no)).toThrow(/is EXPIRED already/)
    const cancel = `/v3/payscore/serviceorder/${out_order_no}/cancel`
    const { json } = await rig.call('POST', cancel, { ...who, reason: 'a' })
    expect(json.code).toBe('INVALID_ORDER_STATE')
  })
})
