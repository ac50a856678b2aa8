import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../lib/emulator/index.js'
import { ConfigError, RequestError, Wechatpay, type WechatpayOptions } from '../lib/index.js'
import { certify, pem } from './openssl.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterAll(() => emulator.close())

/** What an error of a call, of a method or of the constructor says. */
async function refusal(run: () => unknown, kind: typeof RequestError | typeof ConfigError = RequestError) {
  const error = await Promise.resolve()
    .then(run)
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(kind)
  return (error as Error).message
}

const order = { appid: 'wx8888888888888888', out_trade_no: '1217752501201407033233368018' }
const V3 = 'new Wechatpay({ mchid, serial, privateKey, certs, apiv3Key })'
const secret = 'a'.repeat(32)

/** Has the emulator send a notification to a receiver; resolves to the status of the response, and what was handled. */
async function receive(wxpay: Wechatpay, type: string) {
  const handled: string[] = []
  const route = wxpay.notifications.fetch({ default: ({ event_type }) => void handled.push(event_type) })
  const { headers, body } = emulator.signNotification(type as never)
  const { status } = await route(new Request('http://shop.example/paid', { method: 'POST', headers, body }))
  return { status, handled }
}
const V3_EVENT = 'TRANSACTION.SUCCESS'
const V2_EVENT = 'transaction-success'

describe('a client of APIv2 alone', () => {
  let wxpay: Wechatpay
  beforeAll(() => {
    const { mchid, secret, baseURL } = emulator.merchant
    wxpay = new Wechatpay({ mchid, secret, baseURL })
  })

  it('calls APIv2, through the chain and the axios instance', async () => {
    const xml = { ...order, body: 'Tea', total_fee: 1, spbill_create_ip: '127.0.0.1', trade_type: 'NATIVE' }
    const created = { ...xml, notify_url: 'https://shop.example/paid', product_id: '1' }
    const { data } = await wxpay.v2.pay.unifiedorder.post({ xml: created as never })
    expect(data).toMatchObject({ return_code: 'SUCCESS', mch_id: emulator.merchant.mchid })
    const { data: found } = await wxpay.client.v2.post('pay/orderquery', order)
    expect(found).toMatchObject({ trade_state: 'NOTPAY' })
  })

  it('receives the notifications of APIv2, and says what those of APIv3 need', async () => {
    expect(await receive(wxpay, V2_EVENT)).toMatchObject({ status: 200, handled: [expect.any(String)] })
    expect(await receive(wxpay, V3_EVENT)).toEqual({ status: 400, handled: [] })
    const notification = emulator.signNotification(V3_EVENT)
    expect(await refusal(() => wxpay.notifications.parse(notification))).toContain('certs and apiv3Key')
  })

  it('signs for front ends with its secret', () => {
    const given = { appId: 'wx8888888888888888', prepayId: 'wx201410272009395522657a690389285100' }
    expect(wxpay.paySign.jsapi({ ...given, signType: 'MD5' }).paySign).toMatch(/^[0-9A-F]{32}$/)
  })

  it('says which options it lacks for all the rest, and sends nothing', async () => {
    const before = emulator.requests.length
    const runs: readonly [string, () => unknown][] = [
      ['GET v3/certificates', () => wxpay.v3.certificates.get()],
      ['GET v3/certificates', () => wxpay.client.v3.get('/v3/certificates')],
      ['wxpay.bills', () => wxpay.bills.trade({ bill_date: '2026-11-01' })],
      ['certificates', () => wxpay.certificates.list()],
      ['certificates.refresh', () => wxpay.certificates.refresh()],
      ['encrypt', () => wxpay.encrypt('a')],
      ['decrypt', () => wxpay.decrypt('a')],
      [
        'paySign.jsapi with RSA',
        () => wxpay.paySign.jsapi({ appId: 'wx1', prepayId: 'wx2', signType: 'RSA' }),
      ],
    ]
    for (const [what, run] of runs) {
      expect(await refusal(run)).toBe(`${what} needs serial, privateKey, which this client lacks: ${V3}`)
    }
    const brand = await refusal(() => wxpay.chain('brand/x').post())
    expect(brand).toContain(`this client is that of merchant ${emulator.merchant.mchid}`)
    expect(emulator.requests).toHaveLength(before)
  })

  it('takes a client certificate with its key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const cert = certify(privateKey, 'AB12')
    expect(new Wechatpay({ mchid: '1', secret, merchant: { cert, key: privateKey } })).toBeDefined()
    expect(() => new Wechatpay({ mchid: '1', secret, merchant: { cert } })).toThrow('merchant.key is missing')
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    expect(() => new Wechatpay({ mchid: '1', secret, merchant: { cert, key } })).toThrow(
      'merchant.key is not',
    )
  })

  it.each(['serial', 'privateKey', 'certs', 'apiv3Key'] as const)(
    'is none with the option %s, which is a merchant whose other options were forgotten',
    async (name) => {
      const options = { mchid: '1', secret, [name]: emulator.merchant[name] } as unknown as WechatpayOptions
      expect(await refusal(() => new Wechatpay(options), ConfigError)).toMatch(/^Missing: /)
    },
  )
})

