import { inspect } from 'node:util'
import type { AxiosResponseTransformer } from 'axios'
import { describe, expect, it } from 'vitest'
import { RequestError, VerificationError, type Wechatpay } from '../../lib/index.js'
import { startRig } from './client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
const request = (out_request_no: string) => ({
  card_id: 'c1',
  json: { openid: 'o', code: 'c', out_request_no },
})

describe("a user's response interceptor", () => {
  it('may recover from an error', async () => {
    const wxpay = rig.client()
    const fallback = { status: 404, data: 'none', headers: {}, statusText: '', config: {} }
    wxpay.client.v3.interceptors.response.use(undefined, () => fallback)
    const order = wxpay.v3.pay.transactions.outTradeNo._out_trade_no_
    expect(await order.get({ out_trade_no: 'none', query: { mchid: '1' } })).toBe(fallback)
  })
})

describe("a user's adapter", () => {
  it('that parses answers is told that their bytes are needed', async () => {
    const wxpay = rig.client()
    for (const client of [wxpay.client.v3, wxpay.client.v2]) {
      client.defaults.adapter = async (config) =>
        ({ status: 200, data: { a: 1 }, headers: {}, statusText: '', config }) as never
    }
    const refused = { name: 'VerificationError', code: 'ANSWER_INVALID' }
    await expect(wxpay.v3.certificates.get({ retry: false })).rejects.toMatchObject(refused)
    const query = { appid: 'a', out_trade_no: 'n' }
    await expect(wxpay.v2.pay.orderquery.post({ xml: query as never })).rejects.toMatchObject(refused)
  })
})

describe("a user's request interceptor", () => {
  it('may change body, headers and query before they are signed', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.request.use((config) => {
      config.data = { ...config.data, openid: '改过的' }
      config.headers.set('X-Trace', 'abc')
      config.params = { ...config.params, trace: ['a b', '中'] }
      return config
    })
    expect((await wxpay[path].post(request('i-1'))).data.code).toBe('c')
    const [arrived] = rig.emulator.requests
    expect(arrived).toMatchObject({
      verified: true,
      url: expect.stringContaining('?trace=a%20b&trace=%E4%B8%AD'),
    })
    expect(arrived?.headers['x-trace']).toBe('abc')
    expect(JSON.parse(arrived?.body ?? '').openid).toBe('改过的')
  })

  it('may serialise the body its own way', async () => {
    const wxpay = rig.client()
    const body = JSON.stringify(request('i-2').json, null, 2)
    wxpay.client.v3.interceptors.request.use((config) => Object.assign(config, { data: Buffer.from(body) }))
    await wxpay[path].post(request('ignored'))
    expect(rig.emulator.requests[0]).toMatchObject({ verified: true, body })
  })

  it('may send the request elsewhere, and cannot make it unsigned or unverified', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.request.use((config) =>
      Object.assign(config, {
        url: 'v3/certificates',
        responseType: 'text',
        maxRedirects: 5,
        validateStatus: () => true,
      }),
    )
    rig.emulator.fail({ path: 'v3/certificates', fault: 'unsigned', times: 1 })
    // A bill's download is believed unsigned; the certificates it is bent to are not.
    await expect(wxpay.v3.billdownload.file.get({ query: { token: 't' } })).rejects.toMatchObject({
      code: 'SIGNATURE_MISSING',
    })
    expect(rig.emulator.requests[0]).toMatchObject({ path: '/v3/certificates', verified: true })
  })

  it('cannot have a stream signed', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.request.use((config) =>
      Object.assign(config, { data: new Map(), transformRequest: [] }),
    )
    await expect(wxpay[path].post(request('i-3'))).rejects.toBeInstanceOf(RequestError)
    expect(rig.emulator.requests).toHaveLength(0)
  })
})

describe("a user's response interceptor", () => {
  it('sees answers that are verified and decoded, and errors of this package', async () => {
    const wxpay = rig.client()
    const seen: unknown[] = []
    wxpay.client.v3.interceptors.response.use(
      (response) => {
        seen.push(response.data)
        return response
      },
      (error: Error) => {
        seen.push(error.name)
        throw error
      },
    )
    await wxpay[path].post(request('r-1'))
    rig.emulator.fail({ path, fault: 'forged-signature', times: 1 })
    await expect(wxpay[path].post(request('r-2'))).rejects.toThrow()
    expect(seen).toEqual([{ code: 'c' }, 'VerificationError'])
  })
})

