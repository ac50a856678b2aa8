import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import * as crypto from '../../lib/crypto/index.js'
import { type MerchantOptions, Wechatpay, WechatpayError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'

const rig = startRig()

/** Makes a value; fast-check itself could not look at some of them. */
type Make = () => unknown

/** Values of every kind. */
const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
  depthSize: 'small',
  maxKeys: 4,
})

/** What no request object should hold, and some does. */
const hostile: fc.Arbitrary<Make> = fc.oneof(
  anything.map((value) => () => value),
  fc.constantFrom<Make>(
    revokedProxy,
    throwingGetter,
    circle,
    deep,
    () => Symbol('x'),
    () => () => 1,
    () => ({ toString: null }),
    () => ({ toJSON: () => BigInt(1) }),
    () => ({
      toJSON() {
        throw new Error('no JSON')
      },
    }),
    () => new Date(Number.NaN),
    () => '\ud800',
    () => new URLSearchParams('a=%ZZ'),
    () => new Error('an error'),
    rejected,
    () => new Proxy({}, { ownKeys: () => ['a'], get: throwingTrap, getOwnPropertyDescriptor: throwingTrap }),
  ),
)

function throwingTrap(): never {
  throw new TypeError('a trap')
}

/** Nobody waits for it; that alone is no fault of the client's. */
function rejected(): Promise<never> {
  const later = Promise.reject(new Error('later'))
  later.catch(() => undefined)
  return later
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function throwingGetter(): object {
  return {
    get openid(): string {
      throw new RangeError('a getter')
    },
  }
}

function circle(): object {
  const found: { again?: object } = {}
  found.again = found
  return found
}

function deep(): object {
  let value: object = {}
  for (let depth = 0; depth < 20_000; depth++) value = { value }
  return value
}

/** Fails for an error of any other class than the documented ones. */
async function documented(work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof WechatpayError) return
    throw error
  }
}

/** How often each is tried; more by `FUZZ_RUNS=10000`. */
const RUNS = { numRuns: Number(process.env.FUZZ_RUNS ?? 100) }

describe('a call', () => {
  const slots = [
    'json',
    'query',
    'xml',
    'multipart',
    'headers',
    'decrypt',
    'validate',
    'retry',
    'timeout',
    'maxContentLength',
    'signal',
    'responseType',
    'onUploadProgress',
    'baseURL',
    'out_trade_no',
  ]
  const endpoints = [
    'v3/pay/transactions/jsapi',
    'v3/pay/transactions/out-trade-no/{out_trade_no}',
    'v3/profitsharing/receivers/add',
    'v3/merchant/media/upload',
    'v3/something/new',
    'v2/pay/unifiedorder',
    'v2/secapi/pay/refund',
  ]
  /** A request object with something hostile in one or two of its places, or altogether. */
  const requests = fc.oneof(
    { weight: 1, arbitrary: hostile },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...slots), hostile, fc.constantFrom(...slots), hostile)
        .map(withSlots),
    },
    {
      weight: 2,
      arbitrary: hostile.map((make) => () => ({ json: { payer: { openid: make() }, list: [make()] } })),
    },
    { weight: 2, arbitrary: hostile.map((make) => () => ({ xml: { body: make() }, query: { a: make() } })) },
    { weight: 2, arbitrary: hostile.map((make) => () => ({ multipart: { file: make(), meta: make() } })) },
  )
  const calls = fc.tuple(
    fc.constantFrom(...endpoints),
    fc.constantFrom('get', 'post', 'put', 'delete'),
    requests,
  )

  function withSlots([one, make, two, other]: readonly [string, Make, string, Make]): Make {
    return () => ({ retry: false, out_trade_no: 'A1', [two]: other(), [one]: make() })
  }

  it('with anything in its request rejects with documented errors alone', async () => {
    const wxpay = rig.client({ timeout: 2_000 })
    const check = async ([path, verb, request]: readonly [string, string, Make]): Promise<void> => {
      const node = wxpay.chain(path) as unknown as Record<string, (request: unknown) => Promise<unknown>>
      await documented(() => node[verb]?.(request()))
    }
    await fc.assert(fc.asyncProperty(calls, check), RUNS)
  })

  it('over an axios instance does so, too', async () => {
    const wxpay = rig.client({ timeout: 2_000 })
    const { v2, v3 } = wxpay.client
    const configs = fc.record({ data: anything, params: anything }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...endpoints), configs, async (path, config) => {
        const instance = path.startsWith('v2/') ? v2 : v3
        await documented(() => instance.request({ method: 'post', url: path, ...config }))
      }),
      RUNS,
    )
  })
})

