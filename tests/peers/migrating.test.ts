import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { Agent } from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axios, { type AxiosRequestConfig } from 'axios'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as crypto from '../../lib/crypto/index.js'
import { decodeXml } from '../../lib/crypto/index.js'
import { createEmulator, type Emulator, type FaultScript } from '../../lib/emulator/index.js'
import * as entry from '../../lib/index.js'
import { type CodeBlock, namesIn, partOf, sectionsOf } from '../documentation/migrating-page.js'

/** The code of MIGRATING.md runs, and sends what the code of the other clients beside it sends. */
const require = createRequire(import.meta.url)
// biome-ignore lint/suspicious/noExplicitAny: the types of the other clients do not know what is used here
type Peer = any
const plugin = require('wechatpay-axios-plugin') as Record<string, Peer>
const Pay = require('wechatpay-node-v3') as Peer

const appid = 'wxd678efh567hg6787'
/** With HTTPS, since some endpoints of APIv2 want a client certificate. */
let ours: Emulator
let theirs: Emulator
beforeAll(async () => {
  ours = await createEmulator({ https: true })
  theirs = await createEmulator({ https: true })
})
afterAll(async () => {
  await ours.close()
  await theirs.close()
})

let orders = 0

/** What the code on the page takes for granted, on either side. */
function scopeOf({ merchant }: Emulator) {
  const { mchid, serial, privateKey, certs, apiv3Key, secret } = merchant
  orders += 1
  const out_trade_no = `MIGRATING-${orders}`
  const notify_url = 'https://shop.example/paid'
  const amount = { total: 100, currency: 'CNY' }
  const order = { appid, mchid, description: 'Tea, 100 g', out_trade_no, notify_url, amount }
  const bytes = new Uint8Array([1, 2, 3])
  return { ...{ mchid, serial, privateKey, certs, apiv3Key, secret, appid, out_trade_no, order, bytes } }
}

interface Outcome {
  readonly printed: readonly unknown[]
  readonly shipped: readonly string[]
  readonly servers: readonly Server[]
  /** The one that `headers` and `body` are of. */
  readonly notification: { readonly headers: Record<string, string>; readonly body: string }
}

/** Runs a block of our code as a module that has the package installed. */
async function runOurs(text: string): Promise<Outcome> {
  const [printed, shipped, servers]: [unknown[], string[], Server[]] = [[], [], []]
  const scope = scopeOf(ours)
  const { headers, body } = ours.signNotification('TRANSACTION.SUCCESS', { out_trade_no: scope.out_trade_no })
  class Client extends entry.Wechatpay {
    constructor(options: object) {
      const { serial, ...account } = ours.merchant
      super({ ...options, ...account, ...('serial' in options && { serial }) })
    }
  }
  const transfer = {
    ...{
      appid,
      out_bill_no: `payout${orders}`,
      openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      transfer_amount: 30_000,
    },
    ...{ transfer_scene_id: '1000', transfer_remark: '新会员有礼' },
    transfer_scene_report_infos: [
      { info_type: '活动名称', info_content: '新会员有礼' },
      { info_type: '奖励说明', info_content: '注册会员抽奖' },
    ],
  }
  const names = {
    ...scope,
    wxpay: new entry.Wechatpay(ours.merchant),
    Wechatpay: Client,
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    transfer,
    complaint_id: await complaintOf(ours),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body),
    ship: (number: string) => shipped.push(number),
    console: {
      log: (...values: unknown[]) => printed.push(...values),
      error: (...values: unknown[]) => printed.push(...values),
    },
  }
  const listening = (listener: RequestListener): object => ({
    listen: () => servers.push(createServer(listener).listen(0)),
  })
  const modules = {
    'wechatpay-fluent': entry,
    'wechatpay-fluent/crypto': crypto,
    'node:crypto': { createHash },
    'node:http': { createServer: listening },
  }
  await evaluate(text, names, modules)
  return { printed, shipped, servers, notification: { headers, body } }
}

async function complaintOf(emulator: Emulator): Promise<string> {
  const wxpay = new entry.Wechatpay(emulator.merchant)
  const { order, out_trade_no } = scopeOf(emulator)
  await wxpay.v3.pay.transactions.native.post({ json: order })
  await emulator.pay(out_trade_no)
  wxpay.close()
  return emulator.complain({ out_trade_no, detail: 'No tea came' })
}

