import { describe, expect, it } from 'vitest'
import { nativeOrder } from '../client.js'
import { DAY, HOUR, MINUTE, startClockedRig } from './clocked.js'

const rig = startClockedRig()
const ORDERS = '/v3/pay/transactions'

const place = async (out_trade_no: string, more: object = {}, way = 'native') =>
  rig.call('POST', `${ORDERS}/${way}`, nativeOrder(rig.emulator, out_trade_no, more))
const query = async (out_trade_no: string) =>
  (await rig.call('GET', `${ORDERS}/out-trade-no/${out_trade_no}?mchid=${rig.emulator.merchant.mchid}`)).json
const at = (milliseconds: number) => new Date(rig.now() + milliseconds).toISOString()

describe('an order that nobody pays', () => {
  it('is closed after seven days', async () => {
    const number = rig.next()
    await place(number)
    rig.advance(7 * DAY - 1)
    expect((await query(number)).trade_state).toBe('NOTPAY')
    rig.advance(1)
    expect((await query(number)).trade_state).toBe('CLOSED')
    expect((await place(number)).json.code).toBe('ORDER_CLOSED')
    await expect(rig.emulator.pay(number)).rejects.toThrow(/CLOSED/)
  })

  it('is closed when its own end comes, if that is later', async () => {
    const number = rig.next()
    await place(number, { time_expire: at(30 * DAY) })
    rig.advance(30 * DAY - 1)
    expect((await query(number)).trade_state).toBe('NOTPAY')
    rig.advance(1)
    expect((await query(number)).trade_state).toBe('CLOSED')
  })

  it('shows neither its description nor the URL to notify', async () => {
    const number = rig.next()
    await place(number)
    const order = await query(number)
    expect(order).not.toHaveProperty('description')
    expect(order).not.toHaveProperty('notify_url')
  })
})

describe('the end of an order', () => {
  it('is the last moment to pay it, and does not close it', async () => {
    const number = rig.next()
    const more = { time_expire: at(10 * MINUTE) }
    await place(number, more)
    rig.advance(10 * MINUTE)
    await expect(rig.emulator.pay(number)).rejects.toThrow(/expired at 2024-03-01T10:10:00/)
    expect((await query(number)).trade_state).toBe('NOTPAY')
    expect(await place(number, more)).toMatchObject({ status: 400, json: { code: 'INVALID_REQUEST' } })
  })

  it('is a minute after it was placed where the merchant names one that is past', async () => {
    const number = rig.next()
    expect((await place(number, { time_expire: at(-DAY) })).status).toBe(200)
    rig.advance(MINUTE - 1)
    expect((await rig.emulator.pay(number)).trade_state).toBe('SUCCESS')
    const late = rig.next()
    await place(late, { time_expire: at(-DAY) })
    rig.advance(MINUTE)
    await expect(rig.emulator.pay(late)).rejects.toThrow(/expired/)
  })

  it('is the ninetieth day at the latest', async () => {
    const number = rig.next()
    await place(number, { time_expire: at(200 * DAY) })
    rig.advance(90 * DAY)
    expect((await query(number)).trade_state).toBe('CLOSED')
  })

  it.each(['20240301101000', '2024-03-01 10:10:00', '2024-03-01T10:10:00', '2024-13-01T10:10:00+08:00'])(
    'is refused as %s',
    async (time_expire) => {
      const { status, json } = await place(rig.next(), { time_expire })
      expect([status, json.code, json.detail.field]).toEqual([400, 'PARAM_ERROR', '/time_expire'])
    },
  )
})

describe('what an order is answered with', () => {
  it.each([
    ['jsapi', 'prepay_id', 2 * HOUR, { payer: { openid: 'o-1' } }],
    ['native', 'code_url', 2 * HOUR, {}],
    ['h5', 'h5_url', 5 * MINUTE, { scene_info: { payer_client_ip: '127.0.0.1' } }],
  ])(
    'by %s holds for its time, and is renewed by placing the order again',
    async (way, field, holds, more) => {
      const number = rig.next()
      const { json: first } = await place(number, more, way)
      rig.advance(holds - 1)
      expect((await place(number, more, way)).json).toEqual(first)
      rig.advance(1)
      await expect(rig.emulator.pay(number)).rejects.toThrow(/place it again/)
      const { json: second } = await place(number, more, way)
      expect(second[field]).not.toBe(first[field])
      expect((await rig.emulator.pay(number)).trade_state).toBe('SUCCESS')
    },
  )

  it('as a combined one is renewed, too', async () => {
    const { mchid } = rig.emulator.merchant
    const sub = { mchid, attach: 'a', description: 'b', amount: { total_amount: 1, currency: 'CNY' } }
    const combine_out_trade_no = rig.next()
    const order = {
      ...{ combine_appid: 'wxd678efh567hg6787', combine_mchid: mchid, combine_out_trade_no },
      ...{ notify_url: 'https://example.com/', sub_orders: [{ ...sub, out_trade_no: rig.next() }] },
    }
    const combine = async () => (await rig.call('POST', '/v3/combine-transactions/native', order)).json
    const first = await combine()
    rig.advance(2 * HOUR)
    await expect(rig.emulator.pay(combine_out_trade_no)).rejects.toThrow(/place it again/)
    expect(await combine()).not.toEqual(first)
    expect((await rig.emulator.pay(combine_out_trade_no)).trade_state).toBe('SUCCESS')
    expect(await combine()).toMatchObject({ code: 'ORDERPAID' })
  })
})
