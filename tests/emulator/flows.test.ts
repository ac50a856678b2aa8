import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator } from '../../lib/emulator/index.js'
import { ApiError, sensitive, Wechatpay } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'

const rig = startRig({ retryScale: 0.001 })

interface Event {
  readonly event_type: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  readonly resource: any
}

/** A receiver that parses and verifies what the emulator sends. */
const events: Event[] = []
let receiver: Server
let notify_url: string
beforeAll(async () => {
  receiver = createServer((request, response) => {
    rig.wxpay.notifications.node((event) => void events.push(event as unknown as Event))(request, response)
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
})
beforeEach(() => {
  events.length = 0
})
afterAll(() => {
  receiver.closeAllConnections()
  receiver.close()
})

const arrival = (event_type: string): Promise<Event> =>
  expect
    .poll(() => events.find((event) => event.event_type === event_type), { timeout: 5_000 })
    .toBeDefined()
    .then(() => events.find((event) => event.event_type === event_type) as Event)

const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

let numbers = 0
const next = (): string => `FLOW${Date.now()}${numbers++}`

async function paidOrder(more: object = {}): Promise<{ out_trade_no: string; transaction_id: string }> {
  const { mchid } = rig.emulator.merchant
  const out_trade_no = next()
  await rig.wxpay.v3.pay.transactions.native.post({
    json: {
      ...{ appid: 'wxd678efh567hg6787', mchid, description: 'QQ公仔', out_trade_no, notify_url },
      ...{ amount: { total: 1_000 }, ...more },
    },
  })
  const { transaction_id } = await rig.emulator.pay(out_trade_no)
  return { out_trade_no, transaction_id }
}

describe('a partner’s order', () => {
  const order = (out_trade_no: string) => ({
    sp_appid: 'wx8888888888888888',
    sp_mchid: rig.emulator.merchant.mchid,
    sub_mchid: '1900000100',
    description: 'QQ公仔',
    out_trade_no,
    notify_url,
    amount: { total: 100 },
  })
  const query = () => ({ sp_mchid: rig.emulator.merchant.mchid, sub_mchid: '1900000100' })
  const orders = () => rig.wxpay.v3.pay.partner.transactions

  it('is placed, paid, found by either number, refunded, and not another merchant’s', async () => {
    const out_trade_no = next()
    const { data: placed } = await orders().native.post({ json: order(out_trade_no) })
    expect(placed.code_url).toMatch(/^weixin:/)
    await rig.emulator.pay(out_trade_no)
    const { resource } = await arrival('TRANSACTION.SUCCESS')
    expect(resource).toMatchObject({ out_trade_no, sub_mchid: '1900000100', trade_state: 'SUCCESS' })

    const { transaction_id } = resource
    const { data: byId } = await orders().id._transaction_id_.get({ transaction_id, query: query() })
    const { data: byNumber } = await orders().outTradeNo._out_trade_no_.get({ out_trade_no, query: query() })
    expect(byId).toEqual(byNumber)
    expect(byId).toMatchObject({ sp_mchid: query().sp_mchid, payer: { sp_openid: expect.any(String) } })
    const stranger = { ...query(), sub_mchid: '1900000101' }
    const error = await failure(orders().outTradeNo._out_trade_no_.get({ out_trade_no, query: stranger }))
    expect(error.code).toBe('ORDER_NOT_EXIST')

    await rig.wxpay.v3.refund.domestic.refunds.post({
      json: {
        ...{ sub_mchid: '1900000100', out_trade_no, out_refund_no: next(), notify_url },
        amount: { refund: 40, total: 100, currency: 'CNY' },
      },
    })
    const refund = await arrival('REFUND.SUCCESS')
    expect(refund.resource).toMatchObject({ sub_mchid: '1900000100', amount: { refund: 40 } })
  })

  it('is closed', async () => {
    const out_trade_no = next()
    await orders().jsapi.post({ json: { ...order(out_trade_no), payer: { sp_openid: 'o1' } } })
    await orders().outTradeNo._out_trade_no_.close.post({ out_trade_no, json: query() })
    await expect(rig.emulator.pay(out_trade_no)).rejects.toThrow(/CLOSED/)
  })
})

describe('a combined order', () => {
  const place = (combine_out_trade_no: string, parts: readonly string[]) =>
    rig.wxpay.v3.combineTransactions.native.post({
      json: {
        combine_appid: 'wxd678efh567hg6787',
        combine_mchid: rig.emulator.merchant.mchid,
        combine_out_trade_no,
        notify_url,
        sub_orders: parts.map((out_trade_no) => ({
          ...{ mchid: '1900000100', sub_mchid: '1900000101', attach: 'a', description: 'b', out_trade_no },
          amount: { total_amount: 10, currency: 'CNY' },
        })),
      },
    })

  it('is paid as one, and its parts with it', async () => {
    const [whole, one, two] = [next(), next(), next()]
    await place(whole, [one, two])
    await expect(rig.emulator.pay(one)).rejects.toThrow(`pay that`)
    await rig.emulator.pay(whole)
    const { resource } = await arrival('TRANSACTION.SUCCESS')
    expect(resource).toMatchObject({ combine_out_trade_no: whole })
    const { data } = await rig.wxpay.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({
      combine_out_trade_no: whole,
    })
    expect(data).toEqual(resource)
    expect(data.sub_orders?.map(({ out_trade_no, trade_state }) => [out_trade_no, trade_state])).toEqual([
      [one, 'SUCCESS'],
      [two, 'SUCCESS'],
    ])
  })

  it('is answered alike when repeated, refused when changed, closed by its parts', async () => {
    const [whole, one] = [next(), next()]
    const first = await place(whole, [one])
    expect((await place(whole, [one])).data).toEqual(first.data)
    expect((await failure(place(whole, [next()]))).code).toBe('OUT_TRADE_NO_USED')
    await rig.wxpay.v3.combineTransactions.outTradeNo._combine_out_trade_no_.close.post({
      combine_out_trade_no: whole,
      json: {
        combine_appid: 'wxd678efh567hg6787',
        sub_orders: [{ mchid: '1900000100', sub_mchid: '1900000101', out_trade_no: one }],
      },
    })
    await expect(rig.emulator.pay(whole)).rejects.toThrow(/CLOSED/)
  })
})

describe('a transfer', () => {
  const transfers = () => rig.wxpay.v3.fundApp.mchTransfer.transferBills
  const request = (out_bill_no: string, transfer_amount = 30) => ({
    ...{ appid: 'wxf636efh567hg4356', out_bill_no, openid: 'o-MYE42l80oelYMDE34nYD456Xoy', notify_url },
    ...{ transfer_scene_id: '1000', transfer_amount, transfer_remark: '新会员开通有礼' },
    transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
    user_name: sensitive('张三'),
  })

  it('waits for its user, arrives, and is found by either number', async () => {
    const out_bill_no = next()
    const { data } = await transfers().post({ json: request(out_bill_no) })
    expect(data).toMatchObject({ state: 'WAIT_USER_CONFIRM', package_info: expect.any(String) })
    rig.emulator.confirm(out_bill_no)
    const { resource } = await arrival('MCHTRANSFER.BILL.FINISHED')
    expect(resource).toMatchObject({ out_bill_no, state: 'SUCCESS', transfer_amount: 30 })
    const { transfer_bill_no } = data
    const byNumber = await transfers().outBillNo._out_bill_no_.get({ out_bill_no })
    const byId = await transfers().transferBillNo._transfer_bill_no_.get({ transfer_bill_no })
    expect({ ...byId.data, user_name: '' }).toEqual({ ...byNumber.data, user_name: '' })
    expect(byId.data.state).toBe('SUCCESS')
    const clear = await transfers().outBillNo._out_bill_no_.get({ out_bill_no, decrypt: true })
    expect(clear.data.user_name).toBe('张三')
  })

  it('is the same under the same number, though its fields are encrypted afresh', async () => {
    const out_bill_no = next()
    const first = await transfers().post({ json: request(out_bill_no) })
    const again = await transfers().post({ json: request(out_bill_no) })
    expect(again.data).toEqual(first.data)
    expect((await failure(transfers().post({ json: request(out_bill_no, 31) }))).code).toBe('ALREADY_EXISTS')
  })

  it('is cancelled before it is confirmed, and not after', async () => {
    const [cancelled, confirmed] = [next(), next()]
    for (const out_bill_no of [cancelled, confirmed]) await transfers().post({ json: request(out_bill_no) })
    const cancel = (out_bill_no: string) => transfers().outBillNo._out_bill_no_.cancel.post({ out_bill_no })
    expect((await cancel(cancelled)).data.state).toBe('CANCELLED')
    rig.emulator.confirm(confirmed)
    expect((await failure(cancel(confirmed))).code).toBe('INVALID_REQUEST')
  })
})

describe('a service order', () => {
  const orders = () => rig.wxpay.v3.payscore.serviceorder
  const who = { appid: 'wxd678efh567hg6787', service_id: '500001' }
  const create = (out_order_no: string) =>
    orders().post({
      json: {
        ...{ ...who, out_order_no, service_introduction: '某某酒店', notify_url },
        time_range: { start_time: '20240101120000' },
        risk_fund: { name: 'DEPOSIT', amount: 10_000 },
      },
    })
  const query = async (out_order_no: string) => (await orders().get({ query: { ...who, out_order_no } })).data

  it('is confirmed by its user, completed, paid, and tells of each', async () => {
    const out_order_no = next()
    expect((await create(out_order_no)).data).toMatchObject({ state: 'CREATED', package: expect.any(String) })
    rig.emulator.confirm(out_order_no)
    expect((await arrival('PAYSCORE.USER_CONFIRM')).resource).toMatchObject({ out_order_no, state: 'DOING' })
    await orders()._out_order_no_.complete.post({
      out_order_no,
      json: { ...who, total_amount: 500, post_payments: [{ name: '就餐费用', amount: 500 }] },
    })
    expect((await arrival('PAYSCORE.USER_PAID')).resource).toMatchObject({ out_order_no, total_amount: 500 })
    expect(await query(out_order_no)).toMatchObject({
      state: 'DONE',
      collection: { state: 'USER_PAID', paid_amount: 500 },
    })
  })

  it('is cancelled, and then not completed', async () => {
    const out_order_no = next()
    await create(out_order_no)
    await orders()._out_order_no_.cancel.post({ out_order_no, json: { ...who, reason: '用户投诉' } })
    expect((await query(out_order_no)).state).toBe('REVOKED')
    const json = { ...who, total_amount: 1, post_payments: [{ name: 'a', amount: 1 }] }
    const error = await failure(orders()._out_order_no_.complete.post({ out_order_no, json }))
    expect(error.code).toBe('INVALID_ORDER_STATE')
  })
})

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
    const { transaction_id } = await paidOrder({ settle_info: { profit_sharing: true } })
    const out_order_no = next()
    expect((await failure(share(transaction_id, out_order_no, 100))).detail).toMatchObject({
      field: '/receivers/0/account',
    })
    await sharing().receivers.add.post({
      json: { appid: 'wx8888888888888888', type: 'MERCHANT_ID', account, relation_type: 'STORE' },
    })
    const { data } = await share(transaction_id, out_order_no, 100)
    expect(data).toMatchObject({ state: 'FINISHED', receivers: [{ amount: 100, result: 'SUCCESS' }] })
    expect((await failure(share(transaction_id, next(), 250))).code).toBe('RULE_LIMIT')
    const left = async () =>
      (await sharing().transactions._transaction_id_.amounts.get({ transaction_id })).data.unsplit_amount
    expect(await left()).toBe(900)
    const out_return_no = next()
    await sharing().returnOrders.post({
      json: { out_order_no, out_return_no, return_mchid: account, amount: 60, description: '用户退款' },
    })
    expect(await left()).toBe(960)
    await sharing().orders.unfreeze.post({
      json: { transaction_id, out_order_no: next(), description: '解冻全部剩余资金' },
    })
    expect(await left()).toBe(0)
  })

  it('is not for orders that were placed without it', async () => {
    const { transaction_id } = await paidOrder()
    expect((await failure(share(transaction_id, next(), 1))).code).toBe('NO_AUTH')
  })
})