/** Runs a block of the other clients' code. */
async function runTheirs(text: string): Promise<void> {
  const { mchid, serial, privateKey, certs, secret, baseURL, merchant } = theirs.merchant
  const httpsAgent = new Agent({ ca: String(theirs.ca) })
  const send = sender(baseURL, httpsAgent)
  await evaluate(
    text,
    {
      ...scopeOf(theirs),
      ...plugin,
      bytes: Buffer.from([1, 2, 3]),
      certificate: Buffer.from(String(merchant?.cert)),
      wxpay: new plugin.Wechatpay({ mchid, serial, privateKey, certs, secret, baseURL, httpsAgent }),
      WxPay: class extends Pay {
        constructor(options: object) {
          super(options)
          Object.assign(this, { httpService: send })
        }
      },
    },
    {},
  )
}

/** How wechatpay-node-v3, which has no option for another host, gets to the emulator. */
function sender(baseURL: string, httpsAgent: Agent) {
  const send = async (url: string, config: AxiosRequestConfig) => {
    const to = url.replace('https://api.mch.weixin.qq.com', baseURL)
    const { status, data } = await axios.request({ ...config, url: to, httpsAgent })
    return { status, data }
  }
  return {
    get: (url: string, headers: Record<string, string>) => send(url, { headers }),
    post: (url: string, data: object, headers: Record<string, string>) =>
      send(url, { method: 'POST', headers, data }),
  }
}

async function evaluate(text: string, names: object, modules: object): Promise<void> {
  const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'esnext' })
  const body = code.replace(
    /^import \{([^}]*)\} from ("[^"]*");$/gm,
    (_, imported: string, from: string) => `const {${imported.replaceAll(' as ', ': ')}} = modules[${from}];`,
  )
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>
  await new AsyncFunction(...Object.keys(names), 'modules', `{${body}}`)(...Object.values(names), modules)
}

const EMPTY: Record<string, unknown> = {}

/** What a request says, without what differs from one to the next by itself. */
function essenceOf({ method, path, query, headers, body }: Emulator['requests'][number]): object {
  const type = String(headers['content-type'])
  const { nonce_str: _, sign: __, sign_type: ___, ...message } = /xml/.test(type) ? decodeXml(body) : EMPTY
  const content = /multipart/.test(type)
    ? [/\{"filename.*?\}/.exec(body)?.[0], body.includes('name="file"')]
    : /xml/.test(type)
      ? message
      : body && JSON.parse(body)
  return {
    method,
    path: path.replace(/MIGRATING-\d+/, 'N'),
    query,
    content: JSON.parse(JSON.stringify(content).replace(/MIGRATING-\d+/g, 'N')),
  }
}

const sections = sectionsOf('en')
const pairs = sections.flatMap(({ title, code }) =>
  code.flatMap(({ language, text }, at) =>
    language === 'js' ? [[title, text, code[at + 1] as CodeBlock] as const] : [],
  ),
)

describe('code of MIGRATING.md', () => {
  let folder: string
  const start = process.cwd()
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wechatpay-migrating-'))
    process.chdir(folder)
  })
  afterAll(() => {
    process.chdir(start)
    rmSync(folder, { recursive: true })
  })

  it.each(pairs)('sends what it sent with the other client: %s', async (_, before, { text }) => {
    ours.requests.length = 0
    theirs.requests.length = 0
    await runTheirs(before)
    await runOurs(text)
    const sent = ours.requests.filter(({ path }) => !/complaint/.test(path)).slice(-theirs.requests.length)
    expect(theirs.requests.every(({ verified }) => verified)).toBe(true)
    expect(sent.map(essenceOf)).toEqual(theirs.requests.map(essenceOf))
  })

  it.each(
    sections.flatMap(({ title, code }) =>
      code
        .filter(({ language }) => language === 'ts')
        .map(({ text }, at) => [`${title} ${at + 1}`, text] as const),
    ),
  )('runs: %s', async (title, text) => {
    ours.requests.length = 0
    await ours.fillBill('2026-11-23', 10)
    const outcome = await runOurs(text)
    expect(ours.requests.every(({ verified }) => verified)).toBe(true)
    await EXPECTED[title]?.(outcome)
    for (const server of outcome.servers) server.close()
  })

  it('has results to look at', () => {
    const titles = sections.flatMap(({ title, code }) => code.map((_, at) => `${title} ${at + 1}`))
    expect(titles).toEqual(expect.arrayContaining(Object.keys(EXPECTED)))
  })
})

