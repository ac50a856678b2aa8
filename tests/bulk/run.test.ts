import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { memberCardJob, runBulk } from '../../lib/bulk/index.js'
import { startRig } from '../e2e/client.js'
import { startFolder } from './folder.js'

let now = Date.now
const rig = startRig({ clock: () => now() })
const file = startFolder()
const cards = memberCardJob({ cardId: 'pCARD' })
const bodies = (): Record<string, unknown>[] => rig.emulator.requests.map(({ body }) => JSON.parse(body))
const REFUNDS = 'v3/refund/domestic/refunds'

describe('a job', () => {
  it('makes one signed call for each row, with numbers of its own', async () => {
    const input = file('one.csv', 'openid,会员卡号,备注\no1,1001,"with, comma"\no2,1002,\n')
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary).toMatchObject({
      acknowledged: 2,
      failed: 0,
      skipped: 0,
      stopped: false,
      failedFile: undefined,
    })
    expect(rig.emulator.requests.every(({ verified }) => verified)).toBe(true)
    expect(rig.emulator.requests[0]?.path).toBe('/v3/marketing/membercard-open/cards/pCARD/users/import')
    const sent = bodies().sort((a, b) => String(a.openid).localeCompare(String(b.openid)))
    const number = expect.stringMatching(/^[0-9a-z]{28}$/)
    expect(sent).toEqual([
      { openid: 'o1', code: '1001', out_request_no: number },
      { openid: 'o2', code: '1002', out_request_no: number },
    ])
    expect(new Set(sent.map((body) => body.out_request_no)).size).toBe(2)
  })

  it.each<[string, object, string]>([
    ['no client', { client: undefined }, 'takes a client: new Wechatpay'],
    ['options for a client', { client: { mchid: '1' } }, 'takes a client: new Wechatpay'],
    ['no path', { path: undefined }, 'takes the path of an endpoint'],
    ['no input', { input: undefined }, 'takes an input'],
    ['a misspelt option', { validat: true }, "There is no option 'validat'; did you mean 'validate'?"],
  ])('is not begun with %s', async (_, wrong, why) => {
    const run = runBulk({ client: rig.wxpay, input: [{ openid: 'o1' }], ...cards, ...wrong } as never)
    await expect(run).rejects.toMatchObject({ name: 'RequestError', message: expect.stringContaining(why) })
    expect(rig.emulator.requests).toEqual([])
  })

  it('keeps the numbers that rows bring', async () => {
    const input = file('numbers.csv', 'openid,out_request_no\no1,import-1\n')
    await runBulk({ client: rig.wxpay, input, ...cards })
    expect(bodies()).toEqual([{ openid: 'o1', out_request_no: 'import-1' }])
  })

  it('sends nothing when it is run again', async () => {
    const input = file('again.csv', 'openid\no1\no2\no3\n')
    await runBulk({ client: rig.wxpay, input, ...cards })
    rig.emulator.requests.length = 0
    const summary = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(summary).toMatchObject({ acknowledged: 0, skipped: 3 })
    expect(rig.emulator.requests).toEqual([])
  })

  it('fills in what the client knows of itself, and asks no column for it', async () => {
    const close = 'v3/pay/transactions/out-trade-no/{out_trade_no}/close'
    const { mchid } = rig.emulator.merchant
    await runBulk({
      client: rig.wxpay,
      path: close,
      input: file('close.csv', 'out_trade_no\nT1\n'),
      validate: true,
    })
    expect(bodies()).toEqual([{ mchid }])
    rig.emulator.requests.length = 0
    const client = rig.client({ defaults: { appid: 'wx1', notify_url: 'https://example.com/notify' } })
    const input = file(
      'orders.csv',
      'out_trade_no,description,amount.total,appid\nORDER-1,d,1,\nORDER-2,d,1,wx2\n',
    )
    await runBulk({ client, path: 'v3/pay/transactions/native', input, validate: true, concurrency: 1 })
    const notify_url = 'https://example.com/notify'
    expect(bodies()).toMatchObject([
      { out_trade_no: 'ORDER-1', appid: 'wx1', mchid, notify_url },
      { out_trade_no: 'ORDER-2', appid: 'wx2', mchid, notify_url },
    ])
  })

  it('is another one where the client fills in something else', async () => {
    const options = {
      path: 'v3/pay/transactions/native',
      input: file('o.csv', 'out_trade_no,description,amount.total,notify_url\nORDER-3,d,1,https://a.cn/n\n'),
    }
    await runBulk({ client: rig.client({ defaults: { appid: 'wx1' } }), ...options })
    const again = runBulk({ client: rig.client({ defaults: { appid: 'wx2' } }), ...options })
    await expect(again).rejects.toThrow('o.csv.journal')
    // An address for notifications is in the rows, and stays what it is.
    const defaults = { appid: 'wx1' }
    await expect(runBulk({ client: rig.client({ defaults }), ...options })).resolves.toMatchObject({
      skipped: 1,
    })
  })

  it('makes nested fields of columns, in the types the endpoint asks for', async () => {
    const input = file('refunds.csv', '订单号,amount.refund,合计,reason\nT1,100,250,late\n')
    await runBulk({
      ...{ client: rig.wxpay, path: REFUNDS, input },
      map: { 'json.out_trade_no': '订单号', 'amount.total': '合计' },
      set: { 'json.amount.currency': 'CNY' },
    })
    expect(bodies()[0]).toEqual({
      out_refund_no: expect.stringMatching(/^[0-9a-z]{28}$/),
      out_trade_no: 'T1',
      amount: { currency: 'CNY', refund: 100, total: 250 },
      reason: 'late',
    })
  })

  it('takes a path as the documentation ends it, with a slash, and without it', async () => {
    for (const path of ['v3/ecommerce/applyments/', 'v3/ecommerce/applyments']) {
      const input = file(`slash-${path.length}.jsonl`, `${JSON.stringify({ organization_type: '2' })}\n`)
      await runBulk({ client: rig.wxpay, path, input })
      expect(rig.emulator.requests.at(-1)?.path).toBe('/v3/ecommerce/applyments/')
    }
    expect(bodies()[0]).toEqual({ organization_type: '2', out_request_no: expect.any(String) })
  })

  it('encrypts what the catalogue wants encrypted', async () => {
    const input = file(
      'phones.jsonl',
      `${JSON.stringify({ encrypted_phone_number: '13800138000', card: 'pCARD' })}\n`,
    )
    const summary = await runBulk({
      ...{ client: rig.wxpay, path: 'v3/marketing/membercard-open/phonenumber-member/import', input },
      map: { 'member_information.card_id': 'card' },
      set: { 'member_information.registration_time': '2025-01-01T00:00:00+08:00' },
    })
    expect(summary.failures).toEqual({})
    const [request] = rig.emulator.requests
    expect(request?.body).not.toContain('13800138000')
    expect(Object.values(request?.decrypted ?? {})).toEqual(['13800138000'])
  })

  it('writes the answers down', async () => {
    const output = file('answers.jsonl')
    const input = file('answers.csv', 'openid,code\no1,1\no2,2\n')
    await runBulk({ client: rig.wxpay, input, output, concurrency: 1, ...cards })
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { row: 1, ok: true, status: 200, data: { code: '1' } },
      { row: 2, ok: true, status: 200, data: { code: '2' } },
    ])
  })

  it('lets nobody but its owner read what it writes', async () => {
    const { journal } = await runBulk({
      client: rig.wxpay,
      input: file('mode.csv', 'openid\no1\n'),
      ...cards,
    })
    expect(statSync(journal).mode & 0o777).toBe(0o600)
  })
})

