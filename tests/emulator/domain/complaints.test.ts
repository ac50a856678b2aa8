import { describe, expect, it } from 'vitest'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()

/** A day such as `2024-01-01`: today, or some days later. */
const dayInBeijing = (later = 0): string =>
  new Date(Date.now() + 8 * 3_600_000 + later * 86_400_000).toISOString().slice(0, 10)

describe('a complaint', () => {
  it('is heard of, answered and completed', async () => {
    const service = rig.wxpay.v3.merchantService
    await service.complaintNotifications.post({ json: { url: rig.notify_url } })
    const { out_trade_no } = await rig.paidOrder()
    const complaint_id = rig.emulator.complain({ out_trade_no, detail: '商品破损' })
    expect((await rig.arrival('COMPLAINT.CREATE')).resource).toMatchObject({ complaint_id })
    const one = service.complaintsV2._complaint_id_
    const complainted_mchid = rig.emulator.merchant.mchid
    const response_content = '已为您补发'
    await one.response.post({ complaint_id, json: { complainted_mchid, response_content } })
    expect((await one.get({ complaint_id })).data).toMatchObject({
      complaint_state: 'PROCESSING',
      complaint_detail: '商品破损',
      complaint_order_info: [{ out_trade_no, amount: 1_000 }],
    })
    await one.complete.post({ complaint_id, json: { complainted_mchid } })
    await rig.arrival('COMPLAINT.STATE_CHANGE')
    const today = dayInBeijing()
    const { data } = await service.complaintsV2.get({ query: { begin_date: today, end_date: today } })
    expect(data.data?.at(-1)).toMatchObject({ complaint_id, complaint_state: 'PROCESSED' })
    const { data: history } = await one.negotiationHistorys.get({ complaint_id })
    expect(history.data?.map(({ operate_type }) => operate_type)).toEqual([
      'MERCHANT_CONFIRM_COMPLETE',
      'MERCHANT_RESPONSE',
      'USER_CREATE_COMPLAINT',
    ])
    await service.complaintNotifications.delete()
  })

  it('is told to the URL that was set last, and to none after that is deleted', async () => {
    const { complaintNotifications } = rig.wxpay.v3.merchantService
    expect((await failure(complaintNotifications.get())).status).toBe(404)
    await complaintNotifications.post({ json: { url: 'http://127.0.0.1:9/nobody' } })
    const { data } = await complaintNotifications.put({ json: { url: rig.notify_url } })
    expect(data).toEqual({ mchid: rig.emulator.merchant.mchid, url: rig.notify_url })
    expect((await complaintNotifications.get()).data).toEqual(data)
    await complaintNotifications.delete()
    expect((await failure(complaintNotifications.get())).status).toBe(404)

    const { out_trade_no } = await rig.paidOrder()
    const before = rig.emulator.deliveries.length
    rig.emulator.complain({ out_trade_no })
    expect(rig.emulator.deliveries.length).toBe(before)
    expect(() => rig.emulator.complain({ out_trade_no: 'NOBODY' })).toThrow(/no paid order NOBODY/)
  })

  it('is answered no more once it is completed, and listed page by page', async () => {
    const { complaintsV2 } = rig.wxpay.v3.merchantService
    const { out_trade_no } = await rig.paidOrder()
    const [complaint_id] = [1, 2, 3].map(() => rig.emulator.complain({ out_trade_no })) as [string]
    const json = { complainted_mchid: rig.emulator.merchant.mchid }
    await complaintsV2._complaint_id_.complete.post({ complaint_id, json })
    const late = complaintsV2._complaint_id_.response.post({
      complaint_id,
      json: { ...json, response_content: '已补发' },
    })
    expect((await failure(late)).code).toBe('INVALID_REQUEST')
    const { data } = await complaintsV2.get({
      query: { begin_date: dayInBeijing(-1), end_date: dayInBeijing(1), limit: 1, offset: 1 },
    })
    expect([data.data?.length, data.limit, data.offset]).toEqual([1, 1, 1])
    const none = await complaintsV2.get({ query: { begin_date: '2000-01-01', end_date: '2000-01-02' } })
    expect(none.data).toMatchObject({ data: [], total_count: 0 })
  })
})
