import { createPublicKey } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { canonicalRequest, verify } from '../../lib/crypto/index.js'
import { type ReceiverOptions, RequestError } from '../../lib/index.js'
import { startReceivers } from './rig.js'

const rig = startReceivers()

/** A request with a genuine payment, whose body may be another. */
function paid(
  init: { readonly body?: string | ReadableStream | null; readonly headers?: Record<string, string> } = {},
): Request {
  const { headers, body } = rig.paid('x')
  const given = { method: 'POST', body, ...init, headers: { ...headers, ...init.headers } }
  return new Request('https://shop.example/paid?a=1', { ...given, duplex: 'half' } as RequestInit)
}

async function receive(request: Request, options?: ReceiverOptions) {
  const handler = vi.fn()
  const response = await rig.wxpay.notifications.fetch(handler, options)(request)
  const [receipt] = rig.receipts
  return { handler, response, error: receipt?.error as Error | undefined, type: receipt?.type }
}

/** A body that comes in these pieces, and then ends, or breaks off, or stalls. */
const stream = (
  pieces: readonly string[],
  end: 'end' | 'break' | 'stall',
  cancelled = vi.fn(),
): ReadableStream =>
  new ReadableStream({
    pull(controller) {
      const [piece, ...rest] = pieces
      pieces = rest
      if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece))
      else if (end === 'end') controller.close()
      else if (end === 'break') controller.error(new Error('inner text'))
      else return new Promise(() => undefined)
    },
    cancel: cancelled,
  })

describe('a receiver in the terms of fetch', () => {
  it('handles a body that comes in pieces', async () => {
    const { headers, body } = rig.paid('pieces')
    const pieces = [body.slice(0, 10), body.slice(10, 11), body.slice(11)]
    const { handler, response } = await receive(paid({ headers, body: stream(pieces, 'end') }))
    expect(handler).toHaveBeenCalledOnce()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.text()).toBe('{"code":"SUCCESS"}')
  })

  it('takes a body of as many bytes as the limit, and not one more', async () => {
    const { headers, body } = rig.paid('limit')
    const size = Buffer.byteLength(body)
    const whole = () => paid({ headers, body: stream([body], 'end') })
    expect((await receive(whole(), { limit: size })).response.status).toBe(200)
    expect((await receive(whole(), { limit: size - 1 })).response.status).toBe(413)
    const announced = (limit: number) =>
      receive(paid({ headers: { ...headers, 'Content-Length': String(size) }, body }), { limit })
    expect((await announced(size)).response.status).toBe(200)
    expect((await announced(size - 1)).response.status).toBe(413)
  })

  it('does not read what is announced as too large', async () => {
    const request = paid({ headers: { 'Content-Length': '11' }, body: stream(['x'], 'end') })
    const { response, error } = await receive(request, { limit: 10 })
    expect([response.status, request.bodyUsed]).toEqual([413, false])
    expect(error).toMatchObject({ name: 'BodyError', message: 'The body is larger than 10 bytes' })
  })

  it('stops reading what is too large without saying so', async () => {
    const cancelled = vi.fn()
    const { response } = await receive(paid({ body: stream(['x'.repeat(11)], 'stall', cancelled) }), {
      limit: 10,
    })
    expect(response.status).toBe(413)
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('stops waiting for what does not come', async () => {
    const cancelled = vi.fn()
    const { response, error, type, handler } = await receive(
      paid({ body: stream(['{'], 'stall', cancelled) }),
      {
        timeout: 20,
      },
    )
    expect([response.status, type]).toEqual([408, 'refused'])
    expect(response.headers.get('connection')).toBe('close')
    expect(error?.message).toBe('The body did not arrive in time')
    expect(cancelled).toHaveBeenCalledOnce()
    expect(handler).not.toHaveBeenCalled()
  })

  it('has no answer for a sender that is gone, and says nothing of why', async () => {
    const { response, error, type } = await receive(paid({ body: stream(['{'], 'break') }))
    expect([response.status, await response.text(), type]).toEqual([400, '', 'refused'])
    expect(error?.message).toBe('The sender was gone before the body had arrived')
  })

  it('refuses a request without a body', async () => {
    const { response, error } = await receive(paid({ body: null, headers: {} }))
    expect(response.status).toBe(401)
    expect(error).toMatchObject({ name: 'VerificationError' })
  })

  it('says how to give it a body that was not read, to whom it concerns', async () => {
    const request = paid()
    await request.text()
    const { response, error } = await receive(request)
    expect(response.status).toBe(500)
    expect(error).toBeInstanceOf(RequestError)
    expect(error?.message).toMatch(/its signature covers the raw bytes\. Next: .*Hono: context\.req\.raw$/)
  })

  it('signs what it answers for the path and query that were asked for', async () => {
    const shop = { acq_tid: '1', mch_id: '9527', limit_bank_acc_type: 'UNLIMIT', client_ip: '1.1.1.1' }
    const answer = rig.wxpay.notifications.fetch(() => shop)
    const { headers, body } = rig.emulator.signNotification('CROSS_BORDER_PAY.GET_MCH_INFO', { acq_tid: '1' })
    const request = new Request('https://shop.example/shop?a=1', { method: 'POST', headers, body })
    const response = await answer(request)
    const text = await response.text()
    const header = response.headers.get('authorization') ?? ''
    const part = (name: string): string => new RegExp(`${name}="([^"]+)"`).exec(header)?.[1] ?? ''
    const signed = canonicalRequest({
      ...{
        method: 'POST',
        url: '/shop?a=1',
        timestamp: part('timestamp'),
        nonce: part('nonce_str'),
        body: text,
      },
    })
    const key = createPublicKey(rig.emulator.merchant.privateKey)
    expect(verify(signed, part('signature'), key)).toBe(true)
  })
})
