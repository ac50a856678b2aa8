import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { startRig } from '../../../e2e/client.js'
import { authorizationOf, call, IMPORT, IMPORT_BODY, nativeOrder } from '../../client.js'

const rig = startRig({ seed: 'edges' })

interface Answered {
  readonly status: number | undefined
  readonly signed: boolean
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  readonly json: any
}

const HEADERS = { accept: 'application/json', 'user-agent': 'test', 'content-type': 'application/json' }

/** Sends a signed request with these very headers and bytes; no library adds any. */
function send(
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = JSON.stringify(IMPORT_BODY),
  { method = 'POST', path = IMPORT, signed }: { method?: string; path?: string; signed?: string } = {},
): Promise<Answered> {
  const { header } = authorizationOf(rig.emulator, method, signed ?? path, body)
  const { port } = new URL(rig.emulator.url)
  const options = {
    port,
    method,
    path,
    headers: { authorization: header, ...headers },
    agent: false as const,
  }
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      const signed = response.headers['wechatpay-signature'] !== undefined
      text(response).then((body) => {
        resolve({ status: response.statusCode, signed, json: body && JSON.parse(body) })
      }, reject)
    })
      .on('error', reject)
      .end(body)
  })
}

/** https://pay.weixin.qq.com/doc/v3/partner/4012081726 */
describe('the headers of a request', () => {
  it('are all that is needed', async () => {
    expect(await send(HEADERS)).toMatchObject({ status: 200, signed: true })
  })

  it.each(['accept', 'user-agent'] as const)('lack %s, and the API’s words say so', async (name) => {
    const { [name]: _, ...others } = HEADERS
    const expected = { status: 400, signed: false, json: { code: 'INVALID_REQUEST' } }
    const answer = await send(others)
    expect(answer).toMatchObject(expected)
    expect(answer.json).toMatchObject({ message: 'Http头缺少Accept或User-Agent', detail: { field: name } })
    // That comes before the signature.
    expect(await send({ ...others, authorization: 'x' })).toMatchObject(expected)
  })

  it.each([
    ['', 'is missing'],
    ['text/plain', 'is text/plain'],
    ['application/x-www-form-urlencoded', 'not application/json'],
  ])('have "%s" as the type of a body', async (type, issue) => {
    const { 'content-type': _, ...others } = HEADERS
    const answer = await send({ ...others, ...(type && { 'content-type': type }) })
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REQUEST', detail: { field: 'content-type' } },
    })
    expect(answer.json.detail.issue).toContain(issue)
  })

  it.each(['application/json;charset=utf-8', 'Application/JSON'])('may have %s', async (type) => {
    expect(await send({ ...HEADERS, 'content-type': type })).toMatchObject({ status: 200 })
  })

  it('need no type where there is no body', async () => {
    const { 'content-type': _, ...others } = HEADERS
    const path = '/v3/capital/capitallhh/areas/provinces'
    expect(await send(others, '', { method: 'GET', path })).toMatchObject({ status: 200 })
  })

  it('name a multipart without a boundary', async () => {
    const path = '/v3/merchant/media/upload'
    const answer = await send({ ...HEADERS, 'content-type': 'multipart/form-data' }, '--x--', { path })
    expect(answer).toMatchObject({ status: 400, json: { code: 'INVALID_REQUEST' } })
    expect(answer.json.detail.issue).toContain('no boundary')
  })
})

describe('a signature', () => {
  it('may name the serial number in lower case', async () => {
    const serial = rig.emulator.merchant.serial.toLowerCase()
    expect((await call(rig.emulator, 'POST', IMPORT, IMPORT_BODY, { serial })).status).toBe(200)
  })

  it.each([
    ['%27', "'"],
    ["'", '%27'],
    ['(1)%20%27', "(1)%20'"],
    ["(1)!*'", '%281%29%21%2A%27'],
  ])('over a URL in which %s was %s is diagnosed', async (sent, signed) => {
    const path = (text: string) => `/v3/capital/capitallhh/areas/provinces?a=${text}&b=%E4%B8%AD`
    const answer = await send(HEADERS, '', { method: 'GET', path: path(sent), signed: path(signed) })
    expect(answer).toMatchObject({ status: 401, json: { detail: { diagnosis: { part: 'url' } } } })
    expect(answer.json.detail.diagnosis.issue).toContain('other characters percent-encoded')
    expect((await send(HEADERS, '', { method: 'GET', path: path(sent) })).status).toBe(200)
  })
})

