import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmulator } from '../../../lib/emulator/index.js'
import { call, nativeOrder } from '../client.js'

const DAY = 24 * 3_600_000
const receiver = createServer((request, response) => {
  request.resume()
  response.end()
})
let folder: string
let notify_url: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'due-'))
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
})
afterAll(async () => {
  receiver.close()
  await rm(folder, { recursive: true, force: true })
})

const transfer = (out_bill_no: string) => ({
  ...{ appid: 'wxf636efh567hg4356', out_bill_no, openid: 'o-1', transfer_amount: 30, notify_url },
  ...{ transfer_remark: 'a', transfer_scene_id: '1000' },
  transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
})

it('what became due while the emulator was down is told of when it is up again', async () => {
  const storage = join(folder, 'platform.jsonl')
  const first = await createEmulator({ storage, clock: () => Date.now() - DAY })
  const late = { timestamp: Math.floor((Date.now() - DAY) / 1_000) }
  await call(first, 'POST', '/v3/pay/transactions/native', nativeOrder(first, 'DUE-001'), late)
  await first.pay('DUE-001')
  first.refund('DUE-R1', 'ABNORMAL', { after: DAY / 2 })
  const amount = { refund: 1, total: 100, currency: 'CNY' }
  const refund = { out_trade_no: 'DUE-001', out_refund_no: 'DUE-R1', notify_url, amount }
  await call(first, 'POST', '/v3/refund/domestic/refunds', refund, late)
  await call(first, 'POST', '/v3/fund-app/mch-transfer/transfer-bills', transfer('DUET1'), late)
  expect(first.deliveries.filter(({ problem }) => problem === undefined)).toEqual([])
  await first.close()

  const second = await createEmulator({ storage })
  const told = () => second.deliveries.map(({ event_type }) => event_type).toSorted()
  await expect.poll(told).toEqual(['MCHTRANSFER.BILL.FINISHED', 'REFUND.ABNORMAL'])
  await second.close()
})

it('what becomes due by a leap of the clock is told of at once', async () => {
  const emulator = await createEmulator()
  await call(emulator, 'POST', '/v3/pay/transactions/native', nativeOrder(emulator, 'LEAP-001'))
  await emulator.pay('LEAP-001')
  emulator.refund('*', 'ABNORMAL', { after: DAY / 2 })
  emulator.transfer('LEAPT2', 'SUCCESS', { after: 2 * DAY })
  const amount = { refund: 1, total: 100, currency: 'CNY' }
  const refund = { out_trade_no: 'LEAP-001', out_refund_no: 'LEAP-R1', notify_url, amount }
  await call(emulator, 'POST', '/v3/refund/domestic/refunds', refund)
  for (const number of ['LEAPT1', 'LEAPT2']) {
    await call(emulator, 'POST', '/v3/fund-app/mch-transfer/transfer-bills', transfer(number))
  }
  const told = () =>
    emulator.deliveries.flatMap(({ event_type, problem }) => (problem ? [] : [event_type])).toSorted()
  emulator.clock({ advance: DAY / 2 })
  await expect.poll(told).toEqual(['REFUND.ABNORMAL'])
  emulator.clock({ advance: 3 * DAY })
  const finished = 'MCHTRANSFER.BILL.FINISHED'
  await expect.poll(told).toEqual([finished, finished, 'REFUND.ABNORMAL'])
  // Its user did not accept it in a day: what was to come of it later did not.
  const path = '/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/LEAPT2'
  expect((await call(emulator, 'GET', path)).json).toMatchObject({ fail_reason: 'OVERDUE_CLOSE' })
  await emulator.close()
})
