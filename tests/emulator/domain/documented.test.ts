import { constants, createHash, privateDecrypt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import {
  authorizationOf,
  call,
  IMPORT,
  IMPORT_BODY,
  isSignedBy,
  nativeOrder,
  publicKeyPem,
} from '../client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterAll(() => emulator.close())

describe('a documented endpoint without a handler of its own', () => {
  test('answers a signed sample that gives back what the request told', async () => {
    const url =
      '/v3/payscore/acquiringbank/serviceorder?service_id=500001&out_order_no=1234323JKHDFE1243252&sub_mchid=1900000100&channel_id=1'
    const answer = await call(emulator, 'GET', url)
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ out_order_no: '1234323JKHDFE1243252', service_id: '500001' })
    expect(isSignedBy(answer, publicKeyPem(emulator))).toBe(true)
  })

  test('checks the query and the body by the catalogue', async () => {
    const noQuery = await call(emulator, 'GET', '/v3/payscore/serviceorder')
    expect(noQuery.json).toMatchObject({ code: 'PARAM_ERROR', detail: { location: 'query' } })
    const wrongType = await call(emulator, 'POST', '/v3/profitsharing/orders', { appid: 1 })
    expect(wrongType.json).toMatchObject({ code: 'PARAM_ERROR', detail: { location: 'body' } })
  })

  test('answers 204 where there is nothing to say', async () => {
    const answer = await call(emulator, 'POST', '/v3/apply4subject/applyment/1234/cancel')
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(isSignedBy(answer, publicKeyPem(emulator))).toBe(true)
  })

  test('is found under the prefix and with the trailing slash that it has on the wire', async () => {
    const hongkong =
      '/hk/v3/refunds/id/50000000382019052709732678859?mchid=1900000109&sub_mchid=1900000109&sp_mchid=1900000100'
    expect((await call(emulator, 'GET', hongkong)).status).toBe(200)
    expect((await call(emulator, 'POST', '/v3/ecommerce/applyments/', {})).json.code).toBe('PARAM_ERROR')
    expect((await call(emulator, 'POST', '/v3/ecommerce/applyments', {})).json.code).toBe(
      'RESOURCE_NOT_EXISTS',
    )
  })

  test('is not found without the prefix of its access point, nor in the words of a chain', async () => {
    const bare = '/v3/refunds/id/50000000382019052709732678859?mchid=1900000109&sub_mchid=1900000109'
    expect((await call(emulator, 'GET', bare)).status).toBe(404)
    const response = await fetch(`${emulator.url}/v2/pay/unifiedorder`, {
      method: 'POST',
      body: '<xml></xml>',
    })
    expect(response.status).toBe(404)
  })

  test('answers downloads unsigned', async () => {
    const { header } = authorizationOf(emulator, 'GET', '/v3/transferdownload/signfile?token=a', '')
    const response = await fetch(`${emulator.url}/v3/transferdownload/signfile?token=a`, {
      headers: { authorization: header },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(response.headers.get('wechatpay-signature')).toBeNull()
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0)
  })

  test('encrypts the fields of the answer that the merchant is to decrypt', async () => {
    const answer = await call(emulator, 'GET', '/v3/merchant-service/complaints/4200000001202401010000000001')
    const { payer_phone } = answer.json
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const key = { key: emulator.merchant.privateKey, padding, oaepHash: 'sha1' }
    expect(privateDecrypt(key, Buffer.from(payer_phone, 'base64')).toString()).toBe('sample payer_phone')
  })

  test('of APIv2 is answered in XML', async () => {
    const response = await fetch(`${emulator.url}/pay/unifiedorder`, { method: 'POST', body: '' })
    expect(response.headers.get('content-type')).toMatch(/^text\/xml/)
    expect(await response.text()).toContain('<return_code><![CDATA[FAIL]]></return_code>')
  })
})

describe('a list of samples', () => {
  const list = async (path: string, query: Record<string, string | number>) => {
    const text = Object.entries(query).map(([name, value]) => `${name}=${value}`)
    return (await call(emulator, 'GET', `${path}?${text.join('&')}`)).json
  }
  const BANKS = '/v3/capital/capitallhh/banks/personal-banking'
  const names = ({ data }: { data: { bank_alias_code: string }[] }) =>
    data.map(({ bank_alias_code }) => bank_alias_code)

  test('has several pages, which agree on their items and tell where they are', async () => {
    const first = await list(BANKS, { offset: 0, limit: 20 })
    expect(first).toMatchObject({ offset: 0, total_count: 45 })
    const rest = [await list(BANKS, { offset: 20, limit: 20 }), await list(BANKS, { offset: 40, limit: 20 })]
    const all = [first, ...rest].flatMap(names)
    expect(new Set(all).size).toBe(45)
    expect(names(await list(BANKS, { offset: 19, limit: 2 }))).toEqual(all.slice(19, 21))
  })

  test('is empty beyond its end', async () => {
    const beyond = await list(BANKS, { offset: 100, limit: 20 })
    expect(beyond).toMatchObject({ offset: 100, data: [], total_count: 45 })
  })

  test('takes an offset for the number of a page where it is documented as that', async () => {
    const stocks = async (offset: number, limit: number) => {
      const page = await list('/v3/marketing/favor/stocks', {
        offset,
        limit,
        stock_creator_mchid: '1900000109',
      })
      expect(page).toMatchObject({ offset, limit, total_count: 45 })
      return page.data.map(({ stock_id }: { stock_id: string }) => stock_id)
    }
    const all = await stocks(0, 45)
    expect(new Set(all).size).toBe(45)
    expect(await stocks(1, 20)).toEqual(all.slice(20, 40))
    expect(await stocks(2, 20)).toEqual(all.slice(40))
    expect(await stocks(3, 20)).toEqual([])
  })

  test('goes on by the token of the page before, to the last one', async () => {
    const path = '/v3/marketing/partner/product-coupon/product-coupons/1/stocks'
    let token = ''
    const sizes: number[] = []
    do {
      const page = await list(path, {
        brand_id: '120344',
        page_size: 20,
        ...(token && { page_token: token }),
      })
      sizes.push(page.stock_list.length)
      token = page.next_page_token
    } while (token)
    expect(sizes).toEqual([20, 20, 5])
  })
})

describe('a field that is not documented', () => {
  test.each([
    ['/nickname', IMPORT, { ...IMPORT_BODY, nickname: 'x' }],
    ['/amount/totel', '/v3/pay/transactions/native', 'order'],
  ])('%s is 400 PARAM_ERROR, so that a typo never vanishes', async (field, url, body) => {
    const json =
      body === 'order' ? nativeOrder(emulator, 'TYPO_0001', { amount: { total: 1, totel: 1 } }) : body
    expect((await call(emulator, 'POST', url, json)).json).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field },
    })
  })
})

describe('a statement', () => {
  test('is signed over the digest in its header', async () => {
    const url = '/v3/global/statements?date=20180130&mchid=1900000109'
    const { header } = authorizationOf(emulator, 'GET', url, '')
    const headers = {
      authorization: header,
      'wechatpay-serial': Object.keys(emulator.merchant.certs)[0] ?? '',
    }
    const response = await fetch(emulator.url + url, { headers })
    const bytes = Buffer.from(await response.arrayBuffer())
    const sha1 = createHash('sha1').update(bytes).digest('hex')
    expect([...response.headers.values()]).toContain(sha1)
    expect(
      isSignedBy({ headers: response.headers, text: JSON.stringify({ sha1 }) }, publicKeyPem(emulator)),
    ).toBe(true)
  })
})