/** https://pay.weixin.qq.com/doc/v3/partner/4012081726 */
describe('the characters of a request', () => {
  it.each([
    ['as it is', '"礼物🎁"'],
    ['escaped', '"礼物\\ud83c\\udf81"'],
    ['in half', '"礼物\\ud83c"'],
  ])('are refused with one of four bytes, %s', async (_, code) => {
    const body = JSON.stringify(IMPORT_BODY).replace('"478515832665"', code)
    const { status, json } = await call(rig.emulator, 'POST', IMPORT, body)
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { code: 'PARAM_ERROR', detail: { field: '/code', location: 'body' } },
    })
  })

  it('are refused in a query, too', async () => {
    const { json } = await call(rig.emulator, 'GET', '/v3/pay/transactions/id/1?mchid=%F0%9F%8E%81')
    expect(json).toMatchObject({ code: 'PARAM_ERROR', detail: { field: 'mchid', location: 'query' } })
  })

  it('are taken up to three bytes each', async () => {
    const body = { ...nativeOrder(rig.emulator, 'THREE-BYTES'), description: '龙井茶 €5 ☕' }
    expect((await call(rig.emulator, 'POST', '/v3/pay/transactions/native', body)).status).toBe(200)
  })

  it('are in no other encoding than UTF-8', async () => {
    const answer = await send(HEADERS, Buffer.from('{"code":"\xe9"}', 'latin1'))
    expect(answer).toMatchObject({ status: 400, signed: true, json: { code: 'PARAM_ERROR' } })
    expect(answer.json.message).toContain('UTF-8')
  })
})

describe('a rule that stands in words', () => {
  const order = (more: object) =>
    call(
      rig.emulator,
      'POST',
      '/v3/pay/transactions/native',
      nativeOrder(rig.emulator, `RULE-${rig.emulator.requests.length}`, more),
    )

  /** https://pay.weixin.qq.com/doc/v3/merchant/4012791877 */
  it.each(['https://example.com/notify?a=1', 'https://example.com/notify#a'])(
    'keeps parameters out of notify_url: %s',
    async (notify_url) => {
      const { status, json } = await order({ notify_url })
      expect({ status, json }).toMatchObject({
        status: 400,
        json: { code: 'PARAM_ERROR', detail: { field: '/notify_url', value: notify_url } },
      })
      expect(json.message).toContain('不能携带参数')
    },
  )

  it.each(['usd', 'cny', 'RMB¥', 'USD'])('takes no currency %s', async (currency) => {
    const { status, json } = await order({ amount: { total: 1, currency } })
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { code: 'PARAM_ERROR', detail: { field: '/amount/currency', value: currency } },
    })
  })

  it('is the same in APIv2', async () => {
    const xml = {
      ...{ appid: 'wxd678efh567hg6787', body: 'QQ', out_trade_no: 'V2-RULE', total_fee: 1 },
      ...{ spbill_create_ip: '123.12.12.123', trade_type: 'NATIVE' },
    } as const
    const place = (notify_url: string) =>
      rig.wxpay.v2.pay.unifiedorder.post({ xml: { ...xml, notify_url } }).catch((error: unknown) => error)
    expect(await place('https://example.com/?a=1')).toMatchObject({
      code: 'PARAM_ERROR',
      message: expect.stringContaining('不能携带参数'),
    })
    expect(await place('https://example.com/')).toMatchObject({ data: { return_code: 'SUCCESS' } })
  })

  it('has APIv2 refuse another encoding than UTF-8 by name', async () => {
    const response = await fetch(`${rig.emulator.url}/pay/unifiedorder`, {
      method: 'POST',
      body: Buffer.from('<xml><body>\xe9</body></xml>', 'latin1'),
    })
    expect(await response.text()).toContain('NOT_UTF8')
  })
})
