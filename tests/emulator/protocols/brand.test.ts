import { createPublicKey, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { type Answer, call, isSignedBy, publicKeyId, publicKeyPem, type Tampering } from '../client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ seed: 'brand' })
})
afterAll(() => emulator.close())

const brandKeyId = (): string => Object.keys(emulator.brand.certs)[0] ?? ''
const brandKeyPem = (): string => Object.values(emulator.brand.certs)[0] ?? ''

const CARDS = '/brand/card-member/cards?state=CARD_EFFECTIVE'
const FEED = '/brand/card-member/user-feeds'

/** The header of a brand, written by hand from the protocol. */
function brandHeader(method: string, url: string, body: string, how: Tampering = {}): string {
  const { brandId, serial, privateKey } = emulator.brand
  const timestamp = how.timestamp ?? Math.floor(Date.now() / 1000)
  const message = `${method}\n${url}\n${timestamp}\nNONCE\n${body}\n`
  const signature = sign('RSA-SHA256', Buffer.from(message), privateKey).toString('base64')
  return `WECHATPAY-BRAND-SHA256-RSA2048 brand_id="${how.mchid ?? brandId}",nonce_str="NONCE",signature="${signature}",timestamp="${timestamp}",serial_no="${how.serial ?? serial}"`
}

/** A client of a brand, written by hand: what `how.headers` has of `wechatpay-serial` is sent, empty or not. */
function callAsBrand(method: string, url: string, json?: unknown, how: Tampering = {}): Promise<Answer> {
  const authorization = brandHeader(method, url, json === undefined ? '' : JSON.stringify(json), how)
  return call(emulator, method, url, json, {
    ...{ authorization, headers: { 'wechatpay-serial': brandKeyId(), ...how.headers } },
    ...(how.sent && { sent: how.sent }),
  })
}

