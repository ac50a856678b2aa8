import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { createEmulator } from '../../../lib/emulator/index.js'
import { call, nativeOrder } from '../client.js'

it('what was to come before a reset does not come after it, though its number is used again', async () => {
  const receiver = createServer((request, response) => {
    request.resume()
    response.end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
  const emulator = await createEmulator()
  const amount = { refund: 10, total: 100, currency: 'CNY' }
  const buyAndRefund = async (out_refund_no: string, after: number) => {
    await call(emulator, 'POST', '/v3/pay/transactions/native', nativeOrder(emulator, 'RESET-1'))
    await emulator.pay('RESET-1')
    emulator.refund(out_refund_no, 'CLOSED', { after })
    const refund = { out_trade_no: 'RESET-1', out_refund_no, notify_url, amount }
    await call(emulator, 'POST', '/v3/refund/domestic/refunds', refund)
  }
  await buyAndRefund('BEFORE', 1_000)
  emulator.reset()
  await buyAndRefund('AFTER', 1_000)
  const told = () => emulator.deliveries.filter(({ event_type }) => event_type === 'REFUND.CLOSED')
  await expect.poll(() => told().length, { timeout: 10_000 }).toBeGreaterThan(0)
  const { status } = await call(emulator, 'GET', '/v3/refund/domestic/refunds/BEFORE')
  expect(status).toBe(404)
  expect(told()).toHaveLength(1)
  receiver.close()
  await emulator.close()
})