const bodyOf = (path: string): string =>
  String(ours.requests.findLast((request) => request.path.startsWith(path))?.body)

/** What comes of the recipes, beside requests that the emulator could verify. */
const EXPECTED: Readonly<Record<string, (outcome: Outcome) => unknown>> = {
  'Notifications 1': async ({ shipped, servers: [server], notification }) => {
    const { port } = (server as Server).address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', ...notification })
    expect([response.status, shipped]).toEqual([200, [expect.stringMatching(/^MIGRATING-/)]])
  },
  'Notifications 2': ({ shipped }) => expect(shipped).toHaveLength(1),
  'Notifications 3': ({ shipped }) => expect(shipped).toHaveLength(1),
  'Encrypted fields 1': () =>
    expect(bodyOf('/v3/fund-app')).toMatch(/"user_name":"[A-Za-z0-9+/]{300,}={0,2}"/),
  'Bills 1': ({ printed }) => expect(printed).toHaveLength(20),
  'Bills 2': () => expect(readFileSync('bill.csv', 'utf8').split('\n').length).toBeGreaterThan(10),
  'WeCom 1': () => expect(bodyOf('/mmpaymkttransfers')).toMatch(/<workwx_sign>[0-9A-F]{32}</),
  'Status, data, error 1': ({ printed }) => expect(printed).toEqual([expect.stringMatching(/^weixin:/)]),
}

/** The rows of a part of the page; the second part is about wechatpay-axios-plugin, the third about wechatpay-node-v3. */
const rowsOf = (part: number, section: number): readonly (readonly string[])[] =>
  partOf(sections, part)[section]?.rows ?? []

describe('the methods of wechatpay-node-v3', () => {
  /** What a method asks for, as its own way to the network sees it. */
  async function requestOf(
    method: string,
    only: string | undefined,
  ): Promise<readonly [string, string, string[]]> {
    const asked: [string, string][] = []
    const { mchid, privateKey, merchant } = theirs.merchant
    const pay = new Pay({ appid, mchid, privateKey, publicKey: Buffer.from(String(merchant?.cert)) })
    const record = (verb: string) => async (url: string) => {
      asked.push([verb, url.replace('https://api.mch.weixin.qq.com', '')])
      return { status: 200, data: {} }
    }
    pay.createHttp({ get: record('get'), post: record('post') })
    const [, list = ''] = /\(([^)]*)\)/.exec(String(pay[method])) ?? []
    const names = only ? [only] : ['batch_id', 'detail_id', 'out_batch_no', 'out_detail_no']
    const params = Object.fromEntries(names.map((name) => [name, `{${name}}`]))
    await pay[method](...list.split(', ').map((name) => (name === 'params' ? params : `{${name}}`)))
    const [[verb, url]] = asked as [[string, string]]
    const { searchParams } = new URL(url, 'https://api.mch.weixin.qq.com')
    return [verb, url.slice(1).split('?')[0] ?? '', [...searchParams.keys()]]
  }

  const calls = rowsOf(2, 2).flatMap(([there = '', here = '']) => {
    const [name = '', only] = namesIn(there)
    const [expression = ''] = namesIn(here)
    const [, chain = '', verb = '', request = ''] = /^(wxpay\.v3\..*)\.(\w+)\((.*)\)$/.exec(expression) ?? []
    return chain === '' ? [] : [{ name, only, chain, verb, request }]
  })

  it.each(calls)('$name leads to $chain', async ({ name, only, chain, verb, request }) => {
    const wxpay = new entry.Wechatpay(ours.merchant)
    const node = new Function('wxpay', `return String(${chain})`)(wxpay) as string
    const [method, path, query] = await requestOf(name, only)
    expect(`Wechatpay <${path}>`).toBe(node)
    expect(method).toBe(verb)
    const placeholders = path.match(/(?<=\{)\w+/g) ?? []
    expect(request.match(/\w+/g)).toEqual(expect.arrayContaining(placeholders))
    const [, inQuery] = /query: \{ (.*?) \}/.exec(request) ?? []
    if (inQuery) expect(query).toEqual(inQuery.split(', '))
  })

  it('decipher_gcm takes what was changed; here it is refused', () => {
    const key = theirs.merchant.apiv3Key
    const ciphertext = Buffer.from(
      crypto.encryptAesGcm('{"total":100}', key, '123456789012', 'aad'),
      'base64',
    )
    ciphertext[9] = (ciphertext[9] ?? 0) ^ 8
    const { mchid, privateKey, merchant } = theirs.merchant
    const pay = new Pay({ appid, mchid, privateKey, publicKey: Buffer.from(String(merchant?.cert)) })
    const changed = ciphertext.toString('base64')
    expect(pay.decipher_gcm(changed, 'aad', '123456789012', key)).toEqual({ total: 900 })
    expect(() => crypto.decryptAesGcm(changed, key, '123456789012', 'aad')).toThrow(
      expect.objectContaining({ code: 'DECRYPTION_FAILED' }),
    )
  })
})

