import { expect, it } from 'vitest'
import { sensitive } from '../../../../lib/index.js'
import { startFlowRig, WHO } from '../rig.js'

const rig = startFlowRig()
const bill_date = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

async function all<Row>(rows: Promise<AsyncIterable<Row>>): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of await rows) found.push(row)
  return found
}

it('the bills of a day have its orders, refunds, transfers and shares', async () => {
  const { v3, bills } = rig.wxpay
  const account = '86693852'
  const { out_trade_no, transaction_id } = await rig.paidOrder({ settle_info: { profit_sharing: true } })
  await v3.profitsharing.receivers.add.post({
    json: { ...WHO, type: 'MERCHANT_ID', account, relation_type: 'STORE' },
  })
  const out_order_no = rig.next()
  await v3.profitsharing.orders.post({
    json: {
      ...{ ...WHO, transaction_id, out_order_no, unfreeze_unsplit: false },
      receivers: [{ type: 'MERCHANT_ID', account, amount: 100, description: '分给商户' }],
    },
  })
  const returned = { out_order_no, out_return_no: rig.next(), return_mchid: account, amount: 60 }
  await v3.profitsharing.returnOrders.post({ json: { ...returned, description: '用户退款' } })
  const amount = { refund: 40, total: 1_000, currency: 'CNY' }
  await v3.refund.domestic.refunds.post({ json: { transaction_id, out_refund_no: rig.next(), amount } })

  const [partners, whole, part] = [rig.next(), rig.next(), rig.next()]
  await v3.pay.partner.transactions.native.post({
    json: {
      ...{ sp_appid: WHO.appid, sp_mchid: rig.emulator.merchant.mchid, sub_mchid: '1900000100' },
      ...{ description: 'a', out_trade_no: partners, notify_url: rig.notify_url, amount: { total: 10 } },
    },
  })
  await rig.emulator.pay(partners)
  await v3.combineTransactions.native.post({
    json: {
      ...{ combine_appid: WHO.appid, combine_mchid: rig.emulator.merchant.mchid },
      ...{ combine_out_trade_no: whole, notify_url: rig.notify_url },
      sub_orders: [
        {
          ...{
            mchid: '1900000101',
            sub_mchid: '1900000102',
            attach: 'a',
            description: 'b',
            out_trade_no: part,
          },
          amount: { total_amount: 20, currency: 'CNY' },
        },
      ],
    },
  })
  await rig.emulator.pay(whole)

  const score = rig.next()
  await v3.payscore.serviceorder.post({
    json: {
      ...{ ...WHO, service_id: '500001', out_order_no: score, service_introduction: '某某酒店' },
      ...{ notify_url: rig.notify_url, time_range: { start_time: '20240101120000' } },
      risk_fund: { name: 'DEPOSIT', amount: 10_000 },
    },
  })
  rig.emulator.confirm(score)
  await v3.payscore.serviceorder._out_order_no_.complete.post({
    out_order_no: score,
    json: { ...WHO, service_id: '500001', total_amount: 70, post_payments: [{ name: 'a', amount: 70 }] },
  })

  const [bill, detail] = [rig.next(), rig.next()]
  const user = { openid: 'o-user', user_name: sensitive('张三') }
  await v3.fundApp.mchTransfer.transferBills.post({
    json: {
      ...{ ...WHO, ...user, out_bill_no: bill, transfer_scene_id: '1000', transfer_amount: 30 },
      ...{ transfer_remark: '有礼', transfer_scene_report_infos: [{ info_type: 'a', info_content: 'b' }] },
    },
  })
  rig.emulator.confirm(bill)
  await v3.transfer.batches.post({
    json: {
      ...{ ...WHO, out_batch_no: rig.next(), batch_name: 'a', batch_remark: 'b', transfer_scene_id: '1001' },
      ...{ total_amount: 50, total_num: 1 },
      transfer_detail_list: [
        { ...user, out_detail_no: detail, transfer_amount: 50, transfer_remark: '报销' },
      ],
    },
  })

  const trades = await all(bills.trade({ bill_date: bill_date() }))
  const numbers = trades.map(({ out_trade_no: number, trade_state, sub_mchid }) => {
    return [number, trade_state, sub_mchid]
  })
  expect(numbers).toEqual([
    [out_trade_no, 'SUCCESS', '0'],
    [partners, 'SUCCESS', '1900000100'],
    [part, 'SUCCESS', '1900000102'],
    [score, 'SUCCESS', '0'],
    [out_trade_no, 'REFUND', '0'],
  ])

  const moves = await all(bills.fundflow({ bill_date: bill_date() }))
  const moved = moves.map((row) => `${row.business_type} ${row.direction} ${row.amount_fen}`).sort()
  expect(moved).toEqual([
    '交易 收入 10',
    '交易 收入 1000',
    '交易 收入 20',
    '交易 收入 70',
    '分账 支出 100',
    '分账回退 收入 60',
    '商家转账 支出 30',
    '商家转账 支出 50',
    '扣除交易手续费 支出 6',
    '退款 支出 40',
  ])
  expect(moves.at(-1)?.balance_fen).toBe(1_100 - 100 + 60 - 30 - 50 - 6 - 40)

  const shares = await all(bills.profitSharing({ bill_date: bill_date() }))
  expect(shares).toMatchObject([
    { receiver_account: account, amount_fen: 100 },
    { receiver_account: account, amount_fen: 60 },
  ])
})
