import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError, RequestError, sensitive, VerificationError, Wechatpay } from '../../lib/index.js'
import { pem } from '../openssl.js'
import { startRig } from './client.js'

const rig = startRig()
let brand: Wechatpay
beforeAll(() => {
  brand = rig.brand()
})

const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('should have failed')
    },
    (error: Error) => error,
  )

/** A gateway that keeps every request as it came, and answers with a signature of the test's own making. */
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const brandKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ID = 'PUB_KEY_ID_0100001203442024010100000000'
const SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1'
const arrived: { request: IncomingMessage; body: Buffer }[] = []
/** Statuses of the next answers; 200 when there is none. */
const statuses: number[] = []
/** What `Wechatpay-Serial` says, and the key that signs. */
let signer = { serial: ID, key: own.privateKey }
const gateway = createServer(async (request, response) => {
  arrived.push({ request, body: await buffer(request) })
  const timestamp = Math.floor(Date.now() / 1000)
  const status = statuses.shift() ?? 200
  const body = status === 200 ? '{"card_id":"1"}' : '{"code":"SYSTEM_ERROR","message":"again"}'
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Wechatpay-Serial': signer.serial,
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': 'NONCE',
    'Wechatpay-Signature': sign(
      'RSA-SHA256',
      Buffer.from(`${timestamp}\nNONCE\n${body}\n`),
      signer.key,
    ).toString('base64'),
  })
  response.end(body)
})
let plain: Wechatpay
beforeAll(async () => {
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  plain = new Wechatpay({
    brandId: '120344',
    serial: SERIAL,
    privateKey: brandKey.privateKey,
    certs: { [ID]: pem(own.publicKey) },
    baseURL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
  })
})
afterAll(() => {
  plain.close()
  gateway.close()
  gateway.closeAllConnections()
})

const FORM =
  /^WECHATPAY-BRAND-SHA256-RSA2048 brand_id="(\d+)",nonce_str="([0-9a-f]{32})",signature="([A-Za-z0-9+/]{342}==)",timestamp="(\d{10})",serial_no="([0-9A-F]+)"$/

/** Whether the header of a request is the brand's signature over `signed`. */
function isSigned({ request }: { request: IncomingMessage }, signed: string): boolean {
  const [, id, nonce, signature = '', timestamp, serial] =
    FORM.exec(request.headers.authorization ?? '') ?? []
  const message = `${request.method}\n${request.url}\n${timestamp}\n${nonce}\n${signed}\n`
  return (
    id === '120344' &&
    serial === SERIAL &&
    verify('RSA-SHA256', Buffer.from(message), brandKey.publicKey, Buffer.from(signature, 'base64'))
  )
}

