import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encryptOaep } from '../lib/crypto/index.js'
import { Ciphertext, Wechatpay } from '../lib/index.js'
import { VERSION } from '../lib/version.js'
import packageJson from '../package.json' with { type: 'json' }
import { pem } from './openssl.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const certs = { PUB_KEY_ID_1: pem(platform.publicKey) }
const client = () => new Wechatpay({ mchid: '1900000109', serial: '1A', privateKey, certs })

describe('a client', () => {
  it('is inert itself', async () => {
    const wxpay = client()
    expect(await wxpay).toBe(wxpay)
    expect(`${wxpay} ${JSON.stringify({ wxpay })}`).toBe('Wechatpay {"wxpay":"Wechatpay"}')
    expect(Object.isFrozen(wxpay)).toBe(true)
    expect(wxpay).toBeInstanceOf(Wechatpay)
  })

  it('makes the URL of a GET without sending it', () => {
    const node = client().v3.pay.transactions.outTradeNo._out_trade_no_
    expect(node.url({ out_trade_no: 'a/1', query: { mchid: '1900000109' } })).toBe(
      'https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/a%2F1?mchid=1900000109',
    )
  })

  it('knows the access point and prefix of an endpoint, and lets a baseURL replace the host alone', () => {
    const request = { refund_id: '50', query: { mchid: '1' } } as const
    const node = client().v3.refunds.id._refund_id_
    expect(node.url(request)).toBe('https://api.mch.weixin.qq.com/hk/v3/refunds/id/50?mchid=1')
    expect(node.url({ ...request, baseURL: 'http://localhost:1/' })).toBe(
      'http://localhost:1/hk/v3/refunds/id/50?mchid=1',
    )
  })

  it('shares no nodes with another', () => {
    expect(client().v3.pay).not.toBe(client().v3.pay)
    const wxpay = client()
    expect(wxpay.v3.pay.transactions.native).toBe(wxpay.v3.pay.transactions.native)
  })

  it('ends with using', () => {
    expect(client()[Symbol.dispose]).toBeTypeOf('function')
  })

  it('decrypts what was encrypted for its own key, as text and as Ciphertext', async () => {
    const wxpay = client()
    expect((await wxpay.encrypt('张三')).serial).toBe('PUB_KEY_ID_1')
    const ciphertext = new Ciphertext(encryptOaep('张三', publicKey), '1A')
    expect(wxpay.decrypt(ciphertext)).toBe('张三')
    expect(wxpay.decrypt(String(ciphertext))).toBe('张三')
  })

  it('leaves no memory behind for distinct ids', { timeout: 60_000 }, () => {
    const { transactions } = client().v3.pay
    const walk = (from: number, to: number) => {
      for (let id = from; id < to; id++)
        (transactions.id as unknown as Record<string, { get: unknown }>)[`42${id}`]?.get
    }
    const collect = globalThis.gc as () => void
    walk(0, 1_000)
    collect()
    const before = process.memoryUsage().heapUsed
    walk(1_000, 101_000)
    collect()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000)
  })

  it('names the version it has', () => {
    expect(VERSION).toBe(packageJson.version)
  })
})
