import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMerchant, type Merchant } from './merchant.js'
import { PROGRAM, wxpay } from './run.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let merchant: Merchant
beforeAll(async () => {
  merchant = await createMerchant({ platform: { mode: 'switching', probes: 0 } })
})
beforeEach(() => {
  merchant.emulator.requests.length = 0
  merchant.emulator.recover()
})

const run: Merchant['run'] = (...given) => merchant.run(...given)

const order = (out_trade_no: string): string =>
  JSON.stringify({
    ...{ appid: 'wxd678efh567hg6787', mchid: merchant.emulator.merchant.mchid, description: 'QQ公仔' },
    ...{ out_trade_no, notify_url: 'https://example.com/notify', amount: { total: 100 } },
  })

describe('wxpay call', () => {
  it('calls a path with a body from standard input, and prints the answer', async () => {
    const { code, stdout, stderr } = await run(['call', 'v3/pay/transactions/native', '--json', '-'], {
      input: order('CLI-001'),
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout).code_url).toMatch(/^weixin:/)
    expect(merchant.emulator.requests).toMatchObject([{ method: 'POST', verified: true }])
  })

  it('calls a chain as it stands in code, with placeholders and a query', async () => {
    await run(['call', 'v3/pay/transactions/native', '--json', order('CLI-002')])
    const { code, stdout } = await run([
      ...['call', 'wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get'],
      ...['--param', 'out_trade_no=CLI-002', '--query', `mchid=${merchant.emulator.merchant.mchid}`],
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ out_trade_no: 'CLI-002', trade_state: 'NOTPAY' })
  })

  it('fills in what it knows, from the environment and a file at once', async () => {
    const { mchid } = merchant.emulator.merchant
    await run(['call', 'v3/pay/transactions/out-trade-no/CLI-002'])
    expect(merchant.emulator.requests[0]?.query).toEqual({ mchid })
    const config = merchant.file('defaults.json', JSON.stringify({ defaults: { appid: 'wx1' } }))
    const env = { WXPAY_NOTIFY_URL: 'https://example.com/notify' }
    const json = JSON.stringify({ description: 'QQ公仔', out_trade_no: 'CLI-009', amount: { total: 100 } })
    const args = ['call', 'v3/pay/transactions/native', '--config', config, '--json', json, '--dry-run']
    const { code, stdout } = await run(args, { env })
    expect(code).toBe(0)
    const filled = { mchid, appid: 'wx1', notify_url: 'https://example.com/notify' }
    expect(JSON.parse(JSON.parse(stdout).body)).toEqual({ ...JSON.parse(json), ...filled })
    const { stdout: fields } = await run(['routes', 'show', 'v3/pay/transactions/native'])
    expect(fields).toMatch(/\n {2}mchid +string \.\.32 +filled in /)
    expect(fields).toMatch(/\n {2}appid +string \.\.32 +or defaults /)
    const { stdout: shared } = await run(['routes', 'show', 'v3/global/transactions/native'])
    expect(shared).toMatch(/\n {2}mchid +string +filled in without sub_mchid /)
    expect(shared).toMatch(/\n {2}sp_appid +string +defaults with sub_mchid /)
  })

  it('takes an id in the path for what it is', async () => {
    const query = `mchid=${merchant.emulator.merchant.mchid}`
    await run(['call', '/v3/pay/transactions/out-trade-no/CLI-003', '--query', query])
    expect(merchant.emulator.requests[0]?.template).toBe('v3/pay/transactions/out-trade-no/{out_trade_no}')
  })

  it('takes a path as the documentation ends it, with a slash, without it, and in a chain', async () => {
    const spellings = [
      'v3/applyment4sub/applyment',
      'v3/applyment4sub/applyment/',
      '/v3/applyment4sub/applyment/',
      'v3.applyment4sub.applyment.post',
      "wxpay['v3/applyment4sub/applyment/'].post",
    ]
    for (const spelling of spellings) {
      const { stderr } = await run(['call', spelling, '--json', '{"business_code":"1"}'])
      expect(stderr).toContain('POST v3/applyment4sub/applyment: 400 PARAM_ERROR')
      expect(stderr).not.toContain('not documented')
      expect(merchant.emulator.requests.pop()).toMatchObject({
        method: 'POST',
        path: '/v3/applyment4sub/applyment/',
        verified: true,
      })
    }
  })

  it('sends an APIv2 message from JSON fields', async () => {
    const fields = { appid: 'wxd678efh567hg6787', out_trade_no: 'NONE' }
    const { code, stderr } = await run(['call', 'v2/pay/orderquery', '--xml', JSON.stringify(fields)])
    expect(merchant.emulator.requests).toMatchObject([{ path: '/pay/orderquery', verified: true }])
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('ORDERNOTEXIST') })
  })

  it('uploads a file, and writes an answer to one', async () => {
    const image = merchant.file('logo.png', Buffer.from('89504e470d0a1a0a', 'hex'))
    const upload = await run(['call', 'v3/merchant/media/upload', '--multipart', `file=@${image}`])
    expect(JSON.parse(upload.stdout)).toHaveProperty('media_id')
    const sink = join(merchant.folder, 'answer')
    const { stdout } = await run(['call', 'v3/certificates', '--sink', sink])
    expect(stdout).toBe('')
    expect(JSON.parse(readFileSync(sink, 'utf8'))).toHaveProperty('data')
  })

  it('shows status and headers on standard error with -i', async () => {
    const { stdout, stderr } = await run(['call', 'v3/certificates', '-i'])
    expect(stderr).toMatch(/^HTTP 200\n[\s\S]*wechatpay-serial: /i)
    expect(JSON.parse(stdout)).toHaveProperty('data')
  })

  it('says no in the API’s words with the field, and exits 1', async () => {
    const path = 'v3/pay/transactions/native'
    const { code, stderr, stdout } = await run(['call', path, '--json', '{"appid":"a"}'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/400 PARAM_ERROR[\s\S]*"field": "\/description"/)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'PARAM_ERROR', status: 400 })
  })

  it('encrypts the fields that go out encrypted only, unless they are already', async () => {
    const receiver = { appid: 'wxd678efh567hg6787', type: 'PERSONAL_OPENID', account: 'o1', name: '张三' }
    const args = ['call', 'v3/profitsharing/receivers/add', '--json']
    const body = JSON.stringify({ ...receiver, relation_type: 'USER' })
    expect(await run([...args, body])).toMatchObject({ code: 0 })
    const [sent] = merchant.emulator.requests
    expect(sent).toMatchObject({ verified: true })
    expect(JSON.parse(sent?.body ?? '').name).toMatch(/^[\w+/]{342}==$/)
    const ready = JSON.stringify({ ...JSON.parse(sent?.body ?? ''), account: 'o2' })
    const serial = `Wechatpay-Serial=${sent?.headers['wechatpay-serial']}`
    expect(await run([...args, ready, '--header', serial])).toMatchObject({ code: 0 })
    expect(merchant.emulator.requests[1]?.body).toBe(ready)
  })

  it('tries again, or not, as it is told', async () => {
    merchant.emulator.fail({ path: 'v3/certificates', status: 500, code: 'SYSTEM_ERROR', times: 1 })
    expect(await run(['call', 'v3/certificates', '--no-retry'])).toMatchObject({ code: 1 })
    merchant.emulator.fail({ path: 'v3/certificates', status: 500, code: 'SYSTEM_ERROR', times: 1 })
    expect(await run(['call', 'v3/certificates', '--retry', '2'])).toMatchObject({ code: 0 })
  })

  it('exits 130 when it is interrupted', async () => {
    merchant.emulator.fail({ path: 'v3/certificates', fault: { delay: 60_000 } })
    const [node = '', ...args] = PROGRAM
    const child = spawn(node, [...args, 'call', 'v3/certificates'], {
      env: { ...process.env, ...merchant.env },
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    await expect.poll(() => merchant.emulator.requests.length, { timeout: 30_000 }).toBeGreaterThan(0)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
  })
})

