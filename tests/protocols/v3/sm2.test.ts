import { generateKeyPairSync, getCiphers } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  Ciphertext,
  ConfigError,
  type MerchantOptions,
  RequestError,
  sensitive,
  VerificationError,
  Wechatpay,
  type WechatpayOptions,
} from '../../../lib/index.js'
import { certify, createSm2Identity, pem } from '../../openssl.js'
import {
  apiv3Key,
  encryptAsPlatform,
  mchid,
  merchant,
  platform,
  SERIAL,
  type Sm2Gateway,
  signAsPlatform,
  startSm2Gateway,
} from './sm2-gateway.js'

const HAS_SM4_GCM = getCiphers().includes('sm4-gcm')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const clients: Wechatpay[] = []
let gateway: Sm2Gateway

const options = () => ({
  ...{ mchid, serial: 'AB12', privateKey: merchant.privateKey, baseURL: gateway.baseURL },
  certs: { [SERIAL]: platform.certificate },
})
function client(more: Partial<MerchantOptions> = {}): Wechatpay {
  const wxpay = new Wechatpay({ ...options(), ...more } as WechatpayOptions)
  clients.push(wxpay)
  return wxpay
}
/** What a rejected promise, or a function, throws. */
const thrownBy = async (work: () => unknown): Promise<unknown> => {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('should have failed')
}

beforeAll(async () => {
  gateway = await startSm2Gateway()
})
beforeEach(() => {
  gateway.requests.length = 0
  Object.assign(gateway, { answer: '{"code_url":"weixin://wxpay/商"}', tamper: (body: string) => body })
})
afterAll(() => {
  for (const wxpay of clients) wxpay.close()
  gateway.close()
})

const order = { appid: 'wx1', mchid, description: '国密', out_trade_no: 'sm-1' }
const native = (wxpay: Wechatpay) => wxpay.chain('v3/pay/transactions/native').post({ json: order as never })

describe('a call of a merchant with an SM2 key', () => {
  it('is signed as openssl verifies it, and its answer verified', async () => {
    const { data } = await native(client())
    expect(data).toEqual({ code_url: 'weixin://wxpay/商' })
    const [arrived] = gateway.requests
    expect(arrived).toMatchObject({ verified: true, url: '/v3/pay/transactions/native' })
    expect(arrived?.headers['wechatpay-serial']).toBe(SERIAL)
  })

  it('goes over the axios instance in the same way', async () => {
    const { data } = await client().client.v3.get('v3/pay/transactions/id/1', { params: { mchid } })
    expect(data).toHaveProperty('code_url')
    expect(gateway.requests[0]).toMatchObject({ verified: true, method: 'GET' })
  })

  it('does not believe an answer whose body was changed', async () => {
    gateway.tamper = (body) => body.replace('weixin', 'Weixin')
    const error = await thrownBy(() => native(client()))
    expect(error).toBeInstanceOf(VerificationError)
    expect(error).toMatchObject({ code: 'SIGNATURE_INVALID', mayHaveHappened: true })
  })

  it('does not believe an answer that another SM2 key has signed', async () => {
    const stranger = { [SERIAL]: createSm2Identity(SERIAL).certificate }
    const error = await thrownBy(() => native(client({ certs: stranger })))
    expect(error).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
  })

  it('may have fields that were encrypted elsewhere, for the key that they name', async () => {
    const field = new Ciphertext('AAAA', SERIAL)
    await client()
      .chain('v3/fund-app/mch-transfer/transfer-bills')
      .post({ json: { user_name: field } as never })
    expect(JSON.parse(gateway.requests[0]?.body ?? '')).toEqual({ user_name: 'AAAA' })
    expect(gateway.requests[0]?.headers['wechatpay-serial']).toBe(SERIAL)
  })

  it.each([
    [
      'has sensitive() texts',
      (wxpay: Wechatpay) =>
        wxpay
          .chain('v3/fund-app/mch-transfer/transfer-bills')
          .post({ json: { user_name: sensitive('张三') } as never }),
      /^CD34 is an SM2 key, for which no run time can encrypt: .* new Ciphertext\(base64, 'CD34'\)/,
    ],
    [
      'wants fields decrypted',
      (wxpay: Wechatpay) =>
        wxpay
          .chain('v3/merchant-service/complaints-v2/{complaint_id}')
          .get({ complaint_id: '1', decrypt: true }),
      /with decrypt: true needs an RSA private key, and that of this client is an SM2 key/,
    ],
    ['is encrypt()', (wxpay: Wechatpay) => wxpay.encrypt('张三'), /CD34 is an SM2 key/],
    ['is decrypt()', (wxpay: Wechatpay) => wxpay.decrypt('AAAA'), /^decrypt needs an RSA private key/],
    [
      'is for an encrypted bill',
      (wxpay: Wechatpay) => wxpay.bills.ecommerceFundflow({ bill_date: '2024-01-01' }),
      /^bills\.ecommerceFundflow needs an RSA private key/,
    ],
    [
      'is paySign',
      (wxpay: Wechatpay) => wxpay.paySign.jsapi({ appId: 'wx1', prepayId: 'p' }),
      /^paySign\.jsapi with RSA needs an RSA private key, .* Make a second client/,
    ],
  ])('is refused before anything is sent when it %s', async (_, call, why) => {
    const error = await thrownBy(() => call(client()))
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toHaveProperty('message', expect.stringMatching(why))
    expect(gateway.requests).toEqual([])
  })
})

