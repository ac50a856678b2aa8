import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()
const LIMIT = 64 * 1024

describe('a body that is too large', () => {
  it('is 413, by its announced length', async () => {
    const handler = vi.fn()
    const url = await rig.serve(handler)
    expect(await post(url, { ...rig.paid('x'), body: ' '.repeat(LIMIT + 1) })).toEqual(refused(413))
    expect(await post(url, { ...rig.paid('x'), body: ' '.repeat(LIMIT) })).toEqual(refused(401))
    expect(handler).not.toHaveBeenCalled()
    expect(rig.receipts.map(({ type, status }) => [type, status])).toEqual([
      ['refused', 413],
      ['refused', 401],
    ])
  })

  it('is 413 where no length is announced, and its receiver lives on', async () => {
    const url = await rig.serve(() => undefined, { limit: 1_000 })
    const sending = request(url, { method: 'POST' })
    for (let part = 0; part < 20; part++) sending.write('x'.repeat(100))
    sending.end()
    const [response] = await once(sending, 'response')
    expect(response.statusCode).toBe(413)
    response.resume()
    expect(await post(url, rig.paid('x'))).toEqual(SUCCESS)
  })

  it('that never ends is cut off', async () => {
    const url = await rig.serve(() => undefined, { limit: 1_000 })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => undefined).resume()
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n')
    let sent = 0
    const chunk = Buffer.alloc(1024 * 1024)
    const pump = setInterval(() => {
      sent += chunk.length
      socket.write(chunk)
    }, 2)
    await new Promise((resolve) => socket.once('close', resolve))
    clearInterval(pump)
    expect(sent).toBeLessThan(200 * chunk.length)
  })
})

describe('a sender', () => {
  it.each(['close', 'reset'])(
    'that is gone before its body has arrived (%s) disturbs nothing',
    async (how) => {
      const handler = vi.fn()
      const url = await rig.serve(handler)
      const { headers, body } = rig.paid('x')
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.on('error', () => undefined)
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      const length = `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n`
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${lines.join('')}${length}\r\n`)
      socket.write(body.slice(0, 50))
      // The receiver reads.
      await once(socket, 'data')
      if (how === 'reset') socket.resetAndDestroy()
      else socket.destroy()
      await expect.poll(() => rig.receipts).toMatchObject([{ type: 'refused', status: undefined }])
      expect(handler).not.toHaveBeenCalled()
      expect(await post(url, rig.paid('y'))).toEqual(SUCCESS)
    },
  )

  it('that stops in the middle of its body is answered 408', async () => {
    const handler = vi.fn()
    const url = await rig.serve(handler, { timeout: 100 })
    const sending = request(url, { method: 'POST', headers: { 'Content-Length': 100 } })
    sending.on('error', () => undefined)
    sending.write('{')
    const [response] = await once(sending, 'response')
    expect(response.statusCode).toBe(408)
    sending.destroy()
    expect(handler).not.toHaveBeenCalled()
  })

  it('that is gone while its event is handled gets it handled all the same', async () => {
    const sender = new AbortController()
    let sending: Promise<unknown> | undefined
    const url = await rig.serve(async () => {
      sender.abort()
      await sending
    })
    const notification = rig.paid('x')
    sending = fetch(url, { method: 'POST', ...notification, signal: sender.signal }).catch(() => undefined)
    await sending
    await expect.poll(() => rig.receipts).toHaveLength(1)
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(rig.receipts.map(({ type }) => type)).toEqual(['handled', 'repeated'])
  })
})

describe('the receiver for fetch', () => {
  const endless = (): ReadableStream =>
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_000)) })
  const stalled = (): ReadableStream => new ReadableStream({ pull: () => new Promise(() => undefined) })
  const broken = (): ReadableStream =>
    new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) })

  it.each([
    ['too large', endless, 413],
    ['too slow', stalled, 408],
    ['cut off', broken, 400],
  ])('refuses a body that is %s', async (_, body, status) => {
    const handler = vi.fn()
    const receive = rig.wxpay.notifications.fetch(handler, { limit: 10_000, timeout: 200 })
    const init = { method: 'POST', body: body(), duplex: 'half' }
    const response = await receive(new Request('http://localhost/', init as RequestInit))
    expect(response.status).toBe(status)
    expect(handler).not.toHaveBeenCalled()
  })
})