describe('wxpay call --dry-run', () => {
  it('shows what would be signed without the signature, and sends nothing', async () => {
    const args = ['call', 'v3.pay.transactions.native.post', '--json', order('CLI-004'), '--dry-run']
    const { code, stdout } = await run(args)
    expect(code).toBe(0)
    const shown = JSON.parse(stdout)
    expect(shown.signed).toMatch(/^POST\n\/v3\/pay\/transactions\/native\n\d+\n\w+\n\{.*CLI-004.*\}\n$/s)
    expect(shown.headers.Authorization).toContain('signature="…"')
    expect(merchant.emulator.requests).toEqual([])
  })

  it('refuses what the documentation does not allow, and names the field', async () => {
    const whole = JSON.parse(order('CLI-005'))
    const { appid: _, ...without } = whole
    const path = 'v3/pay/transactions/native'
    for (const [args, words] of [
      [['--json', JSON.stringify(without)], /json\.appid .*is missing/],
      [['--json', JSON.stringify({ ...whole, amount: { total: '1.00' } })], /json\.amount\.total .*must be/],
      [['--json', JSON.stringify({ ...whole, descripton: 'x' })], /descripton .*did you mean 'description'/],
      [[], /json is missing: the body, with out_trade_no/],
    ] as const) {
      const { code, stdout, stderr } = await run(['call', '-X', 'POST', path, ...args, '--dry-run'])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(words)
    }
    expect(merchant.emulator.requests).toEqual([])
  })

  it('downloads no certificates either', async () => {
    const { code } = await run(['call', 'v3/certificates', '--dry-run'], { env: { WXPAY_CERTS: '' } })
    expect(code).toBe(0)
    expect(merchant.emulator.requests).toEqual([])
  })

  it('shows that of an upload its meta alone is signed', async () => {
    const image = merchant.file('logo.png', Buffer.from('89504e470d0a1a0a', 'hex'))
    const args = ['call', 'v3/merchant/media/upload', '--multipart', `file=@${image}`, '--dry-run']
    const { signed, body } = JSON.parse((await run(args)).stdout)
    expect(signed).toMatch(/\n\{"filename":"logo.png","sha256":"[0-9a-f]{64}"\}\n$/)
    expect(body).toMatch(/^\d+ bytes of multipart$/)
  })

  it('shows the signed fields of an APIv2 message without key and sign', async () => {
    const fields = JSON.stringify({
      ...{ appid: 'wxd678efh567hg6787', body: 'a<b&c', out_trade_no: 'CLI-006', total_fee: 1 },
      ...{ spbill_create_ip: '127.0.0.1', notify_url: 'https://example.com/notify', trade_type: 'NATIVE' },
      product_id: 'p1',
    })
    const { stdout } = await run(['call', 'v2/pay/unifiedorder', '--xml', fields, '--dry-run'])
    const { signed, body } = JSON.parse(stdout)
    expect(signed).toMatch(
      /^appid=wxd678efh567hg6787&body=a<b&c&mch_id=\d+&nonce_str=\w+&notify_url=.*&total_fee=1&trade_type=NATIVE&key=…$/,
    )
    expect(body).toContain('<sign>…</sign>')
  })
})