describe('the options of a client with an SM2 key', () => {
  const rsaKey = pem(rsa.privateKey)
  const rsaCertificate = certify(rsa.privateKey, 'EF56')
  const needsRsa = /is of SM2, which TLS does not take here/

  it.each([
    ['a public key', { certs: { PUB_KEY_ID_1: platform.publicKey } }],
    ['the RSA client certificate of APIv2', { merchant: { cert: rsaCertificate, key: rsaKey } }],
    ['an APIv3 key', { apiv3Key }],
  ])('may be %s', (_, more) => {
    expect(() => client(more)).not.toThrow()
  })

  it.each([
    [
      'a platform key of RSA',
      { certs: { EF56: rsaCertificate } },
      /certs\.EF56 is an RSA key, and privateKey an SM2 key/,
    ],
    [
      'an RSA key beside platform keys of SM2',
      { privateKey: rsaKey },
      /certs\.CD34 is an SM2 key, and privateKey an RSA key: .* second client/,
    ],
    ['its own key', { certs: { CD35: merchant.publicKey } }, /certs\.CD35 is your own key/],
    ['an SM2 client certificate', { merchant: { cert: merchant.certificate } }, needsRsa],
    [
      'an SM2 client certificate beside RSA keys',
      {
        ...{ privateKey: rsaKey, certs: { EF56: rsaCertificate }, serial: 'EE' },
        merchant: { cert: merchant.certificate },
      },
      needsRsa,
    ],
    ['an SM2 key of the client certificate', { merchant: { cert: rsaCertificate } }, needsRsa],
    [
      'an RSA certificate alone to read serial from',
      { serial: undefined, merchant: { cert: rsaCertificate, key: rsaKey } },
      /Missing: serial\. serial: privateKey is an SM2 key/,
    ],
    [
      'those of a brand',
      { mchid: undefined, brandId: '120344', certs: { PUB_KEY_ID_1: platform.publicKey } },
      /privateKey is an SM2 key, and brands sign with RSA/,
    ],
  ])('are not %s', async (_, more, why) => {
    const error = await thrownBy(() => client(more as Partial<MerchantOptions>))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toHaveProperty('message', expect.stringMatching(why))
  })
})

/** A payment that is signed with SM2 and encrypted with SM4. */
function paid(): { readonly headers: Record<string, string>; readonly body: string } {
  const resource = encryptAsPlatform('{"out_trade_no":"sm-1"}', 'transaction')
  const body = JSON.stringify({ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', resource })
  return { headers: signAsPlatform(body), body }
}

/** The answer of a server that receives with this client. */
async function deliver(wxpay: Wechatpay, { headers, body } = paid()) {
  const handled: unknown[] = []
  const receive = wxpay.notifications.node((event) => void handled.push(event.resource))
  const server = createServer((req, res) => void receive(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { status } = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body })
  server.close()
  return { status, handled }
}

describe('a notification signed with SM2', () => {
  it('that was changed never reaches a handler', async () => {
    const { headers, body } = paid()
    const changed = { headers, body: body.replace('EV-1', 'EV-2') }
    expect(await deliver(client({ apiv3Key }), changed)).toEqual({ status: 401, handled: [] })
  })

  if (HAS_SM4_GCM) {
    it('is decrypted with SM4, by a merchant and by who only receives', async () => {
      const certs = { [SERIAL]: platform.certificate, EF56: certify(rsa.privateKey, 'EF56') }
      const receiver = new Wechatpay({ certs, apiv3Key })
      for (const wxpay of [client({ apiv3Key }), receiver]) {
        expect(await deliver(wxpay)).toEqual({ status: 200, handled: [{ out_trade_no: 'sm-1' }] })
      }
      receiver.close()
    })

    it('says that apiv3Key is not the one where it cannot be decrypted', async () => {
      const error = await thrownBy(() => client({ apiv3Key: 'x'.repeat(32) }).notifications.parse(paid()))
      expect(error).toMatchObject({ name: 'RequestError', code: 'DECRYPTION_FAILED' })
    })
  } else {
    it('says that this run time lacks SM4-GCM, and comes again', async () => {
      const error = await thrownBy(() => client({ apiv3Key }).notifications.parse(paid()))
      expect(error).toBeInstanceOf(ConfigError)
      expect(error).toHaveProperty('message', expect.stringMatching(/SM4-GCM, which Node\.js .* from 24\.22/))
      expect(await deliver(client({ apiv3Key }))).toEqual({ status: 500, handled: [] })
    })
  }
})

describe('platform certificates of SM2', () => {
  if (HAS_SM4_GCM) {
    it('are downloaded, asked for by their algorithm, and kept apart from those of RSA', async () => {
      const entries = new Map<string, unknown>()
      const store = {
        get: async (key: string) => entries.get(key),
        set: async (key: string, value: unknown) => void entries.set(key, value),
      }
      const wxpay = client({ certs: undefined as never, apiv3Key, store })
      await native(wxpay)
      expect(gateway.requests.map(({ url, verified }) => [url, verified])).toEqual([
        ['/v3/certificates?algorithm_type=SM2', true],
        ['/v3/pay/transactions/native', true],
      ])
      expect(await wxpay.certificates.list()).toMatchObject([
        { serial: SERIAL, publicKey: platform.publicKey },
      ])
      expect([...entries.keys()]).toEqual([`wechatpay-fluent:certificates:${mchid}:SM2`])
    })
  } else {
    it('cannot be downloaded without SM4-GCM, which the constructor says', () => {
      const make = () => client({ certs: undefined as never, apiv3Key })
      expect(make).toThrow(ConfigError)
      expect(make).toThrow(
        /^Give certs: the platform certificates of SM2 are downloaded encrypted with SM4-GCM/,
      )
    })
  }
})
