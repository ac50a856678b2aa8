import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Emulator } from '../../lib/emulator/index.js'
import { createMerchant, type Merchant } from './merchant.js'
import { PROGRAM, wxpay } from './run.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let merchant: Merchant
let emulator: Emulator
let folder: string
beforeAll(async () => {
  merchant = await createMerchant({ platform: { mode: 'switching', probes: 0 } })
  emulator = merchant.emulator
  folder = merchant.folder
})
beforeEach(() => {
  emulator.requests.length = 0
  emulator.recover()
})

const run: Merchant['run'] = (...given) => merchant.run(...given)

describe('wxpay certs', () => {
  it('lists and saves the platform keys', async () => {
    const out = join(folder, 'keys')
    const { code, stdout } = await run(['certs', '--out', out, '--json'], { env: { WXPAY_CERTS: '' } })
    expect(code).toBe(0)
    const [{ serial }] = JSON.parse(stdout)
    expect(readFileSync(join(out, `${serial}.pem`), 'utf8')).toContain('BEGIN PUBLIC KEY')
  })
})

describe('wxpay bill', () => {
  it('writes a bill to a file, and to standard output', async () => {
    const out = join(folder, 'bill.csv')
    expect(await run(['bill', 'trade', '--date', '2024-01-01', '--out', out])).toMatchObject({
      code: 0,
      stdout: '',
    })
    const { stdout } = await run(['bill', 'trade', '--date', '2024-01-01'])
    expect(stdout).toBe(readFileSync(out, 'utf8'))
  })

  it('writes rows as JSON', async () => {
    const { stdout, stderr } = await run(['bill', 'trade', '--date', '2024-01-01', '--format', 'json'])
    expect(JSON.parse(stdout)).toHaveProperty('out_trade_no')
    expect(stderr).toContain('1 rows')
    const out = join(folder, 'rows.jsonl')
    await run(['bill', 'trade', '--date', '2024-01-01', '--format', 'json', '--out', out])
    expect([readFileSync(out, 'utf8'), statSync(out).mode & 0o777]).toEqual([stdout, 0o600])
  })

  it('exits 1 when there is none', async () => {
    const future = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
    expect(await run(['bill', 'trade', '--date', future])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NO_STATEMENT_EXIST'),
    })
  })
})

describe('wxpay notify', () => {
  it('verifies a genuine notification, and not a forged one', async () => {
    const resource = { out_trade_no: 'CLI-003', trade_state: 'SUCCESS' }
    const { headers, body } = emulator.signNotification('TRANSACTION.SUCCESS', resource as never)
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const headerFile = merchant.file('headers', lines.join('\n'))
    const bodyFile = merchant.file('body', body)
    const good = await run(['notify', 'verify', '--headers', `@${headerFile}`, '--body', `@${bodyFile}`])
    expect(JSON.parse(good.stdout).resource).toMatchObject(resource)
    const bad = await run(['notify', 'verify', '--headers', `@${headerFile}`, '--body', '-'], {
      input: `${body} `,
    })
    expect(bad).toMatchObject({ code: 1, stdout: '' })
  })

  it('has an emulator send one', async () => {
    const nowhere = await run(['notify', 'send', 'TRANSACTION.SUCCESS', '--url', 'http://127.0.0.1:1/'])
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('failed') })
    const { url } = emulator
    // The emulator itself takes any request, and answers this one 401.
    const sent = await run([
      'notify',
      'send',
      'TRANSACTION.SUCCESS',
      '--url',
      `${url}/v3/x`,
      '--emulator',
      url,
    ])
    expect(sent.stderr).toContain('the receiver answered 400')
  })
})

