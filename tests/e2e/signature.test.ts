import { createPublicKey } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { opensslVerifies } from '../openssl.js'
import { startRig } from './client.js'

const rig = startRig()
const captured: { request: IncomingMessage; body: string }[] = []
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  captured.push({ request, body: Buffer.concat(chunks).toString() })
  response.writeHead(500).end()
})
let baseURL: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

describe('a captured request', () => {
  it('carries a signature that openssl verifies over what was on the wire', async () => {
    const call = rig.wxpay.chain('v3/not-documented/{id}').post({
      id: 'ü/1',
      query: { q: "it's (中文)*" },
      json: { name: '张三', emoji: '🎉' },
      baseURL,
    })
    await expect(call).rejects.toMatchObject({ status: 500, verified: false })
    const { request, body } = captured[0] as (typeof captured)[0]
    const parts = Object.fromEntries(
      [...String(request.headers.authorization).matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    ) as Record<'mchid' | 'nonce_str' | 'signature' | 'timestamp' | 'serial_no', string>
    const message = `${request.method}\n${request.url}\n${parts.timestamp}\n${parts.nonce_str}\n${body}\n`
    const publicKey = createPublicKey(rig.emulator.merchant.privateKey)
    expect(opensslVerifies(message, parts.signature, publicKey)).toBe(true)
    expect(opensslVerifies(message.replace('张三', '张四'), parts.signature, publicKey)).toBe(false)

    const { mchid, serial } = rig.emulator.merchant
    expect(parts).toMatchObject({ mchid, serial_no: serial })
    expect(request.headers.authorization).toMatch(/^WECHATPAY2-SHA256-RSA2048 mchid="/)
    expect(request.headers['wechatpay-serial']).toBe(Object.keys(rig.emulator.merchant.certs)[0])
    expect(request.headers.accept).toBe('application/json')
    expect(request.headers['user-agent']).toMatch(/^wechatpay-fluent\/\d+\.\d+\.\d+ node\/\d+/)
  })
})