describe('the errors of wechatpay-axios-plugin', () => {
  const rows = rowsOf(1, 4)

  /** What either side makes of the same failure. */
  async function compare(
    path: string,
    script: Partial<FaultScript>,
    config: object = {},
  ): Promise<readonly string[][]> {
    const { mchid, serial, privateKey, certs, secret, baseURL, ca } = theirs.merchant
    const peer = new plugin.Wechatpay({
      ...{ mchid, serial, privateKey, certs, secret, baseURL },
      httpsAgent: new Agent({ ca }),
    })
    const wxpay = new entry.Wechatpay(ours.merchant)
    for (const emulator of [ours, theirs]) emulator.fail({ path, ...script })
    const { order, out_trade_no } = scopeOf(ours)
    const message = {
      ...{
        appid,
        out_trade_no,
        nonce_str: crypto.nonce(),
        body: 'Tea',
        total_fee: 100,
        trade_type: 'NATIVE',
      },
      ...{ spbill_create_ip: '203.0.113.7', notify_url: order.notify_url },
    }
    const isV2 = path.startsWith('v2')
    const there = await peer
      .chain(path)
      .post(isV2 ? { ...message, mch_id: mchid } : order, config)
      .catch((error: unknown) => error)
    const body = isV2 ? { xml: message } : { json: order }
    const here = await wxpay
      .chain(path)
      .post({ ...body, ...config, retry: false } as never)
      .catch((error: unknown) => error)
    for (const emulator of [ours, theirs]) emulator.recover()
    wxpay.close()
    const { code, name } = here as entry.WechatpayError
    return [[there.code], name === 'ApiError' ? [name] : [name, code]]
  }

  const NATIVE = 'v3/pay/transactions/native'
  it.each<[string, string, Partial<FaultScript>, object?]>([
    ['a refusal', NATIVE, { status: 403, code: 'NO_AUTH' }],
    ['an error of the API', NATIVE, { status: 500, code: 'SYSTEM_ERROR' }],
    ['an answer without signature', NATIVE, { fault: 'unsigned' }],
    ['an old answer', NATIVE, { fault: 'stale' }],
    ['an unknown key', NATIVE, { fault: 'unknown-serial' }],
    ['a forged answer', NATIVE, { fault: 'forged-signature' }],
    ['a probe', NATIVE, { fault: 'probe' }],
    ['a refusal of APIv2', 'v2/pay/unifiedorder', { code: 'SYSTEMERROR' }],
    ['a forged answer of APIv2', 'v2/pay/unifiedorder', { fault: 'forged-signature' }],
    ['a connection that breaks', NATIVE, { fault: 'drop' }],
    ['an answer that is late', NATIVE, { fault: { delay: 60_000 } }, { timeout: 1 }],
    ['an abort', NATIVE, { fault: 'drop' }, { signal: AbortSignal.abort() }],
  ])('%s is in one row', async (_, path, script, config) => {
    const [there = [], here = []] = await compare(path, script, config)
    const row = rows.find(([cell = '']) => namesIn(cell).includes(there[0] ?? ''))
    expect(namesIn(row?.[1] ?? '')).toEqual(expect.arrayContaining([...here]))
  })
})
