import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { canonicalRequest, verify } from '../../lib/crypto/index.js'
import { type ReceiverOptions, RequestError } from '../../lib/index.js'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()

/** A server whose framework does something with each request before it is received. */
async function serve(
  prepare: (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | unknown,
  options?: ReceiverOptions,
) {
  const handler = vi.fn()
  const receive = rig.wxpay.notifications.node(handler, options)
  const outcomes: unknown[] = []
  const url = await rig.listen(
    createServer(async (request, response) => {
      const given = await prepare(request, response)
      const [req, res] = (given ?? [request, response]) as Parameters<typeof receive>
      outcomes.push(await receive(req, res).catch((error: unknown) => error))
      response.end()
    }),
  )
  return { url, handler, outcomes }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const errorOf = (at: number): Error => rig.receipts[at]?.error as Error

describe('a receiver for node:http', () => {
  it('sends the whole response, with its type and length', async () => {
    const { url } = await serve(() => undefined)
    const { headers, body } = rig.paid('x')
    const response = await fetch(url, { method: 'POST', headers, body })
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('content-length')).toBe('18')
    expect(await response.text()).toBe('{"code":"SUCCESS"}')
    const xml = rig.emulator.signNotification('refund-processed', { out_refund_no: 'r' })
    const { headers: sent } = await fetch(url, { method: 'POST', headers: xml.headers, body: xml.body })
    expect(sent.get('content-type')).toBe('text/xml; charset=utf-8')
  })

  it.each([
    ['text', (bytes: Buffer) => bytes.toString()],
    ['a Buffer', (bytes: Buffer) => bytes],
    ['a Uint8Array', (bytes: Buffer) => new Uint8Array(bytes)],
    ['an ArrayBuffer', (bytes: Buffer) => new Uint8Array(bytes).buffer],
  ])('takes the bytes that a framework has kept as %s', async (_, kept) => {
    for (const name of ['rawBody', 'body']) {
      const { url, handler } = await serve(async (request) => {
        Object.assign(request, { [name]: kept(await read(request)) })
      })
      expect(await post(url, rig.paid('中文'))).toEqual(SUCCESS)
      expect(handler).toHaveBeenCalledOnce()
    }
  })

  it('takes the bytes before what was parsed of them, and not more of them than the limit', async () => {
    const notification = rig.paid('x')
    const size = Buffer.byteLength(notification.body)
    const keep = async (request: IncomingMessage) => {
      const rawBody = await read(request)
      Object.assign(request, { rawBody, body: JSON.parse(rawBody.toString()) })
    }
    const { url } = await serve(keep, { limit: size })
    expect(await post(url, notification)).toEqual(SUCCESS)
    const { url: narrow } = await serve(keep, { limit: size - 1 })
    expect(await post(narrow, notification)).toEqual(refused(413))
    expect(errorOf(1).message).toBe(`The body is larger than ${size - 1} bytes`)
  })

  it.each([
    ['no framework that it knows', {}, ['Express', 'Nest', 'Koa', 'Fastify', 'Next', 'Hono']],
    ['Express or Nest', { app: () => undefined }, ['Express', 'Nest']],
  ])('says how to keep the bytes with %s', async (_, properties, named) => {
    const { url } = await serve(async (request) => {
      Object.assign(request, { body: JSON.parse(String(await read(request))), ...properties })
    })
    expect(await post(url, rig.paid('x'))).toEqual(refused(500))
    expect(errorOf(0)).toBeInstanceOf(RequestError)
    const all = ['Express', 'Nest', 'Koa', 'Fastify', 'Next', 'Hono']
    expect(all.filter((name) => errorOf(0).message.includes(`${name}:`))).toEqual(named)
  })

  it('takes the request and the reply of Fastify, which then sends nothing itself', async () => {
    const hijack = vi.fn()
    const { url } = await serve(async (request, response) => [
      { raw: request, body: await read(request) },
      { raw: response, hijack },
    ])
    expect(await post(url, rig.paid('x'))).toEqual(SUCCESS)
    expect(hijack).toHaveBeenCalledOnce()
    const { url: parsing } = await serve(async (request, response) => [
      { raw: request, body: JSON.parse(String(await read(request))) },
      { raw: response, hijack },
    ])
    await post(parsing, rig.paid('y'))
    expect(errorOf(1).message).toMatch(/raw bytes\. Fastify: [^.]*addContentTypeParser/)
    expect(errorOf(1).message).not.toContain('Koa')
  })

  it('takes the bytes that were kept on the request behind that of Fastify', async () => {
    for (const name of ['rawBody', 'body']) {
      const { url } = await serve(async (request, response) => [
        { raw: Object.assign(request, { [name]: await read(request) }) },
        { raw: response, hijack: () => undefined },
      ])
      expect(await post(url, rig.paid('x'))).toEqual(SUCCESS)
    }
  })

  it('does not wait for an empty body that was read already', async () => {
    const { url } = await serve(async (request) => void (await read(request)))
    expect(await post(url, { ...rig.paid('x'), body: '' })).toEqual(refused(500))
    expect(errorOf(0)).toBeInstanceOf(RequestError)
  })

  it('leaves no listener behind, but for errors, which would end the process', async () => {
    const counts: Record<string, number>[] = []
    const count = (request: IncomingMessage) =>
      Object.fromEntries(['data', 'end', 'close', 'error'].map((name) => [name, request.listenerCount(name)]))
    const receive = rig.wxpay.notifications.node(() => undefined)
    const url = await rig.listen(
      createServer(async (request, response) => {
        counts.push(count(request))
        await receive(request, response)
        counts.push(count(request))
      }),
    )
    expect(await post(url, rig.paid('x'))).toEqual(SUCCESS)
    await expect.poll(() => counts).toHaveLength(2)
    expect(counts[1]).toEqual({ ...counts[0], error: Number(counts[0]?.error) + 1 })
  })

  it.each([
    ['no response', (request: IncomingMessage) => [request, {}]],
    ['an object that is no reply', (request: IncomingMessage) => [request, { raw: undefined }]],
    ['no request', (_: IncomingMessage, response: ServerResponse) => [{ raw: undefined }, response]],
  ])('is called with request and response, and with %s says so', async (_, given) => {
    const { url, outcomes } = await serve(given)
    await post(url, rig.paid('x'))
    expect(outcomes[0]).toBeInstanceOf(RequestError)
    expect(String(outcomes[0])).toContain('takes the request and response of node:http: (req, res)')
  })

  it('signs for the path that the sender asked for, where a framework has cut it', async () => {
    const handler = vi.fn(() => ({ acq_tid: '1', mch_id: '1', limit_bank_acc_type: 'U', client_ip: '1' }))
    const receive = rig.wxpay.notifications.node(handler)
    const urls: unknown[] = []
    const url = await rig.listen(
      createServer((request, response) => {
        Object.assign(request, { originalUrl: request.url, url: '/' })
        urls.push(request.url)
        void receive(request, response)
      }),
    )
    const { headers, body } = rig.emulator.signNotification('CROSS_BORDER_PAY.GET_MCH_INFO', { acq_tid: '1' })
    const response = await fetch(`${url}/mounted/shop?a=1`, { method: 'POST', headers, body })
    expect([response.status, urls]).toEqual([200, ['/']])
    const header = response.headers.get('authorization') ?? ''
    const part = (name: string): string => new RegExp(`${name}="([^"]+)"`).exec(header)?.[1] ?? ''
    const parts = { timestamp: part('timestamp'), nonce: part('nonce_str'), body: await response.text() }
    const signed = canonicalRequest({ method: 'POST', url: '/mounted/shop?a=1', ...parts })
    const key = createPublicKey(rig.emulator.merchant.privateKey)
    expect(verify(signed, part('signature'), key)).toBe(true)
  })

  it('refuses what is announced as too large before it comes', async () => {
    const { url } = await serve(() => undefined, { limit: 10 })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
  })

  it('takes a body of as many bytes as the limit', async () => {
    const notification = rig.paid('x')
    const size = Buffer.byteLength(notification.body)
    const { url } = await serve(() => undefined, { limit: size })
    expect(await post(url, notification)).toEqual(SUCCESS)
    const { url: narrow } = await serve(() => undefined, { limit: size - 1 })
    expect(await post(narrow, notification)).toEqual(refused(413))
  })

  it('leaves a response alone that a handler has sent by itself', async () => {
    const url = await rig.listen(
      createServer((request, response) => {
        const receive = rig.wxpay.notifications.node(() => void response.writeHead(202).end('mine'))
        void receive(request, response)
      }),
    )
    expect(await post(url, rig.paid('x'))).toEqual({ status: 202, body: 'mine' })
    await expect.poll(() => rig.receipts).toMatchObject([{ type: 'handled' }])
  })

  it('does not wait for a sender that is gone already', async () => {
    const { url, outcomes } = await serve(async (request) => {
      const closed = new Promise((resolve) => request.on('error', () => undefined).once('close', resolve))
      request.socket.destroy()
      await closed
    })
    await expect(post(url, rig.paid('x'))).rejects.toThrow()
    await expect.poll(() => outcomes).toEqual([undefined])
    expect(rig.receipts).toMatchObject([{ type: 'refused', status: undefined }])
    expect(errorOf(0).message).toBe('The sender was gone before the body had arrived')
  })
})