describe('the command line', () => {
  it('suggests what may have been meant, and exits 2 for wrong usage', async () => {
    const typo = await run(['call', 'v3/pay/transactions/natve', '--json', '{}', '--dry-run'])
    expect(typo.stderr).toContain("did you mean 'v3/pay/transactions/native'?")
    const commands = await run(['cal'])
    expect(commands).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean call?') })
    const options = await run(['call', 'v3/certificates', '--queri', 'a=b'])
    expect(options).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean --query?') })
    const missing = await wxpay(['call', 'v3/certificates'])
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Missing: mchid, serial, privateKey'),
    })
  })

  it('says where a method goes that is given as an argument', async () => {
    for (const args of [
      ['POST', 'v3/pay/transactions/native'],
      ['v3/pay/transactions/native', 'post'],
    ]) {
      expect(await run(['call', ...args, '--json', '{}'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('wechatpay-fluent call -X POST v3/pay/transactions/native'),
      })
    }
    expect(await run(['call', 'get'])).toMatchObject({ code: 2, stderr: expect.stringContaining('-X GET') })
    expect(await run(['call', 'v3/certificates', 'v3/x'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'v3/x'"),
    })
    expect(await run(['call', '-X', 'FETCH', 'v3/certificates'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/-X, --request <method>.*GET, POST/),
    })
    expect(await run(['routes', 'show', 'POST', 'v3/certificates'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('wechatpay-fluent routes show v3/certificates'),
    })
    expect(merchant.emulator.requests).toEqual([])
  })

  it('lists commands and exit codes, and tells its version', async () => {
    const { stdout } = await wxpay(['--help'])
    expect(stdout).toContain('130 interrupted')
    expect((await wxpay(['help', 'call'])).stdout).toContain('--dry-run')
    expect(await wxpay(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+/) })
  })

  it('takes its configuration from a file, below environment and flags', async () => {
    const { ca: _, ...options } = merchant.emulator.merchant
    const keys = { privateKey: merchant.env.WXPAY_PRIVATE_KEY, mchid: 'nobody' }
    const config = merchant.file('config.json', JSON.stringify({ ...options, ...keys }))
    const args = ['call', 'v3/certificates', '--config', config]
    expect(await wxpay(args)).toMatchObject({ code: 2 })
    expect(await wxpay([...args, '--mchid', options.mchid], { env: { WXPAY_MCHID: 'me' } })).toMatchObject({
      code: 0,
    })
  })

  it('takes a key as PEM with escaped line feeds, and as base64', async () => {
    const { privateKey } = merchant.emulator.merchant
    const escaped = privateKey.replaceAll('\n', '\\n')
    const body = privateKey.replace(/-----.*-----|\n/g, '')
    for (const WXPAY_PRIVATE_KEY of [escaped, body]) {
      expect(await run(['call', 'v3/certificates'], { env: { WXPAY_PRIVATE_KEY } })).toMatchObject({
        code: 0,
      })
    }
  })

  it('quotes nothing of a configuration or key that it cannot read', async () => {
    const { secret, privateKey } = merchant.emulator.merchant
    const broken = merchant.file('broken.json', `{ "secret": "${secret}", }x`)
    const config = await run(['call', 'v3/certificates', '--config', broken])
    expect(config).toMatchObject({ code: 2, stderr: expect.stringContaining('broken.json is no JSON') })
    const torn = privateKey.replace(/-----.*-----|\n/g, '').slice(0, -40)
    const key = await run(['call', 'v3/certificates'], { env: { WXPAY_PRIVATE_KEY: torn } })
    expect(key.code).toBe(2)
    expect(key.stderr).not.toContain(torn.slice(0, 40))
  })

  it('warns of secrets among the flags', async () => {
    const { stderr } = await run([
      ...['call', 'v3/certificates', '--apiv3-key', merchant.emulator.merchant.apiv3Key],
      ...['--private-key', merchant.emulator.merchant.privateKey],
    ])
    expect(stderr).toMatch(/warning: --apiv3-key, --private-key can be read in the list of processes/)
  })
})
