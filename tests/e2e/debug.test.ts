import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeCall, describeContent } from '../../lib/pipeline/print-calls.js'
import { type Installation, install } from '../package/install.js'
import { startRig } from './client.js'

const rig = startRig()
let installed: Installation
beforeAll(async () => {
  installed = await install()
}, 120_000)

/** Runs code with a client of the emulator in a process of its own, and gives what that wrote on standard error. */
function watch(debug: string | undefined, code: string, input: unknown = {}): Promise<string> {
  const { ca: _, ...merchant } = rig.emulator.merchant as unknown as Record<string, unknown>
  const file = join(installed.folder, `debug-${process.hrtime.bigint()}.mjs`)
  writeFileSync(
    file,
    `import { createServer } from 'node:http'
import { sensitive, Wechatpay } from 'wechatpay-fluent'
const wxpay = new Wechatpay(${JSON.stringify(merchant)})
const input = ${JSON.stringify(input)}
${code}
wxpay.close()`,
  )
  const { WECHATPAY_DEBUG: __, ...env } = process.env
  const child = spawn(process.execPath, [file], {
    env: { ...env, ...(debug !== undefined && { WECHATPAY_DEBUG: debug }) },
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => (status === 0 ? resolve(stderr) : reject(new Error(stderr))))
  })
}

const ORDER = `
const order = { appid: 'wxd678efh567hg6787', description: 'd', out_trade_no: input.out_trade_no ?? 'DEBUG-1', notify_url: 'https://a.cn/n' }
await wxpay.v3.pay.transactions.jsapi.post({ json: { ...order, amount: { total: 1 }, payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } } })`

/** What no line may have in it: keys and secrets of the options, and all that a signature is made of. */
function secrets(): string[] {
  const { privateKey, apiv3Key, secret } = rig.emulator.merchant as unknown as Record<string, string>
  const { headers, body = '' } = rig.emulator.requests[0] ?? {}
  const authorization = String(headers?.authorization ?? '')
  const signed = [...authorization.matchAll(/(?:signature|nonce_str)="([^"]+)"/g)].map(([, value]) => value)
  const fields = [...body.matchAll(/<(?:sign|nonce_str)>([^<]+)/g)].map(([, value]) => value)
  return [
    ...String(privateKey)
      .split('\n')
      .filter((line) => line.length > 20),
    ...[apiv3Key, secret, ...signed, ...fields].map(String),
  ]
}