describe('a client that only receives', () => {
  let wxpay: Wechatpay
  beforeAll(() => {
    const { certs, apiv3Key, secret } = emulator.merchant
    wxpay = new Wechatpay({ certs, apiv3Key, secret })
  })

  it('receives the notifications that its keys are for', async () => {
    const { certs, apiv3Key } = emulator.merchant
    const ofV3 = new Wechatpay({ certs, apiv3Key })
    const ofV2 = new Wechatpay({ secret: emulator.merchant.secret })
    expect((await receive(wxpay, V3_EVENT)).handled).toEqual([V3_EVENT])
    expect((await receive(wxpay, V2_EVENT)).handled).toHaveLength(1)
    expect((await receive(ofV3, V3_EVENT)).handled).toEqual([V3_EVENT])
    expect(await receive(ofV3, V2_EVENT)).toEqual({ status: 400, handled: [] })
    expect((await receive(ofV2, V2_EVENT)).handled).toHaveLength(1)
    expect(await receive(ofV2, V3_EVENT)).toEqual({ status: 400, handled: [] })
  })

  it('keeps what it remembers in a shared store apart from that of others', async () => {
    const store = new Map<string, unknown>()
    const other = await createEmulator()
    for (const { merchant, signNotification } of [emulator, emulator, other]) {
      const { certs, apiv3Key } = merchant
      const route = new Wechatpay({ certs, apiv3Key }).notifications.fetch(() => undefined, {
        store,
      } as never)
      const { headers, body } = signNotification(V3_EVENT)
      await route(new Request('http://shop.example/paid', { method: 'POST', headers, body }))
    }
    await other.close()
    const names = new Set([...store.keys()].map((key) => /receiver:\w{16}/.exec(key)?.[0]))
    expect(names.size).toBe(2)
    expect([...store.keys()].join()).not.toContain(emulator.merchant.apiv3Key)
  })

  it('says which options it lacks for a call, and sends nothing', async () => {
    const runs: readonly [() => unknown, string][] = [
      [
        () => wxpay.v3.certificates.get(),
        `GET v3/certificates needs mchid, serial, privateKey, which this client lacks: ${V3}`,
      ],
      [
        () => wxpay.v2.pay.orderquery.post({ xml: order }),
        'POST v2/pay/orderquery needs mchid, which this client lacks: new Wechatpay({ mchid, secret })',
      ],
      [
        () => wxpay.client.v2.post('pay/orderquery', order),
        'POST v2/pay/orderquery needs mchid, which this client lacks: new Wechatpay({ mchid, secret })',
      ],
      [
        () => wxpay.paySign.jsapi({ appId: 'wx1', prepayId: 'wx2' }),
        `paySign.jsapi needs mchid, serial, privateKey, which this client lacks: ${V3}`,
      ],
      [
        () => wxpay.bills.v2.trade({ appid: 'wx1', bill_date: '2026-11-01' }),
        'wxpay.bills.v2 needs mchid, which this client lacks: new Wechatpay({ mchid, secret })',
      ],
      [() => wxpay.decrypt('a'), `decrypt needs mchid, serial, privateKey, which this client lacks: ${V3}`],
    ]
    const before = emulator.requests.length
    for (const [run, message] of runs) expect(await refusal(run)).toBe(message)
    expect(await refusal(() => wxpay.chain('brand/x').post())).toContain(
      'this client is one that only receives',
    )
    expect(emulator.requests).toHaveLength(before)
  })

  it('has its platform keys to list', async () => {
    expect(await wxpay.certificates.list()).toHaveLength(Object.keys(emulator.merchant.certs).length)
  })

  it('calls no handler of an event whose response it could not sign', async () => {
    const { status, handled } = await receive(wxpay, 'CROSS_BORDER_PAY.GET_MCH_INFO')
    expect({ status, handled }).toEqual({ status: 500, handled: [] })
  })

  it.each<[object, string]>([
    [{ apiv3Key: 'a'.repeat(32) }, 'Missing: mchid, serial, privateKey'],
    [{ apiv3Key: 'a'.repeat(32), secret }, 'Missing: certs'],
    [{ secret: 'short' }, 'secret has 5 bytes'],
    [{}, 'Missing: mchid, serial, privateKey'],
  ])('is not made from %j', async (options, why) => {
    expect(await refusal(() => new Wechatpay(options as WechatpayOptions), ConfigError)).toContain(why)
  })
})

it('the options of two identities do not compile', () => {
  const compiled = (..._: readonly WechatpayOptions[]): void => undefined
  const key = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)
  compiled({ mchid: '1', secret }, { secret }, { certs: { PUB_KEY_ID_1: key }, apiv3Key: secret, secret })
  // @ts-expect-error nothing to sign by
  compiled({ mchid: '1' })
  // @ts-expect-error certificates cannot be downloaded without an id
  compiled({ apiv3Key: secret })
  // @ts-expect-error APIv3 takes a private key
  compiled({ mchid: '1', secret, apiv3Key: secret })
  // @ts-expect-error nothing at all
  compiled({})
})
