import { once } from 'node:events'
import { createServer } from 'node:http'
import Keyv from 'keyv'
import { describe, expect, it, vi } from 'vitest'
import type { HandlerContext, NotificationOf, ReceiverOptions } from '../../lib/index.js'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()

/** Serves with one handler at several addresses; `read` counts the notifications whose bodies are there. */
async function startServers(handler: () => Promise<void>, options: readonly ReceiverOptions[]) {
  const seen = { read: 0 }
  const urls: string[] = []
  for (const one of options) {
    const receive = rig.wxpay.notifications.node(handler, one)
    const server = createServer((request, response) => {
      request.once('end', () => seen.read++)
      void receive(request, response)
    })
    urls.push(await rig.listen(server))
  }
  return { urls, seen }
}

describe('an event that was handled', () => {
  it('is acknowledged again, but not handled again', async () => {
    const handler = vi.fn()
    const url = await rig.serve(handler)
    const notification = rig.paid('x')
    for (let times = 0; times < 3; times++) expect(await post(url, notification)).toEqual(SUCCESS)
    expect(handler).toHaveBeenCalledOnce()
    expect(rig.receipts.map(({ type }) => type)).toEqual(['handled', 'repeated', 'repeated'])
  })

  it('of v2 has no id: it is the same if it says the same', async () => {
    const handler = vi.fn()
    const url = await rig.serve(handler)
    const first = rig.emulator.signNotification('refund-processed', { out_refund_no: '1' })
    const event = await rig.wxpay.notifications.parse(first)
    const { resource } = event as NotificationOf<'refund-processed'>
    const again = rig.emulator.signNotification('refund-processed', resource)
    const another = rig.emulator.signNotification('refund-processed', { ...resource, out_refund_no: '2' })
    expect(first.body).not.toBe(again.body)
    for (const one of [first, again, another]) await post(url, one)
    expect(handler).toHaveBeenCalledTimes(2)
  })

  it.each(['a Keyv', 'a Map with promises'])('is known to all who share %s', async (kind) => {
    const entries = new Map<string, unknown>()
    const plain = {
      get: async (key: string) => entries.get(key),
      set: async (key: string, value: unknown) => entries.set(key, value),
    }
    const store = kind === 'a Keyv' ? new Keyv() : plain
    const handler = vi.fn()
    const urls = [await rig.serve(handler, { store }), await rig.serve(handler, { store })]
    const notification = rig.paid('x')
    for (const url of urls) expect(await post(url, notification)).toEqual(SUCCESS)
    expect(handler).toHaveBeenCalledOnce()
  })

  it('is remembered for as long as WeChat Pay repeats, under its id and nothing secret', async () => {
    const set = vi.fn(async () => true)
    const store = { get: async () => undefined, set, setIfAbsent: async () => true }
    const url = await rig.serve(() => undefined, { store })
    const notification = rig.paid('x')
    await post(url, notification)
    const { id } = JSON.parse(notification.body)
    const key = `wechatpay-fluent:notification:${rig.emulator.merchant.mchid}:${id}`
    expect(set).toHaveBeenCalledExactlyOnceWith(key, { handled: true }, 25 * 3_600_000)
  })

  it('is acknowledged though the store cannot write it down', async () => {
    const error = new Error('the store is full')
    const store = { get: async () => undefined, set: () => Promise.reject(error) }
    const url = await rig.serve(() => undefined, { store })
    expect(await post(url, rig.paid('x'))).toEqual(SUCCESS)
    expect(rig.receipts).toMatchObject([{ type: 'failed', status: undefined, error }, { type: 'handled' }])
  })

  it('is not handled while the store cannot be asked', async () => {
    const handler = vi.fn()
    const store = { get: () => Promise.reject(new Error('the store is away')), set: async () => true }
    const url = await rig.serve(handler, { store })
    expect(await post(url, rig.paid('x'))).toEqual(refused(500))
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('copies that arrive at once', () => {
  it('are handled once and all acknowledged', async () => {
    const store = new Keyv()
    const handler = vi.fn(() => expect.poll(() => seen.read).toBe(6))
    const { urls, seen } = await startServers(handler, [{ store }, { store }])
    const notification = rig.paid('x')
    const answers = await Promise.all([...urls, ...urls, ...urls].map((url) => post(url, notification)))
    expect(answers).toEqual(Array.from({ length: 6 }, () => SUCCESS))
    expect(handler).toHaveBeenCalledOnce()
  })

  it('fail together, and the next one is handled again', async () => {
    const handler = vi.fn().mockImplementationOnce(async () => {
      await expect.poll(() => seen.read).toBe(2)
      throw new Error('no')
    })
    const { urls, seen } = await startServers(handler, [{}])
    const [url = ''] = urls
    const notification = rig.paid('x')
    const answers = await Promise.all([1, 2].map(() => post(url, notification)))
    expect(answers).toEqual([refused(500), refused(500)])
    expect(handler).toHaveBeenCalledOnce()
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(handler).toHaveBeenCalledTimes(2)
  })
})

describe('an event that failed', () => {
  it('by a throw, or by giving up when its time is over, is handled again when it comes again', async () => {
    const handler = vi
      .fn()
      .mockRejectedValueOnce(new Error('no'))
      .mockImplementationOnce((_, { signal }: HandlerContext) => once(signal, 'abort').then(() => false))
    const url = await rig.serve(handler, { timeout: 500 })
    const notification = rig.paid('x')
    expect(await post(url, notification)).toEqual(refused(500))
    expect(await post(url, notification)).toEqual(refused(500))
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(handler).toHaveBeenCalledTimes(3)
  })

  it('by taking too long is not started again while it runs', async () => {
    let fail = (_: Error): void => undefined
    const handler = vi.fn(() => new Promise<void>((_, reject) => (fail = reject)))
    const url = await rig.serve(handler, { timeout: 500 })
    const notification = rig.paid('x')
    for (let times = 0; times < 3; times++) expect(await post(url, notification)).toEqual(refused(500))
    expect(handler).toHaveBeenCalledOnce()
    fail(new Error('no'))
    handler.mockImplementationOnce(async () => undefined)
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(handler).toHaveBeenCalledTimes(2)
  })

  it('by taking too long, but succeeded in the meantime, is not handled again', async () => {
    let succeed = (): void => undefined
    const handler = vi.fn(() => new Promise<void>((resolve) => (succeed = resolve)))
    const url = await rig.serve(handler, { timeout: 500 })
    const notification = rig.paid('x')
    expect(await post(url, notification)).toEqual(refused(500))
    succeed()
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(handler).toHaveBeenCalledOnce()
  })
})