describe('WECHATPAY_DEBUG', { timeout: 60_000 }, () => {
  it('has a line for each call: what it was, how it ended, how long it took, and its Request-ID', async () => {
    const lines = await watch(
      '1',
      `${ORDER}
await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({ out_trade_no: 'no-such-order' }).catch(() => {})
void wxpay.client.v3 // from here on, calls go through axios
await wxpay.v3.capital.capitallhh.areas.provinces.get()
await wxpay.download(wxpay.chain('v3/billdownload/file').url({ query: { token: 'x' } })).catch(() => {})`,
    )
    const [placed, queried, ...others] = lines.trim().split('\n')
    expect(placed).toMatch(/^wechatpay POST v3\/pay\/transactions\/jsapi 200, \d+ ms, Request-ID [\dA-F]+$/)
    expect(queried).toMatch(
      /^wechatpay GET v3\/pay\/transactions\/out-trade-no\/\{out_trade_no\} 404 ORDER_NOT_EXIST, \d+ ms, Request-ID/,
    )
    expect(others).toEqual([
      expect.stringMatching(/^wechatpay GET v3\/capital\/capitallhh\/areas\/provinces 200, /),
      expect.stringMatching(/^wechatpay GET v3\/billdownload\/file /),
    ])
    expect(lines).not.toContain('openid')
    expect(secrets().filter((secret) => lines.includes(secret))).toEqual([])
  })

  it.each([undefined, '', '0', 'false'])('prints nothing when it is %s', async (debug) => {
    expect(await watch(debug, ORDER, { out_trade_no: `DEBUG-OFF-${debug}` })).toBe('')
  })

  it('counts the attempts, and says what is open', async () => {
    rig.emulator.fail({ path: 'v3/refund/domestic/refunds', status: 500, code: 'SYSTEM_ERROR', times: 3 })
    const refund = `await wxpay.v3.refund.domestic.refunds.post({ json: { out_trade_no: '1', out_refund_no: '2', amount: { refund: 1, total: 1, currency: 'CNY' } } }).catch(() => {})`
    expect(await watch('1', refund)).toMatch(
      /^wechatpay POST v3\/refund\/domestic\/refunds 500 SYSTEM_ERROR, \d+ ms, 3 attempts, Request-ID [\dA-F]+, may have been carried out\n$/,
    )
    rig.emulator.fail({ path: 'v3/certificates', fault: 'drop', times: 1 })
    expect(await watch('1', `await wxpay.v3.certificates.get({ retry: false }).catch(() => {})`)).toMatch(
      /^wechatpay GET v3\/certificates CONNECTION_FAILED, \d+ ms\n$/,
    )
  })

  it('has a line for what goes past the chain, and for the download of certificates', async () => {
    const lines = await watch(
      'body',
      `const { v3, v2 } = wxpay.client
const order = { appid: 'wxd678efh567hg6787', mchid: input.mchid, description: 'd', notify_url: 'https://a.cn/n', amount: { total: 1 } }
await v3.post('v3/pay/transactions/jsapi', { ...order, out_trade_no: 'DEBUG-PAST', payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } })
await v3.get('v3/pay/transactions/out-trade-no/DEBUG-NONE', { params: { mchid: input.mchid } }).catch(() => {})
await v2.post('pay/orderquery', { appid: order.appid, mch_id: input.mchid, out_trade_no: 'DEBUG-NONE' }).catch(() => {})
await v3.post('v3/transfer/batches', { batch_name: 'b', transfer_detail_list: [{ user_name: sensitive('张三丰') }] }).catch(() => {})
await v3.get('v3/certificates', { signal: AbortSignal.abort() }).catch(() => {})
const leaving = new AbortController()
const silent = createServer(() => leaving.abort()).listen(0)
const baseURL = 'http://127.0.0.1:' + silent.address().port
await v3.get('v3/certificates', { baseURL, signal: leaving.signal }).catch(() => {})
silent.closeAllConnections()
silent.close()
await wxpay.chain('v3/pay/transactions/out-trade-no/DEBUG-NONE').get().catch(() => {})
await new Wechatpay({ ...input, certs: undefined }).certificates.refresh().catch(() => {})`,
      { ...rig.emulator.merchant, ca: undefined },
    )
    const calls = lines.split('\n').filter((line) => /^wechatpay (?:GET|POST)/.test(line))
    const outcome = / \d+ ms(?:, Request-ID [\dA-F]+)?$/
    expect(calls.map((line) => line.replace(outcome, ''))).toEqual([
      'wechatpay POST v3/pay/transactions/jsapi 200,',
      'wechatpay GET v3/pay/transactions/out-trade-no/{out_trade_no} 404 ORDER_NOT_EXIST,',
      'wechatpay POST v2/pay/orderquery 200 ORDERNOTEXIST,',
      'wechatpay POST v3/transfer/batches 400 PARAM_ERROR,',
      'wechatpay GET v3/certificates ABORTED,',
      'wechatpay GET v3/certificates ABORTED,',
      'wechatpay GET v3/pay/transactions/out-trade-no/{out_trade_no} 404 ORDER_NOT_EXIST,',
      'wechatpay GET v3/certificates 404 RESOURCE_NOT_EXISTS,',
    ])
    expect(calls.filter((line) => !outcome.test(line))).toEqual([])
    expect(lines).toContain('"payer":{"openid":"(hidden)"}')
    expect(lines).toContain('"user_name":"(encrypted)"')
    expect(calls.join()).not.toContain('DEBUG-NONE')
    expect(lines).not.toMatch(/oUpF8uMuAJO|张三丰/)
    expect(secrets().filter((secret) => lines.includes(secret))).toEqual([])
  })

  it('prints bodies only when it is told to, without secrets and without who somebody is', async () => {
    const lines = await watch('body', ORDER, { out_trade_no: 'DEBUG-2' })
    const [, sent, received] = lines.trim().split('\n')
    expect(JSON.parse(sent?.replace(/^wechatpay {3}sent\s+/, '') ?? '')).toMatchObject({
      out_trade_no: 'DEBUG-2',
      payer: { openid: '(hidden)' },
      mchid: rig.emulator.merchant.mchid,
    })
    expect(received).toMatch(/^wechatpay {3}received \{"prepay_id":"/)
    const messages = await watch(
      'body',
      `await wxpay.v2.pay.unifiedorder.post({ xml: { appid: 'wxd678efh567hg6787', body: 'b', out_trade_no: 'DEBUG-3', total_fee: 1, spbill_create_ip: '127.0.0.1', trade_type: 'NATIVE', notify_url: 'https://a.cn/n' } })`,
    )
    expect(messages).toContain('"out_trade_no":"DEBUG-3"')
    expect(messages).toContain('"sign":"(hidden)"')
    expect(secrets().filter((secret) => (lines + messages).includes(secret))).toEqual([])
  })

  it('shows no secret of the client, whatever is called with whatever', async () => {
    const calls = fc.sample(
      fc.record({
        path: fc.constantFrom(
          'v3/pay/transactions/native',
          'v3/fund-app/mch-transfer/transfer-bills',
          'v3/no/such/path',
          'v2/pay/unifiedorder',
          'v2/sandboxnew/pay/getsignkey',
          'v2/mmpaymkttransfers/sendredpack',
        ),
        fields: fc.dictionary(
          fc.stringMatching(/^[a-z_]{1,8}$/),
          fc.oneof(fc.string(), fc.nat().map(String)),
        ),
        number: fc.uuid(),
      }),
      20,
    )
    const lines = await watch(
      'body',
      `for (const { path, fields, number } of input) {
  const given = path.startsWith('v2') ? { xml: { ...fields, out_trade_no: number, mch_billno: number } }
    : { json: { ...fields, out_trade_no: number, out_bill_no: number, user_name: sensitive('张三') } }
  await wxpay.chain(path).post({ ...given, retry: false }).catch(() => {})
}`,
      calls,
    )
    expect(lines.split('\n').length).toBeGreaterThan(10)
    for (const request of rig.emulator.requests) {
      const { authorization = '' } = request.headers as Record<string, string>
      const signature = /signature="([^"]+)"/.exec(authorization)?.[1]
      if (signature) expect(lines).not.toContain(signature)
    }
    expect(secrets().filter((secret) => lines.includes(secret))).toEqual([])
    expect(lines).not.toMatch(/张三|Authorization|BEGIN/)
  })
})