describe('wxpay doctor', () => {
  const states = (text: string): Record<string, string> =>
    Object.fromEntries(
      JSON.parse(text).map(({ what, state }: { what: string; state: string }) => [what, state]),
    )

  it('finds nothing wrong where nothing is', async () => {
    const { code, stdout } = await run(['doctor', '--json'])
    expect(code).toBe(0)
    expect(Object.values(states(stdout))).not.toContain('bad')
  })

  const faults: readonly (readonly [string, Record<string, string>, string])[] = [
    ['a serial of another certificate', { WXPAY_SERIAL: '0'.repeat(40) }, 'signature'],
    ['an APIv3 key of another merchant', { WXPAY_APIV3_KEY: 'x'.repeat(32) }, 'apiv3Key fits'],
    ['an APIv2 key that is too short', { WXPAY_SECRET: 'short' }, 'secret'],
    ['a private key that is none', { WXPAY_PRIVATE_KEY: '/dev/null' }, 'private key'],
    ['a merchant id that is none', { WXPAY_MCHID: 'me' }, 'mchid'],
  ]
  it.each(faults)('finds %s', async (_, wrong, what) => {
    const { code, stdout } = await run(['doctor', '--json'], { env: wrong })
    expect(code).toBe(1)
    expect(states(stdout)[what]).toBe('bad')
  })

  it('finds a host that cannot be reached, and says how to mend it', async () => {
    const { code, stdout } = await run(['doctor'], { env: { WXPAY_BASE_URL: 'http://127.0.0.1:1' } })
    expect(code).toBe(1)
    expect(stdout).toMatch(/✗ +network +127\.0\.0\.1:1 [\s\S]*→ let this machine connect/)
  })
})

describe('a command', () => {
  it('asks another machine over http:// only where the environment allows it by name', async () => {
    const env = { WXPAY_BASE_URL: 'http://gateway.invalid:1' }
    const refused = await run(['call', '-X', 'GET', 'v3/certificates'], { env })
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining("insecureHosts: ['gateway.invalid']"),
    ])
    const allowed = await run(['call', '-X', 'GET', 'v3/certificates'], {
      env: { ...env, WXPAY_INSECURE_HOSTS: 'gateway.invalid, emulator' },
    })
    expect([allowed.code, allowed.stderr]).toEqual([1, expect.stringMatching(/ENOTFOUND|EAI_AGAIN/)])
  })
})

describe('wxpay routes', () => {
  it('searches by path and by name, and shows fields', async () => {
    const { stdout } = await wxpay(['routes', '会员卡', 'import', '--json'])
    expect(JSON.parse(stdout).map(({ path }: { path: string }) => path)).toContain(
      'v3/marketing/membercard-open/cards/{card_id}/users/import',
    )
    const shown = await wxpay(['routes', 'show', 'v3/profitsharing/receivers/add'])
    expect(shown.stdout).toMatch(/name +encrypted/)
    expect(shown.stdout).toContain('wxpay.v3.profitsharing.receivers.add.post({ … })')
    expect((await wxpay(['routes', 'nonsense'])).code).toBe(1)
  })

  it('prints the best first, and says where nothing has all of it', async () => {
    const { stdout } = await wxpay(['routes', '查询订单'])
    expect(stdout).toMatch(/^GET +v3\/pay\/transactions\/out-trade-no\/\{out_trade_no\} +商户订单号查询\n/)
    const partial = await wxpay(['routes', '退款', 'teapot'])
    expect(partial).toMatchObject({ code: 0, stdout: expect.stringMatching(/^POST +v3\/refund\/domestic/) })
    expect(partial.stderr).toMatch(/^none has all of: 退款 teapot; these have some of it: /)
    const typo = await wxpay(['routes', '/v3/pay/transactions/natve'])
    expect(typo).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("did you mean 'v3/pay/transactions/native'?"),
    })
  })

  it('marks what is deprecated', async () => {
    const search = ['routes', 'v3/merchant-service/complaints', '--verb', 'get']
    const { stdout } = await wxpay([...search, '--json'])
    const deprecated = JSON.parse(stdout).map((endpoint: { deprecated?: boolean }) => endpoint.deprecated)
    expect(deprecated[0]).toBeUndefined()
    expect(deprecated.at(-1)).toBe(true)
    expect((await wxpay(search)).stdout).toMatch(/ \(deprecated\)\n$/)
  })
})

