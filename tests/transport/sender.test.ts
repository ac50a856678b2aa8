import { type AxiosAdapter, type AxiosResponse, CanceledError } from 'axios'
import { describe, expect, it } from 'vitest'
import { type MerchantOptions, Wechatpay, WechatpayError } from '../../lib/index.js'
import { runningTimers, startRig } from '../e2e/client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })
const importPath = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
const cities = 'v3/capital/capitallhh/areas/provinces/{province_code}/cities'
const importRequest = (out_request_no: string) => ({
  card_id: 'c1',
  json: { openid: 'o', code: 'c', out_request_no },
})

/** A client whose instances have interceptors of a user's, which do nothing: all that axios does is done. */
function intercepted(options?: Partial<MerchantOptions>): Wechatpay {
  const wxpay = rig.client(options)
  for (const client of [wxpay.client.v2, wxpay.client.v3]) {
    client.interceptors.request.use((config) => config)
  }
  return wxpay
}

const ONCE = /^(authorization|wechatpay-(nonce|signature|timestamp)|date|request-id|content-length)$/i

function lasting(headers: object): object {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !ONCE.test(name))
      .map(([name, value]) => [name.toLowerCase(), value]),
  )
}

type Call = (wxpay: Wechatpay) => Promise<AxiosResponse>

/** What a caller can see of a call, and the gateway of its request, without what differs each time. */
async function outcome(wxpay: Wechatpay, call: Call) {
  rig.emulator.requests.length = 0
  const settled = await call(wxpay).then(describeResponse, describeError)
  const arrived = rig.emulator.requests.map(({ method, url, headers, verified }) => ({
    ...{ method, url, verified },
    headers: lasting(headers),
  }))
  return { settled, arrived }
}

function describeResponse({ status, statusText, data, headers, config, duration, request }: AxiosResponse) {
  const { url, method, timeout, responseType, baseURL, params, signal } = config
  return {
    ...{ status, statusText, data, request },
    headers: lasting(headers),
    duration: typeof duration,
    config: { url, method, timeout, responseType, baseURL, params, signal, headers: lasting(config.headers) },
  }
}

function describeError(error: unknown) {
  if (!(error instanceof WechatpayError)) throw error
  const { name, code, message } = error
  return { name, code, message: message.replace(/Request-ID \S+/, '').replace(/signed at.*here/, '') }
}

const fault = (name: 'drop' | 'unsigned' | 'forged-signature') => () =>
  rig.emulator.fail({ path: importPath, fault: name, times: 1 })