describe('a request of a brand', () => {
  it('is carried out, and answered under the key of the brand', async () => {
    const answer = await callAsBrand('GET', CARDS)
    expect(answer.status).toBe(200)
    expect(answer.json.data[0].brand_id).toBe(emulator.brand.brandId)
    expect(answer.headers.get('wechatpay-serial')).toBe(brandKeyId())
    expect(answer.headers.get('wechatpay-signature-type')).toBe('WECHATPAY-BRAND-SHA256-RSA2048')
    expect(isSignedBy(answer, brandKeyPem())).toBe(true)
    expect(isSignedBy(answer, publicKeyPem(emulator))).toBe(false)
    expect(emulator.requests.at(-1)).toMatchObject({ verified: true, template: 'brand/card-member/cards' })
  })

  it('is kept without its signature', async () => {
    await callAsBrand('GET', CARDS)
    const { brandId, serial } = emulator.brand
    expect(emulator.requests.at(-1)?.headers.authorization).toMatch(
      new RegExp(
        `^WECHATPAY-BRAND-SHA256-RSA2048 brand_id="${brandId}",nonce_str="NONCE",timestamp="\\d+",serial_no="${serial}",signature="\\[redacted\\]"$`,
      ),
    )
  })

  it.each<[string, Tampering, string]>([
    ['another brand', { mchid: '120345' }, 'brand_id is 120345, expected 120344'],
    ['another certificate', { serial: 'ABC' }, 'serial_no is ABC, expected'],
    ['another clock', { timestamp: 1_700_000_000 }, 'is not within 300 s'],
    ['another body', { sent: { body: '{}' } }, 'sign not match'],
  ])('of %s is refused', async (_, how, problem) => {
    const answer = await callAsBrand('POST', FEED, { a: 1 }, how)
    expect([answer.status, answer.json.code]).toEqual([401, 'SIGN_ERROR'])
    expect(answer.json.detail.issue).toContain(problem)
    expect(answer.headers.get('wechatpay-signature')).toBeNull()
  })

  it('is compared with what clients sign by mistake, by the key of the brand', async () => {
    const { privateKey, brandId, serial } = emulator.brand
    const timestamp = Math.floor(Date.now() / 1000)
    const signed = (url: string, key = privateKey): string => {
      const message = `GET\n${url}\n${timestamp}\nNONCE\n\n`
      const signature = sign('RSA-SHA256', Buffer.from(message), key).toString('base64')
      return `WECHATPAY-BRAND-SHA256-RSA2048 brand_id="${brandId}",nonce_str="NONCE",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`
    }
    const withoutQuery = signed(CARDS.replace(/\?.*/, ''))
    const first = await call(emulator, 'GET', CARDS, undefined, { authorization: withoutQuery })
    expect(first.json.detail.diagnosis).toMatchObject({ part: 'url' })
    const ofMerchant = signed(CARDS, emulator.merchant.privateKey)
    const second = await call(emulator, 'GET', CARDS, undefined, { authorization: ofMerchant })
    expect(second.json.detail.diagnosis).toMatchObject({
      part: 'key',
      issue: 'signed with another private key than that of this brand',
    })
  })

  it.each([
    ['none', () => ''],
    ['that of the merchant', () => publicKeyId(emulator)],
    ['one that is nobody’s', () => 'PUB_KEY_ID_0100000000002024000000000000'],
    ['the serial number of a certificate', () => '3775B6A45ACD588826D15E583A95F5DD00000000'],
  ])('that names %s as its WeChat Pay public key is refused with the right one', async (_, serial) => {
    const answer = await callAsBrand('GET', CARDS, undefined, { headers: { 'wechatpay-serial': serial() } })
    expect([answer.status, answer.json.code]).toEqual([400, 'PARAM_ERROR'])
    expect(answer.json.detail).toMatchObject({ field: '/Wechatpay-Serial', location: 'header' })
    expect(answer.json.message).toContain(brandKeyId())
    expect(isSignedBy(answer, brandKeyPem())).toBe(true)
  })

  it('is checked against the catalogue', async () => {
    const answer = await callAsBrand('POST', FEED, { card: 1 })
    expect(answer.json).toMatchObject({ code: 'PARAM_ERROR', detail: { location: 'body' } })
  })
})

describe('the wrong one of two schemes', () => {
  it('is refused for /brand/ when it is a merchant’s, and the right one is named', async () => {
    const answer = await call(emulator, 'GET', CARDS)
    expect([answer.status, answer.json.code]).toEqual([401, 'SIGN_ERROR'])
    expect(answer.json.detail.issue).toBe(
      'Authorization is not of the scheme WECHATPAY-BRAND-SHA256-RSA2048: WECHATPAY2-SHA256-RSA2048 is that of a merchant, and /brand/ is called by a brand',
    )
    expect(answer.json.message).toContain('/brand/ 接口由品牌调用')
    expect(emulator.requests.at(-1)).toMatchObject({ verified: false, problem: answer.json.detail.issue })
  })

  it('is refused elsewhere when it is a brand’s, and the right one is named', async () => {
    const answer = await callAsBrand('GET', '/v3/certificates')
    expect([answer.status, answer.json.code]).toEqual([401, 'SIGN_ERROR'])
    expect(answer.json.detail.issue).toBe(
      'Authorization is not of the scheme WECHATPAY2-SHA256-RSA2048: WECHATPAY-BRAND-SHA256-RSA2048 is that of a brand, which calls nothing but /brand/',
    )
    expect(answer.json.message).toContain('此接口由商户调用')
  })

  it('is refused although it carries the name of the right one', async () => {
    const header = brandHeader('GET', '/v3/certificates', '')
      .replace('-BRAND-', '2-')
      .replace('brand_id', 'mchid')
    const answer = await call(emulator, 'GET', '/v3/certificates', undefined, { authorization: header })
    expect(answer.status).toBe(401)
    const without = brandHeader('GET', CARDS, '').replace('brand_id', 'mchid')
    const other = await call(emulator, 'GET', CARDS, undefined, { authorization: without })
    expect(other.json.detail.issue).toBe(
      'Authorization must have each of brand_id, nonce_str, signature, timestamp, serial_no once',
    )
  })
})