describe('any endpoint', () => {
  it('of APIv2 takes rows as XML, and its reasons are told in its own words', async () => {
    const output = file('v2.jsonl')
    const input = file('v2.csv', 'body,out_trade_no,total_fee\n牛,BULK-0001,100\n牛,BULK-0002,x\n')
    const set = { appid: 'wx1', spbill_create_ip: '127.0.0.1', notify_url: 'https://example.com/n' }
    const summary = await runBulk({
      ...{ client: rig.wxpay, path: 'v2/pay/unifiedorder', input, output },
      set: { ...set, trade_type: 'NATIVE' },
    })
    expect(summary).toMatchObject({ acknowledged: 1, failures: { PARAM_ERROR: 1 } })
    expect(readFileSync(output, 'utf8')).toContain('"message":"参数错误')
  })

  it('that reads takes rows as path and query', async () => {
    const input = file('queries.csv', 'out_trade_no\nBULK-0001\nnobody-knows-it\n')
    const path = 'v3/pay/transactions/out-trade-no/{out_trade_no}'
    const set = { mchid: rig.emulator.merchant.mchid }
    const summary = await runBulk({ client: rig.wxpay, method: 'GET', path, input, set })
    expect(summary).toMatchObject({ acknowledged: 1, failures: { ORDER_NOT_EXIST: 1 } })
  })
})

describe('the pace', () => {
  it('falls when the API complains, and no row fails for it', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => ({ openid: `o${index}` }))
    const limit = rig.emulator.limit({ path: '*', rate: 60 })
    const start = Date.now()
    // The gateway's time stands still until rows come too fast, however slow this machine is.
    now = () => (limit.hits === 0 ? start : Date.now())
    const options = {
      client: rig.wxpay,
      input: rows,
      journal: file('pace.journal'),
      failed: file('pace.failed.csv'),
    }
    const summary = await runBulk({ ...options, concurrency: 32, ...cards })
    now = Date.now
    expect(summary).toMatchObject({ acknowledged: 150, failed: 0 })
    expect(limit.hits).toBeGreaterThan(0)
  }, 60_000)
})

describe('stopping', () => {
  it('waits for the rows under way, and another run goes on from there', async () => {
    const input = file(
      'stop.csv',
      `openid\n${Array.from({ length: 300 }, (_, index) => `s${index}\n`).join('')}`,
    )
    const controller = new AbortController()
    const onProgress = (): void => controller.abort()
    const first = await runBulk({
      client: rig.wxpay,
      input,
      rate: 200,
      signal: controller.signal,
      onProgress,
      ...cards,
    })
    expect(first.stopped).toBe(true)
    expect(first.acknowledged).toBeLessThan(300)
    expect(rig.emulator.requests).toHaveLength(first.acknowledged)
    const second = await runBulk({ client: rig.wxpay, input, ...cards })
    expect(second).toMatchObject({ skipped: first.acknowledged, resent: 0, stopped: false })
    expect(first.acknowledged + second.acknowledged).toBe(300)
    expect(rig.emulator.requests).toHaveLength(300)
  })
})
