import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { MAIN, type Ran, type RunOptions, uninstall, wxpay } from './run.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 30_000 })

const folder = mkdtempSync(join(tmpdir(), 'wxpay-cli-'))
let emulator: Emulator
let env: Record<string, string>
const outputs: string[] = []

beforeAll(async () => {
  emulator = await createEmulator()
  const { mchid, serial, privateKey, certs, apiv3Key, secret, baseURL } = emulator.merchant
  const file = join(folder, 'apiclient_key.pem')
  writeFileSync(file, privateKey)
  env = {
    ...{
      WXPAY_MCHID: mchid,
      WXPAY_SERIAL: serial,
      WXPAY_PRIVATE_KEY: file,
      WXPAY_CERTS: JSON.stringify(certs),
    },
    ...{ WXPAY_APIV3_KEY: apiv3Key, WXPAY_SECRET: secret, WXPAY_BASE_URL: baseURL },
  }
})
beforeEach(() => {
  emulator.requests.length = 0
  emulator.recover()
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true })
  uninstall()
})

/** Runs it as this emulator's merchant. */
async function run(args: readonly string[], more: RunOptions = {}): Promise<Ran> {
  const ran = await wxpay(args, { ...more, env: { ...env, ...more.env } })
  outputs.push(ran.stdout, ran.stderr)
  return ran
}

const order = (out_trade_no: string): string =>
  JSON.stringify({
    ...{ appid: 'wxd678efh567hg6787', mchid: emulator.merchant.mchid, description: 'QQ公仔', out_trade_no },
    ...{ notify_url: 'https://example.com/notify', amount: { total: 100 } },
  })

describe('wxpay call', () => {
  it('calls a path with a body from standard input, and prints the answer', async () => {
    const { code, stdout } = await run(['call', 'v3/pay/transactions/native', '--json', '-'], {
      input: order('CLI-001'),
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).code_url).toMatch(/^weixin:/)
    expect(emulator.requests).toMatchObject([{ method: 'POST', verified: true }])
  })

  it('calls a chain, with placeholders and a query', async () => {
    const chain = 'v3.pay.transactions.outTradeNo._out_trade_no_.get'
    const query = `mchid=${emulator.merchant.mchid}`
    const { code, stdout } = await run(['call', chain, '--param', 'out_trade_no=CLI-001', '--query', query])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ out_trade_no: 'CLI-001', trade_state: 'NOTPAY' })
  })

  it('takes an id in the path for what it is', async () => {
    const path = `v3/pay/transactions/out-trade-no/CLI-001?`.replace('?', '')
    const { code } = await run(['call', path, '--query', `mchid=${emulator.merchant.mchid}`])
    expect(code).toBe(0)
    expect(emulator.requests[0]?.template).toBe('v3/pay/transactions/out-trade-no/{out_trade_no}')
  })

  it('says no with the API’s words, and exits 1', async () => {
    const { code, stderr, stdout } = await run([
      'call',
      'v3/pay/transactions/native',
      '--json',
      '{"appid":"a"}',
    ])
    expect(code).toBe(1)
    expect(stderr).toMatch(/400 PARAM_ERROR/)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'PARAM_ERROR', status: 400 })
  })

  it('shows with --dry-run what would be signed, and sends nothing', async () => {
    const args = ['call', 'v3.pay.transactions.native.post', '--json', order('CLI-002'), '--dry-run']
    const { code, stdout } = await run(args)
    expect(code).toBe(0)
    const shown = JSON.parse(stdout)
    expect(shown.signed).toMatch(/^POST\n\/v3\/pay\/transactions\/native\n\d+\n\w+\n\{.*CLI-002.*\}\n$/s)
    expect(shown.headers.Authorization).toContain('signature="…"')
    expect(emulator.requests).toEqual([])
  })

  it('suggests what may have been meant, and exits 2 for wrong usage', async () => {
    const typo = await run(['call', 'v3/pay/transactions/natve', '--json', '{}', '--dry-run'])
    expect(typo.stderr).toContain('did you mean v3/pay/transactions/native?')
    const none = await run(['cal'])
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean call?') })
    const json = await run(['call', 'v3/pay/transactions/native', '--json', '{'])
    expect(json).toMatchObject({ code: 2, stderr: expect.stringContaining('--json is no JSON') })
    const missing = await wxpay(['call', 'v3/certificates'])
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Missing: mchid, serial, privateKey'),
    })
  })

  it('warns of a secret on the command line', async () => {
    const { stderr } = await run(['call', 'v3/certificates', '--apiv3-key', emulator.merchant.apiv3Key])
    expect(stderr).toMatch(/warning: --apiv3-key can be read in the list of processes/)
  })

  it('takes its configuration from a file too', async () => {
    const config = join(folder, 'config.json')
    const { ca: _, merchant: __, ...options } = emulator.merchant
    writeFileSync(config, JSON.stringify(options))
    const { code } = await wxpay(['call', 'v3/certificates', '--config', config])
    expect(code).toBe(0)
  })
})

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
    const [headerFile, bodyFile] = [join(folder, 'headers'), join(folder, 'body')]
    writeFileSync(
      headerFile,
      Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
    )
    writeFileSync(bodyFile, body)
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
    expect(sent.stderr).toContain('the receiver answered 401')
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
    expect(stdout).toMatch(/✗ +reach 127\.0\.0\.1:1 .*→ let this machine connect/)
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
})

describe('wxpay emulator', () => {
  it('prints a configuration that works, with keys for their owner alone, and ends on SIGINT', async () => {
    const { spawn } = await import('node:child_process')
    const dir = join(folder, 'kept')
    const started = async () => {
      const args = [MAIN, 'emulator', '--port', '0', '--dir', dir, '--print', 'json']
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let text = ''
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        text += chunk
        if (text.trimEnd().endsWith('}')) break
      }
      return { child, config: JSON.parse(text) as Record<string, string> }
    }
    const { child, config } = await started()
    const file = join(folder, 'emulator.json')
    writeFileSync(file, JSON.stringify(config))
    expect(await wxpay(['call', 'v3/certificates', '--config', file])).toMatchObject({ code: 0 })
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    const again = await started()
    expect(again.config).toEqual({ ...config, baseURL: expect.any(String) })
    again.child.kill('SIGKILL')
  })
})

describe('wxpay completion', () => {
  it('prints a script for each shell, which lists what may follow', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await wxpay(['completion', shell])).stdout).toContain('completion --words')
    }
    expect((await wxpay(['completion', '--words'])).stdout.split('\n')).toContain('doctor')
    expect((await wxpay(['completion', '--words', 'call'])).stdout.split('\n')).toContain('v3/certificates')
  })
})

it('no output holds a secret', () => {
  const { apiv3Key, secret, privateKey } = emulator.merchant
  const all = outputs.join('\n')
  expect(all.length).toBeGreaterThan(1_000)
  for (const hidden of [apiv3Key, secret, privateKey.slice(30, 80)]) expect(all).not.toContain(hidden)
})
