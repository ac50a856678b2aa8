import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { createMerchant, type Merchant } from './merchant.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const YEAR = 365 * 86_400_000

let merchant: Merchant
/** An emulator whose merchant has a certificate that expired a year ago; only over HTTPS does a merchant get one. */
let old: Emulator
beforeAll(async () => {
  merchant = await createMerchant({ platform: { mode: 'switching', probes: 0 } })
  old = await createEmulator({ https: true, clock: () => Date.now() - 6 * YEAR })
})
beforeEach(() => {
  merchant.emulator.recover()
  merchant.emulator.requests.length = 0
})
afterAll(() => old.close())

interface Check {
  readonly what: string
  readonly check: string
  readonly state: string
  readonly code: string
  readonly found: string
  readonly fix?: string
}

/** Runs the command, and returns the checks that found something wrong. */
async function faults(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Check[]> {
  const { code, stdout } = await merchant.run(['doctor', '--json', ...args], { env })
  const bad = (JSON.parse(stdout) as Check[]).filter(({ state }) => state === 'bad')
  expect(code).toBe(bad.length > 0 ? 1 : 0)
  return bad
}

function somebodysKey(type: 'privateKey' | 'publicKey'): string {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return pair[type]
}

describe('wxpay doctor', () => {
  it('finds nothing wrong with downloaded certificates either', async () => {
    expect(await faults([], { WXPAY_CERTS: '' })).toEqual([])
  })

  it('tells a wrong serial number, merchant id and private key apart by the words of the API', async () => {
    const causes = [
      [
        { WXPAY_SERIAL: '0'.repeat(40) },
        '序列号',
        `0 is no API certificate of merchant ${merchant.env.WXPAY_MCHID}`,
      ],
      [{ WXPAY_MCHID: '1900000999' }, '商户号', '1900000999 is not the owner of certificate'],
      [
        { WXPAY_PRIVATE_KEY: somebodysKey('privateKey') },
        '验签失败',
        'private key is not that of certificate',
      ],
    ] as const
    for (const certs of [{}, { WXPAY_CERTS: '' }]) {
      for (const [wrong, found, fix] of causes) {
        expect(await faults([], { ...wrong, ...certs })).toMatchObject([
          { what: 'signature', found: expect.stringContaining(found), fix: expect.stringContaining(fix) },
        ])
      }
    }
  })

  it('finds by the certificate what is wrong, without asking the API', async () => {
    const { serial, merchant: client } = old.merchant
    const cert = ['--cert', merchant.file('of-merchant.pem', client?.cert ?? '')]
    const env = { WXPAY_PRIVATE_KEY: old.merchant.privateKey, WXPAY_SERIAL: serial }
    const causes = [
      [{ WXPAY_SERIAL: '0'.repeat(40) }, 'CERTIFICATE_OF_ANOTHER_SERIAL', `give serial ${serial}`],
      [
        { WXPAY_MCHID: '1900000999' },
        'CERTIFICATE_OF_ANOTHER_MCHID',
        `give mchid ${merchant.env.WXPAY_MCHID}`,
      ],
      [{ WXPAY_PRIVATE_KEY: somebodysKey('privateKey') }, 'CERTIFICATE_OF_ANOTHER_KEY', 'give the key'],
    ] as const
    for (const [wrong, code, fix] of causes) {
      expect(await faults(cert, { ...env, ...wrong })).toMatchObject([
        { what: 'certificate', code: 'CERTIFICATE_EXPIRED' },
        { what: 'certificate', code, fix: expect.stringContaining(fix) },
      ])
    }
    expect(merchant.emulator.requests.filter(({ path }) => path === '/v3/certificates')).toEqual([])
  })

  it('counts a fault once that makes other checks fail as well', async () => {
    for (const [wrong, what] of [
      [{ WXPAY_MCHID: 'me' }, 'mchid'],
      [{ WXPAY_PRIVATE_KEY: '/dev/null' }, 'private key'],
      [{ WXPAY_APIV3_KEY: 'short' }, 'apiv3Key'],
      [{ WXPAY_APIV3_KEY: 'short', WXPAY_CERTS: '' }, 'apiv3Key'],
      [{ WXPAY_APIV3_KEY: '', WXPAY_CERTS: '' }, 'platform key'],
      [{ WXPAY_SECRET: 'short' }, 'secret'],
    ] as const) {
      expect(await faults([], wrong)).toMatchObject([{ what }])
    }
  })

  it('finds a platform key that is not the platform’s, and one under a wrong id', async () => {
    const [id = ''] = Object.keys(merchant.emulator.merchant.certs)
    const forged = JSON.stringify({ [id]: somebodysKey('publicKey') })
    expect(await faults([], { WXPAY_CERTS: forged })).toMatchObject([{ what: 'answer' }])
    const strange = JSON.stringify({ PUB_KEY_ID_0000000000000000000000000000: somebodysKey('publicKey') })
    expect(await faults([], { WXPAY_CERTS: strange })).not.toEqual([])
  })

  it('finds that a given platform key is no key', async () => {
    const file = merchant.file('pub_key.pem', 'not found')
    expect(await faults(['--offline', '--certs', `PUB_KEY_ID_1=${file}`])).toMatchObject([
      {
        what: 'platform key',
        found: expect.stringContaining('PUB_KEY_ID_1'),
        fix: expect.stringContaining('download'),
      },
    ])
  })

  it('finds a wrong APIv3 key where certificates are downloaded with it', async () => {
    const wrong = { WXPAY_CERTS: '', WXPAY_APIV3_KEY: 'x'.repeat(32) }
    expect(await faults([], wrong)).toMatchObject([{ what: 'apiv3Key fits' }])
  })

  it('finds a clock that is wrong by the server’s, and how much', async () => {
    const server = createServer((_, response) => {
      response
        .setHeader('Date', new Date(Date.now() + 3_600_000).toUTCString())
        .writeHead(404)
        .end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const found = await faults([], {
        WXPAY_BASE_URL: `http://127.0.0.1:${port}`,
        // By APIv2, this server would be found to be another’s.
        WXPAY_SECRET: '',
      })
      expect(found).toEqual([
        {
          ...{ what: 'clock', check: 'clock', state: 'bad', code: 'CLOCK_BEHIND' },
          values: { seconds: expect.any(Number) },
          ...{ found: expect.stringMatching(/^3\d\d\d s behind the server’s$/) },
          fix: expect.stringContaining('set-ntp'),
        },
      ])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('finds a certificate that has run out, is of another serial number, and of another key', async () => {
    const cert = merchant.file('apiclient_cert.pem', old.merchant.merchant?.cert ?? '')
    const other = { WXPAY_PRIVATE_KEY: somebodysKey('privateKey') }
    const found = await faults(['--offline', '--cert', cert], other)
    expect(found.map(({ what, found: words, fix }) => [what, words, fix])).toEqual([
      ['certificate', expect.stringMatching(/^expired \d+ days ago$/), expect.stringContaining('new one')],
      [
        'certificate',
        expect.stringMatching(
          new RegExp(`^serial, privateKey .* ${old.merchant.serial} of ${old.merchant.mchid}`),
        ),
        expect.stringContaining('belong to'),
      ],
    ])
  })

  it('finds a client certificate of APIv2 that the private key does not fit', async () => {
    const cert = merchant.file('client.pem', old.merchant.merchant?.cert ?? '')
    const env = { WXPAY_PRIVATE_KEY: somebodysKey('privateKey'), WXPAY_SERIAL: old.merchant.serial }
    const found = await faults(['--offline', '--merchant-cert', cert], env)
    expect(found.map(({ code }) => code)).toEqual(['CERTIFICATE_EXPIRED', 'CERTIFICATE_OF_ANOTHER_KEY'])
  })

  it('trusts the authority of a configuration', async () => {
    const emulator = await createEmulator({ https: true, platform: { mode: 'switching', probes: 0 } })
    const config = merchant.file('https.json', JSON.stringify(emulator.merchant))
    const own = Object.fromEntries(Object.keys(merchant.env).map((name) => [name, '']))
    try {
      expect(await faults(['--config', config], own)).toEqual([])
      const { ca: _, ...without } = emulator.merchant
      const distrustful = merchant.file('without.json', JSON.stringify(without))
      expect(await faults(['--config', distrustful], own)).toMatchObject([
        { fix: expect.stringContaining('NODE_EXTRA_CA_CERTS') },
      ])
    } finally {
      await emulator.close()
    }
  })

  it('looks at a brand, at APIv2 alone and at who only receives', async () => {
    const own = Object.fromEntries(Object.keys(merchant.env).map((name) => [name, '']))
    const { brand, merchant: options } = merchant.emulator
    const config = (name: string, given: object): string[] => [
      '--config',
      merchant.file(name, JSON.stringify(given)),
    ]
    const { mchid, secret, certs, apiv3Key, baseURL } = options
    for (const args of [
      config('brand.json', brand),
      config('v2.json', { mchid, secret, baseURL }),
      config('receiver.json', { certs, apiv3Key, baseURL }),
    ]) {
      expect(await faults(args, own)).toEqual([])
    }
    expect(await faults(config('other.json', { ...brand, brandId: '999999' }), own)).toMatchObject([
      { code: 'ID_OF_ANOTHER' },
    ])
  })

  it('finds that the APIv2 key is not that of the merchant', async () => {
    expect(await faults([], { WXPAY_SECRET: 'x'.repeat(32) })).toMatchObject([{ code: 'SECRET_WRONG' }])
  })

  it('speaks the language of the locale to people, and the same to programs', async () => {
    const env = { WXPAY_SECRET: 'x'.repeat(32), LC_ALL: 'zh_CN.UTF-8' }
    const { code, stdout, stderr } = await merchant.run(['doctor'], { env })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^✓ {2}商户号 +1900000109$/m)
    expect(stdout).toMatch(/^✗ {2}APIv2 密钥验证 .*签名错误\n {3}→ secret 不是 1900000109 的 APIv2 密钥/m)
    expect(stderr).toMatch(/项检查中有 1 项有误/)
    const serial = await merchant.run(['doctor'], { env: { ...env, WXPAY_SERIAL: '0'.repeat(40) } })
    expect(serial.stdout).toContain('0 不是商户 1900000109 的 API 证书，或已失效')
    const json = await merchant.run(['doctor', '--json', '--offline'], { env })
    const inEnglish = await merchant.run(['doctor', '--json', '--offline'], {
      env: { ...env, LC_ALL: 'C' },
    })
    expect(json.stdout).toBe(inEnglish.stdout)
  })
})
