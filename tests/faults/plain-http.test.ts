import { describe, expect, it } from 'vitest'
import { ConfigError, type MerchantOptions, RequestError, Wechatpay } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { rejection } from '../protocols/v2/gateway.js'

const rig = startRig()

/** Leads every host to this machine, so that a request which is let through arrives. */
const lookup = ((_host: string, _options: object, found: (error: null, address: string, family: 4) => void) =>
  found(null, '127.0.0.1', 4)) as unknown as MerchantOptions['lookup']

const port = () => new URL(rig.emulator.url).port
const elsewhere = () => `http://gateway.example:${port()}`
const options = (more: object): MerchantOptions =>
  ({ ...rig.emulator.merchant, lookup, ...more }) as MerchantOptions
const request = { query: { mchid: '1900000109' } }
const ask = (wxpay: Wechatpay, more: object = {}) =>
  wxpay
    .chain('v3/pay/transactions/out-trade-no/{out_trade_no}')
    .get({ out_trade_no: 'A1', ...request, ...more })

const PROBLEM =
  /http:\/\/ is for this machine alone, and gateway\.example is another.*insecureHosts: \['gateway\.example'\]/

describe('http:// to another machine', () => {
  it.each([
    ['baseURL', { baseURL: 'http://gateway.example' }],
    ['baseURL', { baseURL: 'HTTP://Gateway.Example:80/path' }],
    ['failover', { failover: ['https://api2.wechatpay.cn', 'http://gateway.example'] }],
  ])('is refused as %s', (name, wrong) => {
    const make = () => new Wechatpay(options(wrong))
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(PROBLEM)
    expect(make).toThrow(name)
  })

  it.each<[string, (wxpay: Wechatpay) => Promise<unknown>]>([
    ['the baseURL of a call', (wxpay) => ask(wxpay, { baseURL: elsewhere() })],
    [
      'the default of an instance',
      (wxpay) => {
        wxpay.client.v3.defaults.baseURL = elsewhere()
        return ask(wxpay)
      },
    ],
    ['a whole URL', (wxpay) => wxpay.client.v3.get(`${elsewhere()}/v3/certificates`)],
    [
      'an interceptor',
      (wxpay) => {
        wxpay.client.v3.interceptors.request.use((config) => ({ ...config, baseURL: elsewhere() }))
        return ask(wxpay)
      },
    ],
  ])('is refused as %s, before anything is sent', async (_, send) => {
    const wxpay = new Wechatpay(options({}))
    const before = rig.emulator.requests.length
    const error = (await rejection(send(wxpay))) as Error
    expect(error).toBeInstanceOf(RequestError)
    expect(error.message).toMatch(PROBLEM)
    expect(rig.emulator.requests.length).toBe(before)
    wxpay.close()
  })

  it('is sent where the host is allowed by name', async () => {
    const wxpay = new Wechatpay(options({ baseURL: elsewhere(), insecureHosts: ['Gateway.Example'] }))
    expect(await rejection(ask(wxpay))).toMatchObject({ code: 'ORDER_NOT_EXIST', verified: true })
    wxpay.close()
  })

  it('is sent to all names of this machine', async () => {
    for (const host of ['localhost', '127.0.0.1', 'shop.localhost']) {
      const wxpay = new Wechatpay(options({ baseURL: `http://${host}:${port()}` }))
      expect(await rejection(ask(wxpay))).toMatchObject({ code: 'ORDER_NOT_EXIST' })
      wxpay.close()
    }
  })

  it.each([[['http://emulator']], [['emulator:9000']], ['emulator'], [[1]], [['']]])(
    'is not allowed by %j',
    (insecureHosts) => {
      const make = () => new Wechatpay(options({ insecureHosts }))
      expect(make).toThrow(
        "insecureHosts must be a list of host names without scheme and port, such as ['emulator']",
      )
    },
  )
})
