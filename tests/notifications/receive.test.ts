import { describe, expect, it, vi } from 'vitest'
import { VerificationError } from '../../lib/index.js'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()
const nothing = (): void => undefined

describe('a receiver', () => {
  it('calls the handler of the event type and acknowledges', async () => {
    const paid = vi.fn()
    const other = vi.fn()
    const url = await rig.serve({ 'TRANSACTION.SUCCESS': paid, default: other })
    const notification = rig.paid('order-1')
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(paid).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        event_type: 'TRANSACTION.SUCCESS',
        resource: { ...rig.payloadOf(notification), out_trade_no: 'order-1' },
      }),
      { signal: expect.any(AbortSignal) },
    )
    expect(other).not.toHaveBeenCalled()
    expect(rig.receipts).toEqual([
      {
        type: 'handled',
        status: 200,
        event_type: 'TRANSACTION.SUCCESS',
        id: JSON.parse(notification.body).id,
      },
    ])
  })

  it('gives what has no handler of its own to default, or to the one function', async () => {
    const other = vi.fn()
    for (const handlers of [{ default: other }, other]) {
      const url = await rig.serve(handlers)
      await post(url, rig.emulator.signNotification('TEAPOT.BREWED', { cups: 2 }))
      expect(other).toHaveBeenLastCalledWith(
        expect.objectContaining({ event_type: 'TEAPOT.BREWED', resource: { cups: 2 } }),
        expect.anything(),
      )
    }
  })

  it('acknowledges what nobody handles, and says so', async () => {
    const url = await rig.serve({ 'REFUND.SUCCESS': nothing })
    expect(await post(url, rig.paid('x'))).toEqual(SUCCESS)
    expect(rig.receipts).toMatchObject([{ type: 'unhandled', event_type: 'TRANSACTION.SUCCESS' }])
  })

  it('refuses a probe, and says that it was one', async () => {
    const handler = vi.fn()
    const { headers, body } = rig.paid('probed')
    const probe = {
      ...headers,
      'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${headers['Wechatpay-Signature']}`,
    }
    expect(await post(await rig.serve(handler), { headers: probe, body })).toEqual(refused(401))
    expect(rig.receipts).toMatchObject([{ type: 'refused', status: 401, error: { code: 'SIGNATURE_PROBE' } }])
    expect(handler).not.toHaveBeenCalled()
  })

  it('answers messages of v2 in XML', async () => {
    const url = await rig.serve({
      'refund-processed': nothing,
      'transaction-success': () => {
        throw new Error('no')
      },
    })
    const refund = rig.emulator.signNotification('refund-processed', { out_refund_no: 'r' })
    expect(await post(url, refund)).toEqual({
      status: 200,
      body: '<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>',
    })
    const paid = rig.emulator.signNotification('transaction-success', { out_trade_no: '1' })
    const fail = '<xml><return_code>FAIL</return_code></xml>'
    expect(await post(url, paid)).toEqual({ status: 500, body: fail })
    expect(await post(url, { ...paid, body: paid.body.replace('total_fee', 'total_fef') })).toMatchObject({
      status: expect.toBeOneOf([400, 401]),
      body: fail,
    })
  })

  it('takes the payments of the emulator', async () => {
    const orders: (string | undefined)[] = []
    const url = await rig.serve({
      'TRANSACTION.SUCCESS': ({ resource }) => orders.push(resource.out_trade_no),
    })
    const { mchid } = rig.emulator.merchant
    await rig.wxpay.v3.pay.transactions.native.post({
      json: {
        appid: 'wxd678efh567hg6787',
        mchid,
        description: 'Tea',
        out_trade_no: 'emulated-1',
        notify_url: url,
        amount: { total: 1 },
      },
    })
    expect((await rig.emulator.pay('emulated-1')).notified).toEqual(SUCCESS)
    expect(orders).toEqual(['emulated-1'])
  })

  it.each([
    ['a typing error', { 'TRANSACTION.SUCESS': nothing }, "did you mean 'TRANSACTION.SUCCESS'?"],
    ['no function', { 'TRANSACTION.SUCCESS': 1 }, 'must be a function'],
    ['nothing', undefined, 'Give a handler'],
    ['a list', [nothing], 'Give a handler'],
  ])('is not made with %s', (_, handlers, message) => {
    for (const make of [rig.wxpay.notifications.node, rig.wxpay.notifications.fetch]) {
      expect(() => make(handlers as never)).toThrow(message)
    }
  })
})

