import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmulator } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'
import { WHO } from '../domain/rig.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flows-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('whatever is under way goes on after a restart, by the same client options', async () => {
  const storage = join(folder, 'platform.jsonl')
  const first = await createEmulator({ storage })
  const options = first.merchant
  const { mchid } = options
  const notify_url = 'https://merchant.example.com/notify'
  const before = new Wechatpay(options)
  await before.v3.pay.transactions.native.post({
    json: {
      ...{ ...WHO, mchid, description: 'a', out_trade_no: 'KEPT-1', notify_url, amount: { total: 100 } },
      settle_info: { profit_sharing: true },
    },
  })
  const { transaction_id } = await first.pay('KEPT-1')
  await before.v3.profitsharing.receivers.add.post({
    json: { ...WHO, type: 'MERCHANT_ID', account: '86693852', relation_type: 'STORE' },
  })
  await before.v3.combineTransactions.native.post({
    json: {
      ...{ combine_appid: WHO.appid, combine_mchid: mchid, combine_out_trade_no: 'KEPT-2', notify_url },
      sub_orders: [
        {
          ...{ mchid: '1900000100', sub_mchid: '1900000101', attach: 'a', description: 'b' },
          ...{ out_trade_no: 'KEPT-2-1', amount: { total_amount: 10, currency: 'CNY' } },
        },
      ],
    },
  })
  await before.v3.payscore.serviceorder.post({
    json: {
      ...{ ...WHO, service_id: '500001', out_order_no: 'KEPT-3', service_introduction: 'a', notify_url },
      ...{ time_range: { start_time: '20240101120000' }, risk_fund: { name: 'DEPOSIT', amount: 100 } },
    },
  })
  first.confirm('KEPT-3')
  const complaint_id = first.complain({ out_trade_no: 'KEPT-1' })
  before.close()
  await first.close()

  const second = await createEmulator({ storage })
  const after = new Wechatpay({ ...options, baseURL: second.url })
  const { data: shared } = await after.v3.profitsharing.orders.post({
    json: {
      ...{ ...WHO, transaction_id, out_order_no: 'KEPT-4', unfreeze_unsplit: false },
      receivers: [{ type: 'MERCHANT_ID', account: '86693852', amount: 30, description: 'a' }],
    },
  })
  expect(shared.state).toBe('FINISHED')
  expect((await second.pay('KEPT-2')).trade_state).toBe('SUCCESS')
  await after.v3.payscore.serviceorder._out_order_no_.complete.post({
    out_order_no: 'KEPT-3',
    json: { ...WHO, service_id: '500001', total_amount: 7, post_payments: [{ name: 'a', amount: 7 }] },
  })
  const { data: complaint } = await after.v3.merchantService.complaintsV2._complaint_id_.get({ complaint_id })
  expect(complaint.complaint_order_info).toMatchObject([{ out_trade_no: 'KEPT-1' }])
  const query = { ...WHO, service_id: '500001', out_order_no: 'KEPT-3' }
  expect((await after.v3.payscore.serviceorder.get({ query })).data.state).toBe('DONE')
  after.close()
  await second.close()
})
