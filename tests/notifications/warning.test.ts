import { expect, it, vi } from 'vitest'
import { startRig } from '../e2e/client.js'

const rig = startRig()

it('a failure that nobody subscribed to becomes a warning of the process', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const receive = rig.wxpay.notifications.fetch(() => {
    throw new Error('the database is away')
  })
  const { headers, body } = rig.emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: '1' })
  const request = () => new Request('http://localhost/', { method: 'POST', headers, body })
  expect((await receive(request())).status).toBe(500)
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^TRANSACTION\.SUCCESS EV-\d+ failed and was answered 500: the database is away$/),
    {
      type: 'WechatpayNotificationWarning',
      detail: expect.stringContaining('wechatpay-fluent:notification'),
    },
  )
  // Strangers must not fill the log.
  await receive(new Request('http://localhost/', { method: 'POST', body }))
  expect(warn).toHaveBeenCalledOnce()
  warn.mockRestore()
})