describe('wxpay emulator', () => {
  it('prints a configuration that works, with keys for their owner alone, and ends on SIGINT', async () => {
    const dir = join(folder, 'kept')
    const target = join(folder, 'authorized_keys')
    mkdirSync(dir)
    writeFileSync(target, 'ssh-ed25519')
    symlinkSync(target, join(dir, 'apiclient_key.pem'))
    const start = async () => {
      const [node = '', ...args] = PROGRAM
      const child = spawn(node, [...args, 'emulator', '--port', '0', '--dir', dir, '--print', 'json'])
      const ended = new Promise((resolve) => child.once('exit', resolve))
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      await expect.poll(() => text.trimEnd().endsWith('}'), { timeout: 30_000 }).toBe(true)
      return { child, ended, config: JSON.parse(text) as Record<string, string> }
    }
    const first = await start()
    const config = merchant.file('emulator.json', JSON.stringify(first.config))
    expect(await wxpay(['call', 'v3/capital/capitallhh/areas/provinces', '--config', config])).toMatchObject({
      code: 0,
    })
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
    // A link that waited there was not followed.
    expect(readFileSync(target, 'utf8')).toBe('ssh-ed25519')
    first.child.kill('SIGINT')
    expect([0, 130]).toContain(await first.ended)
    const second = await start()
    expect(second.config).toEqual({ ...first.config, baseURL: expect.any(String) })
    second.child.kill('SIGKILL')
    await second.ended
  })
})