describe('a notification of a brand', () => {
  it('is signed by the key that is named, and by that of the brand when none is', () => {
    const event = 'PRODUCT_COUPON.USE'
    const serialOf = (serial?: string) =>
      emulator.signNotification(event, undefined, serial === undefined ? {} : { serial }).headers[
        'Wechatpay-Serial'
      ]
    expect(serialOf()).toBe(brandKeyId())
    expect(serialOf(publicKeyId(emulator))).toBe(publicKeyId(emulator))
    expect(emulator.signNotification('TRANSACTION.SUCCESS').headers['Wechatpay-Serial']).toBe(
      publicKeyId(emulator),
    )
    const { headers } = emulator.signNotification(event)
    expect(headers['Wechatpay-Signature-Type']).toBe('WECHATPAY-BRAND-SHA256-RSA2048')
    const others = emulator.signNotification('SOMETHING.NEW', {}, { serial: brandKeyId() })
    expect(others.headers['Wechatpay-Serial']).toBe(brandKeyId())
    expect(() => emulator.signNotification(event, undefined, { serial: 'x' })).toThrow('no platform key')
  })
})

describe('the brand of an emulator', () => {
  it('has keys, ids and secrets of its own', () => {
    const { brand, merchant } = emulator
    const publicKeys = [brand.privateKey, merchant.privateKey, brandKeyPem(), publicKeyPem(emulator)].map(
      (key) => createPublicKey(key).export({ type: 'spki', format: 'pem' }),
    )
    expect(new Set(publicKeys).size).toBe(4)
    expect(brand.brandApiKey).toHaveLength(32)
    expect(new Set([brand.brandApiKey, merchant.apiv3Key, merchant.secret]).size).toBe(3)
    expect(brand.serial).not.toBe(merchant.serial)
    brand.certs.x = ''
    expect(emulator.brand.certs).not.toHaveProperty('x')
  })

  it('is the same under a seed, whenever it is asked for, and leaves the merchant what it is', async () => {
    const [early, late] = await Promise.all([createEmulator({ seed: 7 }), createEmulator({ seed: 7 })])
    const { baseURL: _, ...first } = early.brand
    const numbers = [early, late].map((one) => {
      const { headers } = one.signNotification('TRANSACTION.SUCCESS', {})
      return [headers['Request-ID'], headers['Wechatpay-Nonce']]
    })
    const { baseURL: __, ...second } = late.brand
    const id = /^(PUB_KEY_ID_\d{12})\d{6}/
    const plain = ({ certs, ...options }: typeof first) => ({
      ...options,
      certs: Object.keys(certs).map((name) => name.replace(id, '$1')),
    })
    expect(plain(first)).toEqual(plain(second))
    expect(numbers[0]).toEqual(numbers[1])
    await Promise.all([early.close(), late.close()])
  })

  it('is made when it is first asked for, and kept in the file from then on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emulator-brand-'))
    const storage = join(folder, 'state.jsonl')
    try {
      const first = await createEmulator({ storage })
      expect(readFileSync(storage, 'utf8')).not.toContain('brand')
      const { baseURL: _, ...kept } = first.brand
      expect(readFileSync(storage, 'utf8')).toContain(kept.brandApiKey)
      await first.close()
      const second = await createEmulator({ storage })
      const { baseURL: __, ...again } = second.brand
      expect(again).toEqual(kept)
      await second.close()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('speaks HTTPS with the authority of the emulator', async () => {
    const secure = await createEmulator({ https: true })
    expect(secure.brand).toMatchObject({ ca: secure.ca, baseURL: secure.url })
    await secure.close()
  })
})