describe('the bills of today', () => {
  const bill_date = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

  it('have the orders, refunds, transfers and shares of today', async () => {
    const { bills } = rig.wxpay
    const trades = []
    for await (const row of await bills.trade({ bill_date })) trades.push(row)
    expect(trades.length).toBeGreaterThan(3)
    const names = new Set<string>()
    for await (const row of await bills.fundflow({ bill_date })) names.add(row.business_name)
    expect([...names].sort()).toEqual(['交易', '商家转账', '退款'])
    const shares = []
    for await (const row of await bills.profitSharing({ bill_date })) shares.push(row)
    expect(shares).toMatchObject([{ receiver_account: '86693852', amount_fen: 100 }])
  })
})

describe('a complaint', () => {
  it('is heard of, answered and completed', async () => {
    const service = rig.wxpay.v3.merchantService
    await service.complaintNotifications.post({ json: { url: notify_url } })
    const { out_trade_no } = await paidOrder()
    const complaint_id = rig.emulator.complain({ out_trade_no, detail: '商品破损' })
    expect((await arrival('COMPLAINT.CREATE')).resource).toMatchObject({ complaint_id })
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
    await arrival('COMPLAINT.STATE_CHANGE')
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
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
})

describe('a member card', () => {
  it('is there after its import, once', async () => {
    const open = rig.wxpay.v3.marketing.membercardOpen
    await open.callback.patch({ json: { notify_url } })
    const card_id = 'pbLatjvWOibDc5-TBnbUk1pD12o0'
    const [openid, code] = [next(), next()]
    const json = { openid, code, out_request_no: next() }
    await open.cards._card_id_.users.import.post({ card_id, json })
    await open.cards._card_id_.users.import.post({ card_id, json })
    expect((await arrival('MEMBERCARD.ACCEPT_CARD')).resource).toMatchObject({ card_id, code, openid })
    const { data } = await open.cards._card_id_.codes._code_.get({ card_id, code })
    expect(data).toMatchObject({ openid, user_card_status: 'EFFECTIVE' })
    const mine = await open.user.cards.get({ query: { openid, offset: 0, limit: 10 } })
    expect(mine.data).toMatchObject({ total_count: 1, data: [{ card_id, code }] })
    await open.cards._card_id_.codes._code_.unavailable.post({ card_id, code, json: {} })
    const gone = await open.cards._card_id_.codes._code_.get({ card_id, code })
    expect(gone.data.user_card_status).toBe('UNAVAILABLE')
    expect(events.filter(({ event_type }) => event_type === 'MEMBERCARD.ACCEPT_CARD')).toHaveLength(1)
  })
})

describe('a notification that nobody takes', () => {
  it('is sent again on the documented schedule, the same event freshly signed', async () => {
    const heard: { id: string; signature: string }[] = []
    const emulator = await createEmulator({ retryScale: 0.001 })
    const wxpay = new Wechatpay(emulator.merchant)
    const deaf = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      wxpay.notifications.parse({ headers: request.headers as Record<string, string>, body })
      const signature = String(request.headers['wechatpay-signature'])
      heard.push({ id: JSON.parse(body).id, signature })
      response.writeHead(heard.length < 4 ? 500 : 200).end()
    })
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`
    const { mchid } = emulator.merchant
    await wxpay.v3.pay.transactions.native.post({
      json: {
        ...{ appid: 'wxd678efh567hg6787', mchid, description: 'a', out_trade_no: 'RETRIED-1' },
        ...{ notify_url: url, amount: { total: 1 } },
      },
    })
    expect((await emulator.pay('RETRIED-1')).notified).toEqual({ status: 500, body: '' })
    await expect.poll(() => emulator.deliveries.at(-1)?.done, { timeout: 5_000 }).toBe(true)
    expect(new Set(heard.map(({ id }) => id)).size).toBe(1)
    expect(new Set(heard.map(({ signature }) => signature)).size).toBe(4)
    expect(emulator.deliveries.at(-1)).toMatchObject({
      event_type: 'TRANSACTION.SUCCESS',
      attempts: [{ status: 500 }, { status: 500 }, { status: 500 }, { status: 200 }],
    })
    wxpay.close()
    await emulator.close()
    deaf.closeAllConnections()
    deaf.close()
  })
})
