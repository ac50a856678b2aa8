import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'

/** Other people's clients, as they are on npm: what they send is accepted, and they accept what they get. */
const require = createRequire(import.meta.url)

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ platform: { mode: 'switching', probes: 0 } })
})
afterAll(() => emulator.close())

const order = (out_trade_no: string, notify_url = 'https://example.com/notify') => ({
  ...{ appid: 'wxd678efh567hg6787', mchid: emulator.merchant.mchid, description: 'QQ公仔' },
  ...{ out_trade_no, notify_url, amount: { total: 100 } },
})

describe('wechatpay-axios-plugin', () => {
  // biome-ignore lint/suspicious/noExplicitAny: its own types do not know the endpoints used here
  type Peer = any
  const { Wechatpay, Aes, Rsa, Formatter } = require('wechatpay-axios-plugin') as Record<string, Peer>
  let peer: Peer
  beforeAll(async () => {
    const { mchid, serial, privateKey, certs, secret, baseURL } = emulator.merchant
    const all = { ...certs, ...(await emulator.certificates()) }
    peer = new Wechatpay({ mchid, serial, privateKey, certs: all, secret, baseURL })
  })

  it('places, pays and queries an order of APIv3, and refunds it', async () => {
    const { data } = await peer.v3.pay.transactions.native.post(order('PLUGIN-1'))
    expect(data.code_url).toMatch(/^weixin:/)
    await emulator.pay('PLUGIN-1')
    const params = { mchid: emulator.merchant.mchid }
    const found = await peer.v3.pay.transactions.outTradeNo.$out_trade_no$.get({
      params,
      out_trade_no: 'PLUGIN-1',
    })
    expect(found.data.trade_state).toBe('SUCCESS')
    const amount = { refund: 40, total: 100, currency: 'CNY' }
    const refund = await peer.v3.refund.domestic.refunds.post({
      out_trade_no: 'PLUGIN-1',
      out_refund_no: 'R-1',
      amount,
    })
    expect(refund.data.status).toBe('PROCESSING')
    expect(emulator.requests.every(({ verified }) => verified)).toBe(true)
  })

  it('is told of a wrong parameter', async () => {
    const error = await peer.v3.pay.transactions.native
      .post({ ...order('PLUGIN-2'), amount: { total: 'a' } })
      .catch((reason: { response: { data: object } }) => reason.response.data)
    expect(error).toMatchObject({ code: 'PARAM_ERROR', detail: { field: '/amount/total' } })
  })

  it('places and queries an order of APIv2', async () => {
    const message = {
      ...{ appid: 'wxd678efh567hg6787', mch_id: emulator.merchant.mchid, nonce_str: Formatter.nonce() },
      ...{ body: 'QQ公仔', out_trade_no: 'PLUGIN-V2', total_fee: 1, spbill_create_ip: '127.0.0.1' },
      ...{ notify_url: 'https://example.com/notify', trade_type: 'NATIVE' },
    }
    const { data } = await peer.v2.pay.unifiedorder.post(message)
    expect(data).toMatchObject({ return_code: 'SUCCESS', result_code: 'SUCCESS' })
    await emulator.pay('PLUGIN-V2')
    const { appid, mch_id, nonce_str, out_trade_no } = message
    const found = await peer.v2.pay.orderquery.post({ appid, mch_id, nonce_str, out_trade_no })
    expect(found.data.trade_state).toBe('SUCCESS')
  })

  it('verifies and opens a notification', async () => {
    const opened = new Promise<object>((resolve, reject) => {
      const server = createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        response.end()
        server.close()
        const body = Buffer.concat(chunks).toString()
        const header = (name: string): string => String(request.headers[`wechatpay-${name}`])
        const { apiv3Key, certs } = emulator.merchant
        const message = Formatter.response(header('timestamp'), header('nonce'), body)
        if (!Rsa.verify(message, header('signature'), certs[header('serial')]))
          reject(new Error('not verified'))
        const { ciphertext, nonce, associated_data } = JSON.parse(body).resource
        resolve(JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiv3Key, nonce, associated_data)))
      })
      server.listen(0, '127.0.0.1', async () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
        await peer.v3.pay.transactions.native.post(order('PLUGIN-3', url))
        await emulator.pay('PLUGIN-3')
      })
    })
    expect(await opened).toMatchObject({ out_trade_no: 'PLUGIN-3', trade_state: 'SUCCESS' })
  })
})

describe('wechatpay-node-v3', () => {
  interface Answer {
    readonly status: number
    readonly data: Record<string, unknown>
  }
  // biome-ignore lint/suspicious/noExplicitAny: its own types are of CommonJS without an exports map
  type Peer = any
  const Pay = require('wechatpay-node-v3') as Peer
  let pay: Peer
  beforeAll(async () => {
    const { mchid, serial, privateKey, apiv3Key, baseURL } = emulator.merchant
    const [certificate = ''] = Object.values(await emulator.certificates())
    pay = new Pay({
      ...{ appid: 'wxd678efh567hg6787', mchid, serial_no: serial, key: apiv3Key },
      ...{ publicKey: Buffer.from(certificate), privateKey: Buffer.from(privateKey) },
    })
    const send = async (url: string, init: RequestInit): Promise<Answer> => {
      const response = await fetch(url.replace('https://api.mch.weixin.qq.com', baseURL), init)
      return { status: response.status, data: (await response.json()) as Answer['data'] }
    }
    // Its way to other hosts: it has no option for one.
    pay.createHttp({
      get: (url: string, headers: Record<string, string>) => send(url, { headers }),
      post: (url: string, body: object, headers: Record<string, string>) =>
        send(url, { method: 'POST', headers, body: JSON.stringify(body) }),
    })
  })

  it('places, pays and queries an order, and refunds it', async () => {
    const placed: Answer = await pay.transactions_native(order('NODE-V3-1'))
    expect(placed).toMatchObject({ status: 200, data: { code_url: expect.stringMatching(/^weixin:/) } })
    await emulator.pay('NODE-V3-1')
    const found: Answer = await pay.query({ out_trade_no: 'NODE-V3-1' })
    expect(found.data).toMatchObject({ trade_state: 'SUCCESS' })
    const amount = { refund: 1, total: 100, currency: 'CNY' }
    const refund: Answer = await pay.refunds({ out_trade_no: 'NODE-V3-1', out_refund_no: 'R-2', amount })
    expect(refund.data).toMatchObject({ status: 'PROCESSING' })
    expect(emulator.requests.at(-1)?.verified).toBe(true)
  })

  it('verifies and opens a notification signed with a platform certificate', async () => {
    const [serial = ''] = Object.keys(await emulator.certificates())
    const resource = { out_trade_no: 'NODE-V3-2', trade_state: 'SUCCESS' }
    const { headers, body } = emulator.signNotification('TRANSACTION.SUCCESS', resource as never, { serial })
    const { apiv3Key } = emulator.merchant
    const verified = await pay.verifySign({
      ...{ body, serial, apiSecret: apiv3Key },
      timestamp: headers['Wechatpay-Timestamp'],
      nonce: headers['Wechatpay-Nonce'],
      signature: headers['Wechatpay-Signature'],
    })
    expect(verified).toBe(true)
    const { ciphertext, associated_data, nonce } = JSON.parse(body).resource
    expect(pay.decipher_gcm(ciphertext, associated_data, nonce, apiv3Key)).toMatchObject(resource)
  })
})