describe('a line of it', () => {
  const event = { type: 'response', method: 'GET', status: 200, attempt: 1, duration: 1, elapsed: 1 } as const

  it('is one, whatever strangers send', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (requestId, path) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(describeCall({ ...event, requestId, path })).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u202e]/)
      }),
    )
  })

  it('has the ids of documented paths by name, and leaves out what looks like one in others', () => {
    const of = (path: string) => describeCall({ ...event, requestId: undefined, path })
    expect(of('v3/merchant-service/complaints-v2')).toContain('v3/merchant-service/complaints-v2 200')
    expect(of('v3/new/users/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o/cards')).toContain('v3/new/users/{…}/cards 200')
  })

  it('has bodies of any kind, with what the catalogue has encrypted left out of text as well', () => {
    const of = (body: unknown, path = 'v3/fund-app/mch-transfer/transfer-bills') =>
      describeContent({ method: 'POST', path, query: undefined, body }).join()
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(of('{"user_name":"张三","out_bill_no":"1"}')).toBe(
      '  sent     {"user_name":"(encrypted)","out_bill_no":"1"}',
    )
    expect(of(Buffer.from('abc'))).toBe('  sent     "(3 bytes)"')
    expect(of({ a: { download_url: 'https://a.cn/f?id=1&token=abc' }, privateKey })).toBe(
      '  sent     {"a":{"download_url":"https://a.cn/f?id=1&token=(hidden)"},"privateKey":"(hidden)"}',
    )
    expect(of('张三,13800000000\n'.repeat(9))).toBe('  sent     "(text of 135 characters)"')
    const person = {
      ...{ legal_person: 'P', staff_name: 'P', nickname: 'P', filename: 'P.png', payee: 'P', face_code: 'P' },
      ...{
        spbill_create_ip: 'P',
        payer_client_ip: 'P',
        clientip: 'P',
        receiver_account: 'P',
        user_creid: 'P',
      },
      ...{ refund_recv_accout: 'P', user_received_account: 'P', bank_card_tail: 'P', plate_no: 'P' },
    }
    expect(of(person)).not.toContain('"P')
    expect(of({ code: 'PARAM_ERROR', detail: { field: '/payer/openid', value: 'o1', issue: 'i' } })).toBe(
      '  sent     {"code":"PARAM_ERROR","detail":{"field":"/payer/openid","value":"(hidden)","issue":"i"}}',
    )
    const shown = {
      funds_account: 'AVAILABLE',
      description: 'd',
      field: '/amount',
      value: 'x',
      stock_id: '1',
    }
    expect(of(shown)).toBe(`  sent     ${JSON.stringify(shown)}`)
    expect(of({ id_card_number: '110101199001011234', scene: '{"openid":"o1"}' })).not.toMatch(/1101|o1/)
  })
})
