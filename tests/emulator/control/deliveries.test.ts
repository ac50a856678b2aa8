import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { createDeliveryList } from '../../../lib/emulator/control/delivery-list.js'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'
import { WHO } from '../domain/rig.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function receive(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

async function start(
  retryScale: number,
): Promise<{ readonly emulator: Emulator; readonly wxpay: Wechatpay }> {
  const emulator = await createEmulator({ retryScale })
  const wxpay = new Wechatpay(emulator.merchant)
  closing.push(() => {
    wxpay.close()
    return emulator.close()
  })
  return { emulator, wxpay }
}

async function pay(emulator: Emulator, wxpay: Wechatpay, notify_url: string) {
  const { mchid } = emulator.merchant
  const out_trade_no = 'TOLD-1'
  await wxpay.v3.pay.transactions.native.post({
    json: { ...{ ...WHO, mchid, description: 'a', out_trade_no, notify_url }, amount: { total: 1 } },
  })
  return emulator.pay(out_trade_no)
}

describe('a notification that nobody takes', () => {
  it('is sent again on the documented schedule, the same event freshly signed', async () => {
    const { emulator, wxpay } = await start(0.001)
    const heard: { id: string; signature: string }[] = []
    const { url } = await receive(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      const { id } = await wxpay.notifications.parse({
        headers: request.headers as Record<string, string>,
        body,
      })
      heard.push({ id: String(id), signature: String(request.headers['wechatpay-signature']) })
      response.writeHead(heard.length < 4 ? 500 : 200).end()
    })
    expect((await pay(emulator, wxpay, url)).notified).toEqual({ status: 500, body: '' })
    await expect.poll(() => emulator.deliveries.at(-1)?.done).toBe(true)
    expect(new Set(heard.map(({ id }) => id)).size).toBe(1)
    expect(new Set(heard.map(({ signature }) => signature)).size).toBe(4)
    expect(emulator.deliveries).toMatchObject([
      {
        event_type: 'TRANSACTION.SUCCESS',
        url,
        attempts: [{ status: 500 }, { status: 500 }, { status: 500 }, { status: 200 }],
      },
    ])
  })

  it('is given up after sixteen tries', async () => {
    const { emulator, wxpay } = await start(0.000_001)
    const { url } = await receive((_, response) => void response.writeHead(404).end())
    await pay(emulator, wxpay, url)
    await expect.poll(() => emulator.deliveries[0]?.done).toBe(true)
    expect(emulator.deliveries[0]?.attempts).toHaveLength(16)
  })

  it('is tried again when the receiver cannot be reached, and arrives once it can', async () => {
    const { emulator, wxpay } = await start(0.01)
    const { url, server } = await receive((_, response) => void response.writeHead(200).end())
    await new Promise((resolve) => server.close(resolve))
    expect(await pay(emulator, wxpay, url)).not.toHaveProperty('notified')
    expect(emulator.deliveries[0]).toMatchObject({ done: false, attempts: [{ error: /ECONNREFUSED/ }] })
    await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), '127.0.0.1', resolve))
    await expect.poll(() => emulator.deliveries[0]?.done).toBe(true)
    expect(emulator.deliveries[0]?.attempts.at(-1)).toMatchObject({ status: 200 })
  })

  it('is not sent any more when the emulator is closed', async () => {
    const { emulator, wxpay } = await start(0.01)
    let heard = 0
    const { url } = await receive((_, response) => {
      heard++
      response.writeHead(500).end()
    })
    await pay(emulator, wxpay, url)
    await emulator.close()
    const before = heard
    // Another one, which began later, has sent the same again by then.
    const other = await start(0.01)
    const { url: elsewhere } = await receive((_, response) => void response.writeHead(500).end())
    await pay(other.emulator, other.wxpay, elsewhere)
    await expect.poll(() => other.emulator.deliveries[0]?.attempts.length).toBe(3)
    expect(heard).toBe(before)
  })
})