describe('a call is the same with an interceptor that does nothing:', () => {
  it.each<[name: string, call: Call, prepare?: () => void]>([
    ['a GET', (wxpay) => wxpay.chain(cities).get({ province_code: 10 })],
    ['a POST', (wxpay) => wxpay[importPath].post(importRequest('s-1'))],
    [
      'a query',
      (wxpay) => wxpay.chain('v3/nothing/{id}' as string).get({ id: 'a b', query: { x: ['1', '中'] } }),
    ],
    [
      'headers of its own',
      (wxpay) => wxpay.chain(cities).get({ province_code: 10, headers: { 'X-Trace': 'a' } }),
    ],
    ['a responseType', (wxpay) => wxpay.chain(cities).get({ province_code: 10, responseType: 'text' })],
    ['a POST without a body', (wxpay) => wxpay.chain('v3/nothing' as string).post()],
    [
      'a body that the gateway refuses',
      (wxpay) => wxpay[importPath].post({ card_id: 'c1', json: {} as never }),
    ],
    ['no signature', (wxpay) => wxpay[importPath].post(importRequest('s-2')), fault('unsigned')],
    [
      'a forged signature',
      (wxpay) => wxpay[importPath].post(importRequest('s-3')),
      fault('forged-signature'),
    ],
    [
      'a dropped connection',
      (wxpay) => wxpay[importPath].post({ ...importRequest('s-4'), retry: false }),
      fault('drop'),
    ],
    [
      'a timeout',
      (wxpay) => wxpay[importPath].post({ ...importRequest('s-5'), timeout: 500, retry: false }),
      () => rig.emulator.fail({ path: importPath, fault: { delay: 60_000 }, times: 1 }),
    ],
    ['an abort', (wxpay) => wxpay[importPath].post({ ...importRequest('s-6'), signal: AbortSignal.abort() })],
    [
      'APIv2',
      (wxpay) => wxpay.v2.pay.orderquery.post({ xml: { appid: 'wx8888888888888888', out_trade_no: 'none' } }),
    ],
  ])('%s', async (_, call, prepare) => {
    prepare?.()
    const alone = await outcome(rig.client(), call)
    rig.emulator.recover()
    prepare?.()
    expect(alone).toEqual(await outcome(intercepted(), call))
  })

  const answer = (headers: unknown): AxiosAdapter => {
    return async (config) => ({ status: 200, statusText: '', headers: headers as never, config, data: '{}' })
  }
  const never: AxiosAdapter = ({ signal }) => {
    return new Promise((_, reject) => {
      const stop = () => reject(new CanceledError())
      if (signal?.aborted) stop()
      else signal?.addEventListener?.('abort', stop)
    })
  }
  let leaving = new AbortController()
  const leave: AxiosAdapter = (config) => {
    leaving.abort()
    return answer({})(config)
  }

  it.each<[name: string, options: Partial<MerchantOptions>, more?: object | (() => object)]>([
    [
      'headers of every kind',
      { headers: { 'X-Many': ['a', 'b'], Accept: null, common: { 'X-Common': '1' } } as never },
    ],
    ['a transformRequest', { transformRequest: [(data) => JSON.stringify({ ...data, code: 'other' })] }],
    ['a transformResponse', { transformResponse: [(text: string) => text.length] }],
    ['a paramsSerializer', { paramsSerializer: { serialize: () => 'a=1' } }, { query: { b: 2 } }],
    ['a timeout and a limit', { timeout: 4321, maxContentLength: 10 }],
    ['an adapter without headers', { adapter: answer(undefined) }],
    ['an adapter with headers of fetch', { adapter: answer(new Headers({ 'Request-ID': 'r' })) }],
    ['an adapter that never answers and a timeout', { adapter: never, timeout: 50 }],
    ['an adapter, aborted before', { adapter: never }, { signal: AbortSignal.abort() }],
    [
      'an adapter, aborted meanwhile',
      { adapter: leave },
      () => {
        leaving = new AbortController()
        return { signal: leaving.signal }
      },
    ],
  ])('with %s', async (_, options, more) => {
    const call: Call = (wxpay) => {
      const own = typeof more === 'function' ? more() : more
      return wxpay[importPath].post({ ...importRequest('o-1'), retry: false, ...own } as never)
    }
    expect(await outcome(rig.client(options), call)).toEqual(await outcome(intercepted(options), call))
  })

  it('but that axios has had no work with it', async () => {
    const config = async (wxpay: Wechatpay) => (await wxpay.v3.certificates.get()).config
    expect(await config(rig.client())).not.toHaveProperty('allowAbsoluteUrls')
    expect(await config(intercepted())).toHaveProperty('allowAbsoluteUrls')
    expect(await config(rig.client({ transformRequest: [] }))).toHaveProperty('allowAbsoluteUrls')
  })
})

describe('a repeat is the request that was made,', () => {
  const twice = async (options: Partial<MerchantOptions>) => {
    rig.emulator.fail({ path: importPath, code: 'SYSTEM_ERROR', status: 500, times: 1 })
    await rig.client(options)[importPath].post(importRequest('t-1'))
    const [first, second] = rig.emulator.requests.map(({ url, body }) => ({ url, body }))
    expect(rig.emulator.requests).toHaveLength(2)
    expect(second).toEqual(first)
  }

  it('whatever a transformRequest does to it', () =>
    twice({
      transformRequest: [
        (data) => {
          data.code += '0'
          return JSON.stringify(data)
        },
      ],
    }))
})

