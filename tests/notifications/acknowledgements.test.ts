import { createPublicKey } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { canonicalRequest, verify } from '../../lib/crypto/index.js'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()
const parking = () =>
  rig.emulator.signNotification('PARKING_FEE.QUERY_TRANS_INFO', { out_serial_number: '1' })
const shop = () => rig.emulator.signNotification('CROSS_BORDER_PAY.GET_MCH_INFO', { acq_tid: '1' })
const answer = { acq_tid: '1', mch_id: '9527', limit_bank_acc_type: 'UNLIMIT', client_ip: '1.1.1.1' }

describe('an event that asks for more than an acknowledgement', () => {
  it('is answered with what its handler returns, and with the same when it comes again', async () => {
    const handler = vi.fn(async () => ({ total_amount: 1500, pay_state: 'PAY_STATUS_UNPAID' }))
    const url = await rig.serve({ 'PARKING_FEE.QUERY_TRANS_INFO': handler })
    const notification = parking()
    for (let times = 0; times < 2; times++) {
      const { status, body } = await post(url, notification)
      expect([status, JSON.parse(body)]).toEqual([
        200,
        { code: 'SUCCESS', total_amount: 1500, pay_state: 'PAY_STATUS_UNPAID' },
      ])
    }
    expect(handler).toHaveBeenCalledOnce()
  })

  it('has failed when its handler says so, in the words of the handler', async () => {
    const handler = vi.fn(() => ({ code: 'FAIL', message: 'no such car' }))
    const url = await rig.serve({ 'PARKING_FEE.QUERY_TRANS_INFO': handler })
    const notification = parking()
    for (let times = 0; times < 2; times++) {
      expect(await post(url, notification)).toEqual({
        status: 500,
        body: '{"code":"FAIL","message":"no such car"}',
      })
    }
    expect(handler).toHaveBeenCalledTimes(2)
  })

  it('is answered under the signature of the merchant where that is asked for', async () => {
    const url = await rig.serve({ 'CROSS_BORDER_PAY.GET_MCH_INFO': () => answer })
    const { headers, body } = shop()
    const response = await fetch(`${url}/shop?a=1`, { method: 'POST', headers, body })
    const text = await response.text()
    expect(JSON.parse(text)).toEqual({ code: 'SUCCESS', ...answer })
    const header = response.headers.get('authorization') ?? ''
    const part = (name: string) => new RegExp(`${name}="([^"]+)"`).exec(header)?.[1] ?? ''
    const signed = canonicalRequest({
      method: 'POST',
      url: '/shop?a=1',
      timestamp: part('timestamp'),
      nonce: part('nonce_str'),
      body: text,
    })
    const { mchid, serial, privateKey } = rig.emulator.merchant
    expect([part('mchid'), part('serial_no')]).toEqual([mchid, serial])
    expect(verify(signed, part('signature'), createPublicKey(privateKey))).toBe(true)
  })

  it.each([
    ['returns too little', () => ({ acq_tid: '1' })],
    ['returns nothing', () => undefined],
  ])('fails when its handler %s', async (_, handler) => {
    const url = await rig.serve(handler)
    expect((await post(url, shop())).status).toBe(500)
    expect(String(rig.receipts[0]?.error)).toMatch(/must return .*missing: .*client_ip/)
  })

  it('fails when it has no handler', async () => {
    const url = await rig.serve({})
    expect((await post(url, shop())).status).toBe(500)
  })

  it.each([false, new Error('inner'), new Response(null, { status: 502 }), 'FAIL'])(
    'has failed when its handler returns %s',
    async (returned) => {
      const url = await rig.serve((() => returned) as never)
      expect(await post(url, shop())).toEqual(refused(500))
    },
  )

  it('is the exception: what other handlers return goes nowhere', async () => {
    const url = await rig.serve(() => ({ code: 'SUCCESS', secret: 1 }))
    expect(await post(url, rig.paid('x'))).toEqual(SUCCESS)
  })
})

describe('a handler that returns', () => {
  const v2 = () => rig.emulator.signNotification('transaction-success', { out_trade_no: '1' })
  const refusals: readonly unknown[] = [
    { code: 'FAIL', message: 'the database is away' },
    { code: 'FAIL', id: 7 },
    { code: 'ERROR', message: 'x' },
    { code: 500, message: 'x' },
    { return_code: 'FAIL', return_msg: 'x' },
    { result_code: 'FAIL' },
    { statusCode: 500 },
    { status: 503, body: '' },
    { success: false },
    Buffer.from('FAIL'),
    '<xml><return_code><![CDATA[FAIL]]></return_code></xml>',
    '{"code": "FAIL"}',
    'fail',
    false,
    { ok: false },
    new Error('inner'),
    new Response('inner', { status: 500 }),
  ]
  const acknowledged: readonly unknown[] = [
    { code: 'SUCCESS', message: 'OK' },
    { return_code: 'SUCCESS' },
    { id: 1, code: 'COUPON-7' },
    { code: null },
    { status: 'PAID' },
    new Response(),
    'success',
    '',
    0,
    true,
    null,
    [],
  ]

  it.each(refusals)('%o has refused the event, which comes again', async (returned) => {
    const handler = vi.fn(async () => returned)
    const url = await rig.serve(handler)
    const notification = rig.paid('refused')
    for (let times = 1; times <= 2; times++) {
      expect(await post(url, notification)).toEqual(refused(500))
      expect(handler).toHaveBeenCalledTimes(times)
    }
    expect(rig.receipts[0]).toMatchObject({ type: 'failed', error: { cause: returned } })
    expect(String(rig.receipts[0]?.error)).toContain('The handler of TRANSACTION.SUCCESS has refused it: ')
    const { status, body } = await post(url, v2())
    expect([status, body]).toEqual([500, '<xml><return_code>FAIL</return_code></xml>'])
  })

  it.each(acknowledged)('%o has handled the event', async (returned) => {
    const url = await rig.serve(async () => returned)
    expect(await post(url, rig.paid('handled'))).toEqual(SUCCESS)
    expect((await post(url, v2())).status).toBe(200)
  })
})