describe('a notification that was sent', () => {
  it('is remembered with its body, each answer, and when it comes again', async () => {
    const { emulator, wxpay } = await start(1)
    const { url } = await receive((_, response) => void response.writeHead(500).end(`no${'!'.repeat(5_000)}`))
    await pay(emulator, wxpay, url)
    const [delivery] = emulator.deliveries
    const body = JSON.parse(delivery?.body ?? '')
    expect(body).toMatchObject({
      event_type: 'TRANSACTION.SUCCESS',
      resource: { original_type: 'transaction' },
    })
    expect(delivery?.attempts[0]?.answer).toBe(`no${'!'.repeat(4_094)}`)
    expect((delivery?.next ?? 0) - (delivery?.attempts[0]?.time ?? 0)).toBeGreaterThanOrEqual(15_000)
  })

  it('is sent again by hand, freshly signed, and by itself no more once it was taken', async () => {
    const { emulator, wxpay } = await start(1)
    const signatures = new Set<unknown>()
    let status = 500
    const { url } = await receive((request, response) => {
      signatures.add(request.headers['wechatpay-signature'])
      response.writeHead(status).end('heard')
    })
    await pay(emulator, wxpay, url)
    const id = emulator.deliveries[0]?.id ?? ''
    expect(await emulator.resend(id)).toEqual({ status: 500, body: 'heard' })
    expect(emulator.deliveries[0]).toMatchObject({ done: false, next: expect.any(Number) })
    status = 204
    expect(await emulator.resend(id)).toMatchObject({ status: 204 })
    expect(emulator.deliveries[0]).toMatchObject({
      ...{ done: true, attempts: [{ status: 500 }, { status: 500 }, { status: 204 }] },
    })
    expect(emulator.deliveries[0]).not.toHaveProperty('next')
    expect(signatures.size).toBe(3)
  })

  it('is not sent by hand where there is none, where it was refused, or where nobody listens', async () => {
    const { emulator, wxpay } = await start(1)
    await pay(emulator, wxpay, 'https://merchant.example.com/notify')
    await expect(emulator.resend('delivery-1')).rejects.toThrow('not on this machine')
    await expect(emulator.resend('delivery-2')).rejects.toThrow('there is no notification delivery-2')
    emulator.reset()
    await pay(emulator, wxpay, 'http://127.0.0.1:1/notify')
    await expect(emulator.resend('delivery-2')).rejects.toThrow('failed')
  })

  it('is forgotten when a thousand came after it, and sooner where they are large', () => {
    const deliveries = createDeliveryList()
    const add = (size: number) =>
      deliveries.add({ ...{ event_type: 'E', url: '', attempts: [], done: true }, body: 'x'.repeat(size) })
    for (let n = 0; n < 1_010; n++) add(10)
    expect(deliveries.list).toHaveLength(1_000)
    expect(deliveries.list[0]?.id).toBe('delivery-11')
    for (let n = 0; n < 20; n++) add(1024 * 1024)
    expect(deliveries.list).toHaveLength(16)
    const newest = add(20 * 1024 * 1024)
    expect(deliveries.list).toEqual([newest])
    for (let n = 0; n < 60; n++) deliveries.note(newest, { time: n, status: 500 })
    expect(newest.attempts).toHaveLength(50)
    expect(newest.attempts.at(-1)).toEqual({ time: 59, status: 500 })
  })
})

it('of a large answer no more than its beginning stays in memory', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const deliveries = createDeliveryList()
  const delivery = deliveries.add({ event_type: 'E', url: '', attempts: [], done: true })
  const answer = Buffer.alloc(512 * 1024, 'x')
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 40; n++) {
    deliveries.note(delivery, { time: n, status: 500, answer: answer.toString('latin1') })
  }
  collect()
  expect(delivery.attempts).toHaveLength(40)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(10 * 1024 * 1024)
})

it('a notification goes nowhere but to this machine', async () => {
  const { emulator, wxpay } = await start(1)
  expect(await pay(emulator, wxpay, 'https://merchant.example.com/notify')).not.toHaveProperty('notified')
  expect(emulator.deliveries).toMatchObject([
    { attempts: [], done: true, problem: expect.stringContaining('--allow-notify merchant.example.com') },
  ])
})

it('a notification that nobody took is forgotten with the rest', async () => {
  const { emulator, wxpay } = await start(0.01)
  let heard = 0
  const { url } = await receive((_, response) => {
    heard++
    response.writeHead(500).end()
  })
  await pay(emulator, wxpay, url)
  emulator.reset()
  const before = heard
  // Another one, of the same schedule, has been repeated by then.
  await pay(emulator, wxpay, (await receive((_, response) => void response.writeHead(500).end())).url)
  await expect.poll(() => emulator.deliveries[0]?.attempts.length).toBe(3)
  expect(heard).toBe(before)
})

it('a notification that is late by script is forgotten with the rest', async () => {
  const { emulator, wxpay } = await start(1)
  let heard = 0
  const { url } = await receive((_, response) => {
    heard++
    response.end()
  })
  emulator.fail({ notification: '*', fault: { delay: 100 } })
  const late = pay(emulator, wxpay, url)
  await expect.poll(() => emulator.deliveries.length).toBe(1)
  emulator.reset()
  expect(await late).not.toHaveProperty('notified')
  expect(heard).toBe(0)
})