describe("a user's response interceptor that hands over the data alone", () => {
  it('is what the caller gets', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.response.use((response) => response.data)
    expect(await wxpay[path].post(request('d-1'))).toEqual({ code: 'c' })
  })
})

describe('the axios instance itself', () => {
  it('signs and verifies without the chain', async () => {
    const { data } = await rig.wxpay.client.v3.get('/v3/certificates')
    expect(data.data).toHaveLength(1)
    await rig.wxpay.client.v3.post('/v3/marketing/membercard-open/cards/c9/users/import', request('x').json)
    expect(rig.emulator.requests.map(({ verified }) => verified)).toEqual([true, true])
  })

  it('speaks of the path in its errors', async () => {
    await expect(rig.wxpay.client.v3.get('/v3/nothing?a=1')).rejects.toMatchObject({
      name: 'ApiError',
      method: 'GET',
      path: 'v3/nothing',
    })
  })

  it('takes an absolute URL, as the API gives for downloads', async () => {
    await rig.wxpay.client.v3.get(`${rig.emulator.url}/v3/certificates?x=1`)
    expect(rig.emulator.requests[0]).toMatchObject({ url: '/v3/certificates?x=1', verified: true })
  })

  it("runs a user's transformResponse after verification", async () => {
    const wxpay = rig.client({ transformResponse: [(text: string) => `got ${text.slice(0, 7)}`] })
    expect((await wxpay.v3.certificates.get()).data).toBe('got {"data"')
  })
})

describe('whatever is done to the interceptors and transforms,', () => {
  const dataOf = async (change: (wxpay: Wechatpay) => void) => {
    const wxpay = rig.client()
    change(wxpay)
    return (await wxpay[path].post(request('x-1'))).data
  }

  it.each<[string, (defaults: AxiosDefaults) => void, unknown]>([
    [
      'a transform in front of ours',
      ({ transformResponse: all }) => listOf(all).unshift((data) => data),
      { code: 'c' },
    ],
    [
      'a transform behind ours',
      ({ transformResponse: all }) => listOf(all).push((data) => [data.code]),
      ['c'],
    ],
    [
      'a transform that changes the text',
      ({ transformResponse: all }) => listOf(all).unshift((data: string) => data.replace('"c"', '"d"')),
      { code: 'd' },
    ],
    ['no transform at all', (defaults) => Object.assign(defaults, { transformResponse: [] }), { code: 'c' }],
  ])('a verified response stays what it is: %s', async (_, change, data) => {
    expect(await dataOf(({ client }) => change(client.v3.defaults))).toEqual(data)
    rig.emulator.fail({ path, fault: 'tampered', times: 1 })
    await expect(dataOf(({ client }) => change(client.v3.defaults))).rejects.toBeInstanceOf(VerificationError)
  })

  it('an unsigned request is not sent', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.request.clear()
    await expect(wxpay[path].post(request('x-2'))).rejects.toThrow('not signed')
    await expect(wxpay.client.v3.get('v3/certificates')).rejects.toThrow('not signed')
    expect(rig.emulator.requests).toEqual([])
  })

  it('an unverified response shows nothing', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.response.clear()
    await expect(wxpay[path].post(request('x-3'))).rejects.toBeInstanceOf(VerificationError)
    const { data } = await wxpay.client.v3.get('v3/certificates')
    expect(inspect(data, { showHidden: true, depth: null })).not.toContain('serial_no')
    expect(JSON.stringify(data)).toBe('{}')
  })

  it('an adapter of the user’s is believed no more than the gateway', async () => {
    const forged = { status: 200, data: '{"code":"forged"}', headers: {}, statusText: '' }
    const wxpay = rig.client({ adapter: async (config) => ({ ...forged, config }) as never })
    await expect(wxpay[path].post(request('x-4'))).rejects.toMatchObject({ code: 'SIGNATURE_MISSING' })
    wxpay.client.v3.interceptors.request.clear()
    wxpay.client.v3.interceptors.response.clear()
    await expect(wxpay[path].post(request('x-5'))).rejects.toBeInstanceOf(VerificationError)
  })
})

type AxiosDefaults = Wechatpay['client']['v3']['defaults']
const listOf = (transforms: AxiosDefaults['transformResponse']) => transforms as AxiosResponseTransformer[]
