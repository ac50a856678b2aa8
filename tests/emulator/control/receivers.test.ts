import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { createReceivers } from '../../../lib/emulator/control/receivers.js'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../lib/emulator/index.js'
import { call, nativeOrder } from '../client.js'

const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start(options?: EmulatorOptions): Promise<Emulator> {
  const emulator = await createEmulator(options)
  closing.push(() => emulator.close())
  return emulator
}

/** A receiver at an address that is not a loopback one, whose answer is nobody's business. */
async function receiver(): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.end('an inner secret')
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://${elsewhere}:${(server.address() as AddressInfo).port}/told`, heard }
}

async function control(emulator: Emulator, path: string, input: object) {
  const response = await fetch(`${emulator.control.url}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.control.token}` },
    body: JSON.stringify(input),
  })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

describe.skipIf(elsewhere === undefined)('a receiver on another machine', () => {
  it('gets nothing, and the deliveries say so', async () => {
    const { url, heard } = await receiver()
    const emulator = await start()
    const problem = expect.stringContaining(`--allow-notify ${elsewhere}`)
    expect(await control(emulator, 'notify', { event_type: 'REFUND.SUCCESS', url })).toEqual({
      status: 400,
      json: { message: expect.stringContaining(`${elsewhere} is not on this machine`) },
    })
    await call(
      emulator,
      'POST',
      '/v3/pay/transactions/native',
      nativeOrder(emulator, 'AWAY-1', { notify_url: url }),
    )
    expect(await emulator.pay('AWAY-1')).not.toHaveProperty('notified')
    const unsent = { url, attempts: [], done: true, problem }
    expect(emulator.deliveries).toEqual([
      { id: 'delivery-1', event_type: 'REFUND.SUCCESS', ...unsent },
      { id: 'delivery-2', event_type: 'TRANSACTION.SUCCESS', ...unsent },
    ])
    expect(heard).toEqual([])
  })

  it('is told when it is allowed, and its body is handed back to nobody', async () => {
    const { url, heard } = await receiver()
    const emulator = await start({ control: { allowNotify: [`${elsewhere}`] } })
    const { status, json } = await control(emulator, 'notify', { event_type: 'REFUND.SUCCESS', url })
    expect({ status, json }).toEqual({ status: 200, json: { status: 200, body: '' } })
    await call(
      emulator,
      'POST',
      '/v3/pay/transactions/native',
      nativeOrder(emulator, 'AWAY-2', { notify_url: url }),
    )
    expect((await control(emulator, 'pay', { number: 'AWAY-2' })).json).toMatchObject({
      notified: { status: 200, body: '' },
    })
    expect(heard).toEqual(['/told', '/told'])
  })

  it('may be allowed by one of its ports alone', async () => {
    const { url, heard } = await receiver()
    const { host } = new URL(url)
    const emulator = await start({ control: { allowNotify: [host] } })
    await emulator.notify('REFUND.SUCCESS', { url })
    await expect(emulator.notify('REFUND.SUCCESS', { url: `http://${elsewhere}:1/` })).rejects.toThrow(
      'not on this machine',
    )
    expect(heard).toEqual(['/told'])
  })
})

it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'nonsense'])('%s is no receiver', async (url) => {
  const emulator = await start({ control: { allowNotify: ['etc'] } })
  await expect(emulator.notify('REFUND.SUCCESS', { url })).rejects.toThrow('no http(s) URL')
})

it.each(['http://app', 'app/path', 'user@app', 'app:', 'app:x', '*', '*.example', ''])(
  'a host to allow is not written %j',
  async (host) => {
    await expect(createEmulator({ control: { allowNotify: [host] } })).rejects.toThrow('is no host')
  },
)

it.each([
  ['app:80', ['http://app/', 'http://app:80/'], ['http://app:81/', 'https://app/']],
  ['app:443', ['https://app/', 'http://app:443/'], ['http://app/']],
  ['App', ['http://app/', 'https://app/', 'http://app:3000/'], ['http://app.example/', 'http://xapp/']],
  ['[::2]:81', ['http://[::2]:81/'], ['http://[::2]/']],
  ['10.0.0.1', ['http://10.1/', 'http://167772161/'], ['http://10.0.0.1.example/']],
])('%s allows what it says', (host, allowed, others) => {
  const { problemOf } = createReceivers([host])
  expect(allowed.map(problemOf)).toEqual(allowed.map(() => undefined))
  expect(others.map(problemOf)).toEqual(others.map(() => expect.stringContaining('not on this machine')))
})

it.each([
  'http://localhost.example/',
  'http://127.0.0.1.example/',
  'http://127.0.0.1@elsewhere/',
  'http://[::ffff:10.0.0.1]/',
  'http://0x7f.1.example/',
])('%s only looks like this machine', (url) => {
  expect(createReceivers().problemOf(url)).toContain('not on this machine')
})

it('a receiver of this machine may have a name below localhost, which no name server is asked for', async () => {
  const server = createServer((request, response) => response.end(request.headers.host))
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  closing.push(() => server.close())
  const { port } = server.address() as AddressInfo
  const emulator = await start()
  const url = `http://app.localhost:${port}/`
  expect((await emulator.notify('REFUND.SUCCESS', { url })).body).toBe(`app.localhost:${port}`)
})

it('a receiver leads a notification nowhere else', async () => {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.writeHead(307, { Location: '/inner' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const emulator = await start()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`
  expect(await emulator.notify('REFUND.SUCCESS', { url })).toMatchObject({ status: 307 })
  expect(heard).toEqual(['/told'])
})