describe('a request of a brand', () => {
  it('is signed by its scheme over the bytes that are sent, and names its WeChat Pay public key', async () => {
    arrived.length = 0
    const { data } = await plain.brand.cardMember.userCards._user_card_code_.get({
      user_card_code: 'a/1',
      query: { card_id: 'p中', openid: 'o 1' },
    })
    await plain.brand.cardMember.userCards._user_card_code_.invalidate.post({
      user_card_code: 'a',
      json: { card_id: 'p', openid: 'o', invalid_reason: '退会' },
    })
    expect(data).toEqual({ card_id: '1' })
    const [get, post] = arrived
    expect(get?.request.url).toMatch(/^\/brand\/card-member\/user-cards\/a%2F1\?card_id=p%E4%B8%AD&openid=o/)
    expect(post?.body.toString()).toBe('{"card_id":"p","openid":"o","invalid_reason":"退会"}')
    for (const one of arrived) {
      expect(isSigned(one, one.body.toString())).toBe(true)
      expect(one.request.headers['wechatpay-serial']).toBe(ID)
    }
    expect(isSigned(arrived[0] as never, 'x')).toBe(false)
  })

  it('is repeated where that is harmless, each time signed anew', async () => {
    arrived.length = 0
    statuses.push(500)
    await plain.brand.cardMember.cards._card_id_.get({ card_id: '1' })
    const headers = arrived.map(({ request }) => request.headers.authorization)
    expect(headers).toHaveLength(2)
    expect(new Set(headers).size).toBe(2)
    expect(arrived.every((one) => isSigned(one, ''))).toBe(true)
  })

  it('goes to the host of all others', () => {
    const { baseURL: _, ...options } = rig.emulator.brand
    const wxpay = new Wechatpay(options)
    expect(wxpay.brand.cardMember.cards._card_id_.url({ card_id: '1' })).toBe(
      'https://api.mch.weixin.qq.com/brand/card-member/cards/1',
    )
  })

  it('may have an id in its path, and be one that nobody has documented', async () => {
    await brand.chain('brand/card-member/cards/pbLat1').get()
    expect(rig.emulator.requests.at(-1)).toMatchObject({
      verified: true,
      template: 'brand/card-member/cards/{card_id}',
    })
    const error = await rejection(brand.chain('brand/brand-new/{id}').get({ id: '1' }))
    expect(error).toMatchObject({ name: 'ApiError', status: 404, verified: true })
    expect(rig.emulator.requests.at(-1)).toMatchObject({ verified: true, path: '/brand/brand-new/1' })
  })

  it('signs the meta of an upload, with name and digest', async () => {
    const { data } = await brand.brand.cardMember.media.imageUpload.post({
      multipart: { file: Buffer.from('89504e470d0a1a0a', 'hex') },
    })
    expect(data).toBeTruthy()
    const request = rig.emulator.requests.at(-1)
    expect(request).toMatchObject({ verified: true, path: '/brand/card-member/media/image-upload' })
    expect(request?.message.split('\n')[4]).toMatch(/^\{"filename":"[^"]+","sha256":"[0-9a-f]{64}"\}$/)
  })

  it('encrypts with the key of the brand, and decrypts what was encrypted for it', async () => {
    const { data } = await brand.brand.cardMember.userCards.importByOpenid.post({
      json: {
        card_id: 'p',
        openid: 'o',
        user_card_code: '1',
        pickup_time: '2020-05-20T13:29:35+08:00',
        phone_number: sensitive('13800000000'),
      },
      decrypt: true,
    })
    const request = rig.emulator.requests.at(-1)
    expect(request?.decrypted).toEqual({ '/phone_number': '13800000000' })
    expect(request?.headers['wechatpay-serial']).toBe(Object.keys(rig.emulator.brand.certs)[0])
    expect(JSON.stringify(data)).toContain('"phone_number":"sample phone_number"')
    const { data: sealed } = await brand.brand.cardMember.userCards._user_card_code_.get({
      user_card_code: '1',
      query: { card_id: 'p', openid: 'o' },
    })
    const { phone_number = '' } = sealed
    expect(brand.decrypt(phone_number)).toBe('sample phone_number')
    expect(() => rig.wxpay.decrypt(phone_number)).toThrow(RequestError)
  })

  it('is told by its own words when its signature is refused', async () => {
    const wrong = rig.brand({ privateKey: brandKey.privateKey })
    const error = await rejection(wrong.brand.cardMember.cards._card_id_.get({ card_id: '1' }))
    expect(error).toMatchObject({ name: 'ApiError', status: 401, code: 'SIGN_ERROR', verified: false })
    expect(error.message).toContain('of brand 120344: take both from one download')
  })
})

describe('an answer to a brand', () => {
  const ask = () => plain.brand.cardMember.cards._card_id_.get({ card_id: '1' })
  const wrong = async (other: typeof signer): Promise<Error> => {
    const right = signer
    signer = other
    try {
      return await rejection(ask())
    } finally {
      signer = right
    }
  }

  it('is refused when another key has signed it, be it that of a merchant', async () => {
    expect(await wrong({ serial: ID, key: brandKey.privateKey })).toMatchObject({
      name: 'VerificationError',
      code: 'SIGNATURE_INVALID',
    })
    const [merchants = ''] = Object.keys(rig.emulator.merchant.certs)
    expect(await wrong({ serial: merchants, key: brandKey.privateKey })).toMatchObject({
      code: 'SERIAL_UNKNOWN',
      knownSerials: [ID],
    })
  })

  it.each(['forged-signature', 'unknown-serial', 'unsigned', 'stale', 'tampered'] as const)(
    'is refused when it is %s',
    async (fault) => {
      rig.emulator.fail({ path: 'brand/card-member/cards/{card_id}', fault, times: 1 })
      const error = await rejection(
        brand.brand.cardMember.cards._card_id_.get({ card_id: '1', retry: false }),
      )
      expect(error).toBeInstanceOf(VerificationError)
    },
  )

  it('cannot be verified by the key of a merchant', async () => {
    const other = rig.brand({ certs: rig.emulator.merchant.certs })
    // The gateway knows which key belongs to the brand.
    expect(await rejection(other.brand.cardMember.cards._card_id_.get({ card_id: '1' }))).toMatchObject({
      name: 'ApiError',
      code: 'PARAM_ERROR',
      verified: false,
    })
    const [id = ''] = Object.keys(rig.emulator.brand.certs)
    const [key = ''] = Object.values(rig.emulator.merchant.certs)
    const mistaken = rig.brand({ certs: { [id]: key } })
    expect(await rejection(mistaken.brand.cardMember.cards._card_id_.get({ card_id: '1' }))).toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
  })

  it('is an ApiError when the API says no to a field', async () => {
    const error = await rejection(
      brand.brand.cardMember.userCards.importByOpenid.post({ json: { card_id: 1 } as never }),
    )
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 400, code: 'PARAM_ERROR', verified: true })
  })
})

