import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONFIG_FORMATS, type EmulatorClient, writeKeys } from '../lib/cli/emulator-config.js'
import { optionsOfVariables, VARIABLES } from '../lib/config-sources.js'
import { createEmulator, type Emulator } from '../lib/emulator/index.js'
import { ConfigError, Wechatpay } from '../lib/index.js'

const folder = mkdtempSync(join(tmpdir(), 'config-sources-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

let emulator: Emulator
/** The options with keys in files, as the emulator's command prints them. */
let options: EmulatorClient
let env: Readonly<Record<string, string>>
beforeAll(async () => {
  emulator = await createEmulator()
  options = writeKeys(emulator.merchant, folder)
  const lines = CONFIG_FORMATS.dotenv(options).split('\n')
  env = Object.fromEntries(lines.map((line) => line.replaceAll('"', '').split(/=(.*)/s).slice(0, 2)))
})
afterAll(() => emulator.close())

/** Whether a client's request and the response to it are signed by the right keys, in both versions of the API. */
async function expectToWork(wxpay: Wechatpay): Promise<void> {
  const { status } = await wxpay.v3.capital.capitallhh.areas.provinces.get()
  expect(status).toBe(200)
  const xml = { appid: 'wx8888888888888888', out_trade_no: '1217752501201407033233368018' }
  await expect(wxpay.v2.pay.orderquery.post({ xml })).rejects.toMatchObject({ code: 'ORDERNOTEXIST' })
  wxpay.close()
}

describe('the defaults of requests', () => {
  const notify_url = 'https://example.com/notify'
  const order = { description: 'd', amount: { total: 1 } }
  /** The body of an order that a client sends. */
  async function bodyOf(wxpay: Wechatpay): Promise<unknown> {
    emulator.requests.length = 0
    const json = { ...order, out_trade_no: '1217752501201407' } as never
    await wxpay.v3.pay.transactions.native.post({ json }).catch(() => undefined)
    wxpay.close()
    return JSON.parse(emulator.requests[0]?.body ?? '')
  }

  it('come from the environment', async () => {
    const wxpay = Wechatpay.fromEnv({ ...env, WXPAY_APPID: 'wx1', WXPAY_NOTIFY_URL: notify_url })
    expect(await bodyOf(wxpay)).toMatchObject({ appid: 'wx1', notify_url })
    expect(await bodyOf(Wechatpay.fromEnv({ ...env, WXPAY_APPID: '' }))).not.toHaveProperty('appid')
  })

  it('come from a file', async () => {
    const file = write(
      'defaults.json',
      JSON.stringify({ ...options, defaults: { appid: 'wx2', notify_url } }),
    )
    expect(await bodyOf(Wechatpay.fromFile(file))).toMatchObject({ appid: 'wx2', notify_url })
  })

  it('come each from where it is, also beside those of the caller', async () => {
    const wxpay = Wechatpay.fromEnv({ ...env, WXPAY_APPID: 'wx3' }, { defaults: { notify_url } })
    expect(await bodyOf(wxpay)).toMatchObject({ appid: 'wx3', notify_url })
    const other = { defaults: { appid: 'wx4' } }
    expect(await bodyOf(Wechatpay.fromEnv({ ...env, WXPAY_APPID: 'wx3' }, other))).toMatchObject({
      appid: 'wx4',
    })
    const none = { defaults: undefined } as never
    expect(await bodyOf(Wechatpay.fromEnv({ ...env, WXPAY_APPID: 'wx3' }, none))).not.toHaveProperty('appid')
  })

  it('are refused by the names of their variables', () => {
    const make = () => Wechatpay.fromEnv({ ...env, WXPAY_NOTIFY_URL: 'https://example.com/?a=1' })
    expect(make).toThrow('WXPAY_APPID, WXPAY_NOTIFY_URL: defaults.notify_url must be an https URL')
  })
})

describe('Wechatpay.fromFile', () => {
  it.each(['env', 'dotenv', 'json'] as const)('reads what the emulator prints as %s', async (format) => {
    await expectToWork(Wechatpay.fromFile(write(`printed.${format}`, CONFIG_FORMATS[format](options))))
  })

  it.each(['dotenv', 'json'] as const)(
    'trusts the authority that the emulator prints as %s',
    async (format) => {
      const secure = await createEmulator({ https: true })
      const text = CONFIG_FORMATS[format](writeKeys(secure.merchant, mkdtempSync(join(folder, 'https-'))))
      await expectToWork(Wechatpay.fromFile(write(`secure.${format}`, text)))
      await secure.close()
    },
  )

  it('reads the configuration of a brand', () => {
    const text = CONFIG_FORMATS.dotenv(writeKeys(emulator.brand, mkdtempSync(join(folder, 'brand-'))))
    expect(Wechatpay.fromFile(write('brand.env', text))).toBeInstanceOf(Wechatpay)
  })

  it('takes a relative path, a URL, and text behind a byte order mark', async () => {
    const file = write('bom.json', `\uFEFF${CONFIG_FORMATS.json(options)}`)
    for (const one of [relative('.', file), pathToFileURL(file), pathToFileURL(file).href]) {
      await expectToWork(Wechatpay.fromFile(one))
    }
  })

  it('prefers the overrides', () => {
    const file = write('overridden.json', JSON.stringify({ ...options, timeout: 1 }))
    expect(Wechatpay.fromFile(file, { timeout: 2 }).client.v3.defaults.timeout).toBe(2)
  })

  const hidden = 'k'.repeat(31)
  it.each<[string, string, string]>([
    ['is cut off', `{\n"secret": "${hidden}`, 'is no JSON'],
    ['is a list', '[]', 'must hold an object: the options of new Wechatpay()'],
    ['is something else', `mchid: 1900000109\nsecret: ${hidden}`, 'has no variables such as WXPAY_MCHID'],
    ['lacks options', 'WXPAY_MCHID=1900000109', ': Missing: serial, privateKey'],
    ['has an option that is wrong', 'wrong secret', ': secret has 31 bytes'],
    ['has a misspelt option', 'misspelt', ": There is no option 'mchId'; did you mean 'mchid'?"],
    ['has text for certs', 'text for certs', ': certs must be an object'],
    ['has text for a client certificate', 'text for merchant', ': merchant must be { cert, key }'],
    ['has no text for a key', 'object for key', ': privateKey must be'],
    ['names a key that is not there', 'no key', ': privateKey: cannot read file:///nowhere/key.pem'],
  ])('names the file that %s', (name, text, why) => {
    const json: Readonly<Record<string, object>> = {
      'wrong secret': { ...options, secret: hidden },
      misspelt: { ...options, mchId: '1' },
      'text for certs': { ...options, certs: 'pub_key.pem' },
      'text for merchant': { ...options, merchant: 'apiclient_cert.pem' },
      'object for key': { ...options, privateKey: { file: 'apiclient_key.pem' } },
      'no key': { ...options, privateKey: '/nowhere/key.pem' },
    }
    const file = write(`${name}.txt`, json[text] ? JSON.stringify(json[text]) : text)
    const message = messageOf(() => Wechatpay.fromFile(file))
    expect(message).toContain(file)
    expect(message).toContain(why)
    expect(message).not.toContain(hidden)
  })

  it('names the file that is not there', () => {
    expect(messageOf(() => Wechatpay.fromFile('/nowhere/wxpay.json'))).toMatch(
      /^\/nowhere\/wxpay\.json cannot be read: ENOENT/,
    )
  })

  it('shows nothing of a configuration that is given in place of its name', () => {
    const message = messageOf(() => Wechatpay.fromFile(JSON.stringify({ secret: hidden })))
    expect(message).toBe('fromFile takes the name of a file, not what is in it')
  })

  it('leaves out the file where the override is wrong', () => {
    const file = write('good.json', CONFIG_FORMATS.json(options))
    const message = messageOf(() => Wechatpay.fromFile(file, { secret: hidden }))
    expect(message).toBe('secret has 31 bytes; it must have 32')
  })
})

describe('Wechatpay.fromEnv', () => {
  it('reads the variables of the command line', async () => {
    await expectToWork(Wechatpay.fromEnv(env))
  })

  it.each(['"', "'", ' '])('reads them with %j around them, as Docker hands them on', async (mark) => {
    const certs = [env.WXPAY_CERTS ?? '', JSON.stringify(emulator.merchant.certs)]
    for (const WXPAY_CERTS of certs) {
      const pasted = Object.entries({ ...env, WXPAY_CERTS, WXPAY_INSECURE_HOSTS: 'a, b' })
      const quoted = Object.fromEntries(pasted.map(([name, value]) => [name, `${mark}${value}${mark}`]))
      await expectToWork(Wechatpay.fromEnv(quoted))
    }
  })

  it.each(Object.values(VARIABLES))('takes quotes around nothing for nothing: %s', (name) => {
    const { [name]: _, ...others } = env
    expect(optionsOfVariables({ ...others, [name]: '""' })).toEqual(optionsOfVariables(others))
  })

  it.each(Object.values(VARIABLES))('leaves %s to be refused where it is no text', (name) => {
    expect(messageOf(() => Wechatpay.fromEnv({ ...env, [name]: 5 as never }))).toMatch(
      /^the environment|WXPAY_/,
    )
  })

  it.each<[string, unknown[], string]>([
    ['no environment', [null], 'The environment must be an object'],
    ['a text for the environment', ['.env'], 'The environment must be an object'],
    ['a text for overrides', [{}, '.env'], 'The options that win must be an object'],
  ])('takes %s for a wrong option', (_, given, why) => {
    expect(messageOf(() => Wechatpay.fromEnv(...(given as [])))).toContain(why)
  })

  it('reads those of the process, when none are given', async () => {
    Object.assign(process.env, env)
    try {
      await expectToWork(Wechatpay.fromEnv())
    } finally {
      for (const name of Object.keys(env)) delete process.env[name]
    }
  })

  it('takes certificates as JSON, with keys as PEM, and counts empty variables as missing', async () => {
    const WXPAY_CERTS = JSON.stringify(emulator.merchant.certs)
    await expectToWork(Wechatpay.fromEnv({ ...env, WXPAY_CERTS, WXPAY_BRAND_ID: '' }))
  })

  it('prefers the overrides', async () => {
    const wrong = { ...env, WXPAY_BASE_URL: 'http://127.0.0.1:1', WXPAY_SECRET: 'short' }
    const { baseURL, secret } = emulator.merchant
    await expectToWork(Wechatpay.fromEnv(wrong, { baseURL, secret }))
  })

  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'that is missing',
      { WXPAY_MCHID: '', WXPAY_SERIAL: '' },
      'WXPAY_MCHID, WXPAY_SERIAL: Missing: mchid, serial',
    ],
    ['with a wrong serial', { WXPAY_SERIAL: 'hidden' }, 'WXPAY_SERIAL: serial must be'],
    ['with a wrong key', { WXPAY_PRIVATE_KEY: 'hidden' }, 'WXPAY_PRIVATE_KEY: privateKey: cannot read'],
    ['with a wrong secret', { WXPAY_SECRET: 'hidden' }, 'WXPAY_SECRET: secret has 6 bytes'],
    ['with a wrong URL', { WXPAY_BASE_URL: 'hidden' }, 'WXPAY_BASE_URL: baseURL must be'],
    [
      'with certs without ids',
      { WXPAY_CERTS: 'hidden' },
      'WXPAY_CERTS must be JSON of id and key, or id=file',
    ],
    ['with certs that are cut off', { WXPAY_CERTS: '{"PUB_KEY_ID_1": "hidden' }, 'WXPAY_CERTS is no JSON'],
    [
      'with a wrong certificate',
      { WXPAY_MERCHANT_CERT: '/nowhere' },
      'WXPAY_MERCHANT_CERT: merchant.cert: cannot',
    ],
    [
      'without platform keys',
      { WXPAY_CERTS: '', WXPAY_APIV3_KEY: '' },
      'WXPAY_CERTS, WXPAY_APIV3_KEY: Give certs, or apiv3Key',
    ],
    ['with a second identity', { WXPAY_BRAND_ID: '1' }, 'the environment: A client is a merchant or a brand'],
  ])('names the variable %s', (_, wrong, why) => {
    const message = messageOf(() => Wechatpay.fromEnv({ ...env, ...wrong }))
    expect(message).toContain(why)
    // What is no path may be a secret.
    if (wrong.WXPAY_PRIVATE_KEY === undefined) expect(message).not.toContain('hidden')
  })

  it('names the authority that cannot be read', () => {
    const message = messageOf(() => Wechatpay.fromEnv({ ...env, NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' }))
    expect(message).toMatch(/^NODE_EXTRA_CA_CERTS cannot be read: ENOENT/)
  })
})

function messageOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('It has thrown nothing')
}