describe('wxpay emulator, told how to behave', () => {
  /** Starts one, has `look` ask it, and ends it. */
  async function started(args: readonly string[], look: (url: string) => Promise<void>, env = {}) {
    const [node = '', ...before] = PROGRAM
    const dir = mkdtempSync(join(folder, 'told-'))
    const child = spawn(node, [...before, 'emulator', '--port', '0', '--dir', dir, '--no-keep', ...args], {
      env: { ...process.env, ...env },
    })
    const [out, said]: [string[], string[]] = [[], []]
    child.stdout.setEncoding('utf8').on('data', (text: string) => void out.push(text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => void said.push(text))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const variable = (name: string) => new RegExp(`export ${name}='(.*)'`).exec(out.join(''))?.[1]
    await expect.poll(() => variable('WXPAY_EMULATOR_TOKEN'), { timeout: 30_000 }).toBeTruthy()
    try {
      await look(variable('WXPAY_BASE_URL') ?? '')
    } finally {
      child.kill('SIGINT')
      await ended
    }
    return { token: variable('WXPAY_EMULATOR_TOKEN'), stderr: said.join('') }
  }
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  const get = async (url: string, path: string): Promise<any> =>
    (await fetch(`${url}/_emulator/${path}`)).json()

  it('takes its clock, failures and allowed hosts from flags, and its token from the environment', async () => {
    const clock = '2024-02-29T12:00:00+08:00'
    const args = [
      '--clock',
      clock,
      '--retry-scale',
      '0.001',
      '--allow-notify',
      'app',
      '--allow-notify',
      'other:3000',
    ]
    const faults = [
      '--faults',
      '[{"path":"*","status":503,"times":2},{"path":"v3/certificates","code":"PARAM_ERROR"}]',
    ]
    const { token, stderr } = await started(
      [...args, ...faults],
      async (url) => {
        expect((await get(url, 'clock')).time - Date.parse(clock)).toBeLessThan(60_000)
        expect(Date.parse(clock) - (await get(url, 'clock')).time).toBeLessThanOrEqual(0)
        expect((await get(url, 'faults')).faults).toMatchObject([{ status: 503 }, { code: 'PARAM_ERROR' }])
        const sent = await wxpay(
          ['notify', 'send', 'REFUND.SUCCESS', '--url', 'http://elsewhere.invalid/', '--emulator', url],
          { env: { WXPAY_EMULATOR_TOKEN: 'token-of-compose' } },
        )
        expect(sent).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('--allow-notify elsewhere.invalid'),
        })
        for (const host of ['app', 'other:3000']) {
          const { stderr: said } = await wxpay(
            ['notify', 'send', 'REFUND.SUCCESS', '--url', `http://${host}/`, '--emulator', url],
            { env: { WXPAY_EMULATOR_TOKEN: 'token-of-compose' } },
          )
          expect(said).toMatch(/notification to http.* failed/)
        }
      },
      { WXPAY_EMULATOR_TOKEN: 'token-of-compose' },
    )
    expect(token).toBe('token-of-compose')
    expect(stderr).toContain('/_emulator/openapi.json, token token-of-compose')
  })

  it('signs with what it is told to', async () => {
    await started(['--platform', 'switching'], async (url) => {
      const { certs } = await get(url, 'merchant')
      expect(Object.keys(certs).map((id) => id.startsWith('PUB_KEY_ID_'))).toEqual([true, false])
    })
  })

  it('has the merchants of a file, their keys in it or beside it', async () => {
    const key = merchant.file('shop_key.pem', merchant.emulator.merchant.privateKey)
    const apiv3Key = '0123456789abcdef0123456789abcdef'
    const file = merchant.file(
      'merchants.json',
      JSON.stringify([
        { mchid: '1900000700', privateKey: 'shop_key.pem', appids: ['wx1'] },
        { mchid: '1900000701', privateKey: readFileSync(key, 'utf8'), apiv3Key },
        { kind: 'brand', brandId: '123' },
      ]),
    )
    await started(['--merchants', file], async (url) => {
      const merchants = await get(url, 'merchants')
      const { privateKey } = merchant.emulator.merchant
      expect(merchants).toMatchObject([
        { mchid: '1900000700', privateKey },
        { mchid: '1900000701', privateKey, apiv3Key },
      ])
      expect((await get(url, 'brand')).brandId).toBe('123')
    })
    const args = ['emulator', '--port', '0', '--no-keep', '--dir', join(folder, 'shops'), '--merchants', file]
    const second = await wxpay([...args, '--mchid', '1900000701', '--json'], {
      interruptWhen: (text) => text.trimEnd().endsWith('}'),
    })
    expect(JSON.parse(second.stdout)).toMatchObject({
      ...{ mchid: '1900000701', privateKey: join(folder, 'shops', '1900000701', 'apiclient_key.pem') },
    })
    expect(await wxpay([...args, '--mchid', '1'])).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('there is no such merchant') },
    })
    const wrong = merchant.file('wrong.json', '[{"mchid":"1900000700","appId":[]}]')
    expect((await wxpay(['emulator', '--port', '0', '--no-keep', '--merchants', wrong])).stderr).toContain(
      'merchants[0] has no appId; it takes',
    )
  })

  it('says what is wrong with them', async () => {
    const run = async (...args: string[]) =>
      (await wxpay(['emulator', '--port', '0', '--no-keep', ...args])).stderr
    expect(await run('--clock', 'tomorrow')).toContain('such as 2025-01-01T00:00:00+08:00')
    expect(await run('--platform', 'both')).toContain('public-key, certificates, switching')
    expect(await run('--faults', '{')).toContain('--faults is no JSON')
    expect(await run('--faults', '{"path":"*"}')).toContain('needs a status, a code or a fault')
    expect(await run('--allow-notify', 'http://app')).toContain("'http://app' is no host")
  })
})

describe('wxpay completion', () => {
  it('prints a script for each shell, which lists what may follow', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await wxpay(['completion', shell])).stdout).toContain('__complete')
    }
    expect((await wxpay(['__complete'])).stdout.split('\n')).toContain('doctor')
    expect((await wxpay(['__complete', 'call'])).stdout.split('\n')).toContain('v3/certificates')
  })
})