describe('a config that is handed out', () => {
  it('is nobody else’s', async () => {
    const wxpay = rig.client()
    const { config } = await wxpay.v3.certificates.get()
    config.headers.set('X-Trace', 'mine')
    config.timeout = 1
    const { config: next } = await wxpay.v3.certificates.get()
    expect(next.headers.has('X-Trace')).toBe(false)
    expect(next.timeout).toBe(15_000)
  })
})

describe('a request past the chain that fails here', () => {
  it('leaves no timer behind', async () => {
    const wxpay = rig.client({ adapter: () => Promise.reject(new Error('no network')) })
    const before = runningTimers()
    await expect(wxpay.client.v3.get('v3/certificates')).rejects.toThrow('no network')
    expect(runningTimers()).toBeLessThanOrEqual(before)
  })

  it('leaves no timer behind when it is aborted before it is sent', async () => {
    const before = runningTimers()
    const signal = AbortSignal.abort()
    await expect(rig.wxpay.client.v3.get('v3/certificates', { signal })).rejects.toThrow('aborted')
    const leaving = new AbortController()
    const wxpay = intercepted()
    wxpay.client.v3.interceptors.request.use((config) => {
      leaving.abort()
      return config
    })
    await expect(wxpay.v3.certificates.get({ signal: leaving.signal })).rejects.toThrow('aborted')
    expect(runningTimers()).toBeLessThanOrEqual(before)
  })
})

describe('what a user does to an instance holds from the next call on:', () => {
  const traced = () => rig.emulator.requests.map(({ headers }) => headers['x-trace'])

  it('an interceptor', async () => {
    const wxpay = rig.client()
    await wxpay.v3.certificates.get()
    const id = wxpay.client.v3.interceptors.request.use((config) => {
      config.headers.set('X-Trace', 'a')
      return config
    })
    await wxpay.v3.certificates.get()
    wxpay.client.v3.interceptors.request.eject(id)
    await wxpay.v3.certificates.get()
    expect(traced()).toEqual([undefined, 'a', undefined])
  })

  it('an interceptor added through what was looked up before', async () => {
    const wxpay = rig.client()
    const { response } = wxpay.client.v3.interceptors
    await wxpay.v3.certificates.get()
    response.use((answer) => answer.data)
    expect(await wxpay.v3.certificates.get()).toHaveProperty('data.0.serial_no')
  })

  it('a default', async () => {
    const wxpay = rig.client()
    const { defaults } = wxpay.client.v3
    await wxpay.v3.certificates.get()
    defaults.headers.get['X-Trace'] = 'b'
    await wxpay.v3.certificates.get()
    expect(traced()).toEqual([undefined, 'b'])
  })

  it('an adapter', async () => {
    const wxpay = rig.client()
    await wxpay.v3.certificates.get()
    wxpay.client.v3.defaults.adapter = () => Promise.reject(new Error('no network today'))
    await expect(wxpay.v3.certificates.get({ retry: false })).rejects.toThrow('no network today')
  })

  it('another request method', async () => {
    const wxpay = rig.client()
    wxpay.client.v3.request = () => Promise.reject(new Error('replaced'))
    await expect(wxpay.v3.certificates.get()).rejects.toThrow('replaced')
  })
})

describe('options of the client reach every call:', () => {
  it('headers, a timeout and a serializer of the query', async () => {
    const wxpay = new Wechatpay({
      ...rig.emulator.merchant,
      headers: { 'X-Trace': 'c' },
      timeout: 1234,
      paramsSerializer: { serialize: () => 'a=1' },
    })
    const { config } = await wxpay.v3.certificates.get({ query: { any: 'thing' } } as never)
    wxpay.close()
    expect(config.timeout).toBe(1234)
    expect(rig.emulator.requests[0]).toMatchObject({
      url: expect.stringMatching(/\?a=1$/),
      headers: { 'x-trace': 'c' },
    })
  })
})