describe('the options of a receiver', () => {
  it.each([
    [{ timeout: 0 }, 'timeout must be'],
    [{ timeout: Number.POSITIVE_INFINITY }, 'timeout must be'],
    [{ limit: Number.NaN }, 'limit must be'],
    [{ store: {} }, 'store must be'],
    [{ tiemout: 1 }, "did you mean 'timeout'"],
    [null, 'as an object'],
  ])('are not %j', (options, message) => {
    for (const make of [rig.wxpay.notifications.node, rig.wxpay.notifications.fetch]) {
      expect(() => make(() => undefined, options as never)).toThrow(message)
    }
  })
})

describe('what goes wrong', () => {
  it('is 401 for a forged one, whose handler is not called', async () => {
    const handler = vi.fn()
    const url = await rig.serve(handler)
    const { headers, body } = rig.paid('x')
    const probe = { ...headers, 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/abcd' }
    const stale = { ...headers, 'Wechatpay-Timestamp': '1700000000' }
    const unknown = { ...headers, 'Wechatpay-Serial': '4'.repeat(40) }
    expect(await post(url, { headers, body: body.replace('x', 'y') })).toEqual(refused(401))
    expect(await post(url, { headers: { 'Content-Type': 'application/json' }, body })).toEqual(refused(401))
    for (const forged of [probe, stale, unknown]) {
      expect(await post(url, { headers: forged, body })).toEqual(refused(401))
    }
    expect(handler).not.toHaveBeenCalled()
    expect(rig.receipts.map(({ type, status, error }) => [type, status, error])).toEqual(
      Array.from({ length: 5 }, () => ['refused', 401, expect.any(VerificationError)]),
    )
  })

  it('is 400 for what is no notification', async () => {
    const url = await rig.serve(nothing)
    expect(await post(url, { headers: {}, body: 'hello' })).toEqual(refused(400))
    expect(await post(url, { headers: {}, body: '' })).toEqual(refused(400))
    expect(await post(url, { headers: {}, body: '<xml' })).toMatchObject({ status: 400 })
  })

  it('is 405 for another method', async () => {
    const url = await rig.serve(nothing)
    const response = await fetch(url)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('is 500 for a handler that throws, which nobody outside hears of', async () => {
    const error = new VerificationError('inner text', { code: 'SIGNATURE_INVALID' })
    const url = await rig.serve(async () => {
      throw error
    })
    expect(await post(url, rig.paid('x'))).toEqual(refused(500))
    expect(rig.receipts).toMatchObject([{ type: 'failed', status: 500, error }])
  })

  it('is 500 for a handler that hangs, whose signal then aborts', async () => {
    const signals: AbortSignal[] = []
    const hang = (_: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    const url = await rig.serve(hang, { timeout: 500 })
    expect(await post(url, rig.paid('x'))).toEqual(refused(500))
    expect(signals[0]?.aborted).toBe(true)
    const error = { code: 'TIMEOUT', message: expect.stringContaining('within 500 ms') }
    expect(rig.receipts).toMatchObject([{ type: 'failed', error }])
  })

  it('is 500 by itself before WeChat Pay stops waiting, and a warning where nobody listens', async () => {
    const hang = vi.fn(() => new Promise(() => undefined))
    const receive = rig.wxpay.notifications.fetch(hang)
    const { headers, body } = rig.paid('x')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const statuses: number[] = []
      const received = receive(new Request('http://localhost/', { method: 'POST', headers, body }))
      const noted = received.then(({ status }) => statuses.push(status))
      await expect.poll(() => hang.mock.calls.length).toBe(1)
      vi.advanceTimersByTime(4_000)
      await new Promise((resolve) => setImmediate(resolve))
      expect(statuses).toEqual([])
      vi.advanceTimersByTime(999)
      await noted
      expect(statuses).toEqual([500])
    } finally {
      vi.useRealTimers()
    }
  })

  it('is 500 for an apiv3Key that is the wrong one', async () => {
    const receive = rig.client({ apiv3Key: 'x'.repeat(32) }).notifications.fetch(nothing)
    const { headers, body } = rig.paid('x')
    const response = await receive(new Request('http://localhost/', { method: 'POST', headers, body }))
    expect([response.status, await response.text()]).toEqual([500, '{"code":"FAIL"}'])
    expect(rig.receipts).toMatchObject([{ type: 'failed', error: { code: 'DECRYPTION_FAILED' } }])
  })
})