describe('who may call what is said before anything is sent', () => {
  const BRAND = 'new Wechatpay({ brandId, serial, privateKey, certs, brandApiKey })'
  const V3 = 'new Wechatpay({ mchid, serial, privateKey, certs, apiv3Key })'
  const V2 = 'new Wechatpay({ mchid, secret })'
  type Work = (merchant: Wechatpay, brand: Wechatpay) => unknown

  it.each<[string, Work, string]>([
    ['a merchant, brand/…', (wxpay) => wxpay.brand.cardMember.cards._card_id_.get({ card_id: '1' }), BRAND],
    ['a merchant, an undocumented brand/…', (wxpay) => wxpay.chain('brand/brand-new').post(), BRAND],
    [
      'a merchant, an upload, before its file is read',
      (wxpay) => wxpay.brand.cardMember.media.imageUpload.post({ multipart: {} as never }),
      BRAND,
    ],
    ['a merchant, by its axios instance', (wxpay) => wxpay.client.v3.get('/brand/card-member/cards'), BRAND],
    ['a brand, v3/…', (_, wxpay) => wxpay.v3.certificates.get(), V3],
    ['a brand, v3/… by its axios instance', (_, wxpay) => wxpay.client.v3.get('v3/certificates'), V3],
    ['a brand, hk/…', (_, wxpay) => wxpay.hk.v3.certificates.get(), V3],
    ['a brand, v2/…', (_, wxpay) => wxpay.chain('v2/pay/orderquery').post({ xml: {} as never }), V2],
    ['a brand, v2/… by its axios instance', (_, wxpay) => wxpay.client.v2.post('pay/orderquery', {}), V2],
    [
      'a brand, a page of APIv2',
      (_, wxpay) => wxpay.chain('v2/papay/entrustweb').url({ query: {} as never }),
      V2,
    ],
    ['a brand, paySign', (_, wxpay) => wxpay.paySign.jsapi({ appId: '1', prepayId: '2' }), V3],
    ['a brand, paySign that is not complete', (_, wxpay) => wxpay.paySign.score({} as never), V3],
    ['a brand, bills', (_, wxpay) => wxpay.bills.trade({ bill_date: '2024-01-01' }), V3],
    [
      'a brand, bills of APIv2',
      (_, wxpay) => wxpay.bills.v2.trade({ appid: 'a', bill_date: '2024-01-01', bill_type: 'ALL' } as never),
      V2,
    ],
  ])('%s', async (_, work, options) => {
    rig.emulator.requests.length = 0
    const error = await rejection((async () => work(rig.wxpay, brand))())
    expect(error).toBeInstanceOf(RequestError)
    expect(error.message).toContain(`Make a second client for it: ${options}`)
    expect(rig.emulator.requests).toEqual([])
  })

  it('a brand has no certificates to download; those it has can be seen', async () => {
    expect(await rejection(brand.certificates.refresh())).toMatchObject({
      name: 'RequestError',
      message: expect.stringContaining('A brand has no platform certificates to download'),
    })
    const [known] = await brand.certificates.list()
    const [[serial, publicKey] = []] = Object.entries(rig.emulator.brand.certs)
    expect(known).toEqual({ serial, publicKey })
  })
})
