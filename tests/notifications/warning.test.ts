import { afterEach, describe, expect, it, vi } from 'vitest'
import { startRig } from '../e2e/client.js'

const rig = startRig()

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** An error with a code of this file: tests of other files fail in the same process, and a kind is told once a minute. */
const failure = (message: string, code: string) => Object.assign(new Error(message), { code })

it('a failure that nobody subscribed to becomes a warning of the process', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const receive = rig.wxpay.notifications.fetch(() => {
    throw failure('the database is away', 'AWAY')
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
})

it('is told once a minute, with the number of those that were left out', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const receive = rig.wxpay.notifications.fetch((event) => {
    throw event.event_type === 'REFUND.SUCCESS' ? failure('another kind', 'ANOTHER') : failure('no', 'NO')
  })
  const fail = async (event_type: string) => {
    const { headers, body } = rig.emulator.signNotification(event_type, {})
    await receive(new Request('http://localhost/', { method: 'POST', headers, body }))
  }
  for (let times = 0; times < 4; times++) await fail('TRANSACTION.SUCCESS')
  await fail('REFUND.SUCCESS')
  vi.advanceTimersByTime(60_000)
  for (let times = 0; times < 2; times++) await fail('TRANSACTION.SUCCESS')
  expect(warn.mock.calls.map(([message]) => String(message).replace(/EV-\d+/, 'EV'))).toEqual([
    'TRANSACTION.SUCCESS EV failed and was answered 500: no',
    'REFUND.SUCCESS EV failed and was answered 500: another kind',
    'TRANSACTION.SUCCESS EV failed and was answered 500: no (3 more of this kind since the last warning)',
  ])
})

describe('a merchant of v3 alone', () => {
  const receiver = () => rig.client({ secret: undefined as never }).notifications.fetch(() => undefined)
  const post = (body: string) => new Request('http://localhost/', { method: 'POST', body })

  it('refuses XML that nobody signed without a word', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    expect((await receiver()(post('<xml/>'))).status).toBe(401)
    expect(warn).not.toHaveBeenCalled()
  })

  it('answers any other XML with 400, and is told once what it lacks', async () => {
    const now = performance.now()
    vi.useFakeTimers({ toFake: ['performance'] })
    // This kind may have been told already, for another file.
    vi.advanceTimersByTime(now + 60_000)
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const receive = receiver()
    for (let times = 0; times < 3; times++) {
      expect((await receive(post('<xml><sign>x</sign></xml>'))).status).toBe(400)
    }
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('needs the option secret'),
      expect.anything(),
    )
  })
})