describe('an answer', () => {
  const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let server: Server
  let answer: (response: ServerResponse) => void
  let wxpay: Wechatpay
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume()
      answer(response)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    wxpay = new Wechatpay({
      ...rig.emulator.merchant,
      certs: { PUB_KEY_ID_1: platform.publicKey.export({ type: 'spki', format: 'pem' }) },
      baseURL: `http://127.0.0.1:${port}`,
      timeout: 2_000,
    })
  })
  afterAll(() => {
    wxpay.close()
    server.close()
  })

  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc
      .dictionary(
        fc.constantFrom('return_code', 'result_code', 'sign', 'err_code', 'a', '__proto__'),
        fc.string(),
      )
      .map((fields) =>
        Buffer.from(
          `<xml>${Object.entries(fields).map(([name, text]) => `<${name}>${text}</${name}>`)}</xml>`,
        ),
      ),
    fc
      .constantFrom(
        '',
        '[]',
        'null',
        '{"code":1,"message":{}}',
        '{"code":"X","detail":[1]}',
        '<xml>',
        '\ufeff{}',
      )
      .map((text) => Buffer.from(text)),
  )
  const heads = fc.record({
    status: fc.constantFrom(200, 201, 204, 206, 301, 304, 400, 401, 404, 429, 500, 502, 503),
    type: fc.constantFrom('application/json', 'text/xml', 'image/png', 'text/html; charset=gbk', 'x'),
    encoding: fc.constantFrom(undefined, undefined, undefined, 'gzip', 'br', 'zstd'),
    signed: fc.boolean(),
    torn: fc.boolean(),
  })
  const asked = fc.constantFrom<() => Promise<unknown>>(
    () => wxpay.v3.certificates.get({ retry: false }),
    () => wxpay.v3.pay.transactions.native.post({ json: {} as never, retry: false }),
    () => wxpay.v3.certificates.get({ retry: false, responseType: 'text', decrypt: true }),
    () => wxpay.chain('v3/billdownload/file').get({ query: { token: 't' }, retry: false }),
    () => wxpay.chain('v2/pay/unifiedorder').post({ xml: {} as never, retry: false }),
    () => wxpay.chain('v2/pay/downloadbill').post({ xml: {} as never, retry: false }),
    () => wxpay.bills.trade({ bill_date: '2024-01-01' }).then((bill) => bill.summary()),
    () => wxpay.certificates.refresh(),
  )

  it('of any bytes, signed or not, rejects with documented errors alone', async () => {
    await fc.assert(
      fc.asyncProperty(heads, bodies, asked, async ({ status, type, encoding, signed, torn }, body, ask) => {
        answer = (response) => {
          const timestamp = Math.floor(Date.now() / 1000)
          const message = Buffer.concat([Buffer.from(`${timestamp}\nn\n`), body, Buffer.from('\n')])
          response.writeHead(status, {
            'Content-Type': type,
            ...(encoding && { 'Content-Encoding': encoding }),
            ...(torn && { 'Content-Length': body.length + 10 }),
            ...(signed && {
              'Wechatpay-Timestamp': timestamp,
              'Wechatpay-Nonce': 'n',
              'Wechatpay-Serial': 'PUB_KEY_ID_1',
              'Wechatpay-Signature': sign('sha256', message, platform.privateKey).toString('base64'),
            }),
          })
          response.write(body, () => {
            if (torn) response.destroy()
            else response.end()
          })
        }
        await documented(ask)
      }),
      { numRuns: RUNS.numRuns / 2 },
    )
  })
})

describe('everything beside calls', () => {
  const names = [
    'mchid',
    'serial',
    'privateKey',
    'certs',
    'apiv3Key',
    'secret',
    'merchant',
    'workwxSecret',
    'ca',
    'store',
    'failover',
    'deadline',
    'validate',
    'timeout',
    'baseURL',
    'insecureHosts',
    'maxContentLength',
    'headers',
    'proxy',
    'adapter',
  ]

  it('refuses options with documented errors alone', async () => {
    const wrong = fc.tuple(fc.constantFrom(...names), hostile)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          hostile,
          wrong.map(([name, make]) => () => ({ ...rig.emulator.merchant, [name]: make() })),
        ),
        (options) => documented(() => new Wechatpay(options() as MerchantOptions).close()),
      ),
      RUNS,
    )
  })

  it('refuses notifications with documented errors alone', async () => {
    const { notifications } = rig.wxpay
    const genuine = rig.emulator.signNotification('TRANSACTION.SUCCESS')
    const given = fc.oneof(
      hostile,
      hostile.map((make) => () => ({ headers: genuine.headers, body: make() })),
      hostile.map((make) => () => ({ headers: make(), body: genuine.body })),
      fc.tuple(fc.constantFrom(...Object.keys(genuine.headers)), hostile).map(([name, make]) => () => ({
        headers: { ...genuine.headers, [name]: make() },
        body: genuine.body,
      })),
    )
    await fc.assert(
      fc.asyncProperty(given, (notification) =>
        documented(() => notifications.parse(notification() as never)),
      ),
      RUNS,
    )
  })

  it('refuses arguments of the pieces of the protocol with documented errors alone', async () => {
    const pieces = fc.constantFrom(...Object.entries(crypto))
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(anything, { maxLength: 5 }), ([name, piece], given) => {
        // What is loaded is named by the second argument, for the message.
        const values = name.startsWith('load') ? given.slice(0, 1) : given
        return documented(() => (piece as (...values: unknown[]) => unknown)(...values))
      }),
      RUNS,
    )
  })

  it('refuses parameters of front ends, bills and ciphertexts with documented errors alone', async () => {
    const { paySign, bills, encrypt, decrypt } = rig.wxpay
    const uses = fc.constantFrom<(value: never) => unknown>(
      paySign.jsapi,
      paySign.app,
      paySign.score,
      (value) => paySign.jsapi({ appId: value, prepayId: 'p' }),
      bills.trade,
      (value) => bills.fundflow({ bill_date: value }),
      encrypt,
      decrypt,
    )
    await fc.assert(
      fc.asyncProperty(uses, hostile, (use, make) => documented(() => use(make() as never))),
      RUNS,
    )
  })
})
