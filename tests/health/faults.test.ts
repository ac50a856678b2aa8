/** Each fault of a configuration is found once, by its own code, with its own hint. */
import { execFile, spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as forward, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator } from '../../lib/emulator/index.js'
import { type CheckOptions, type Finding, type FindingCode, Wechatpay } from '../../lib/index.js'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const DAY = 86_400_000
const YEAR = 365 * DAY

const somebody = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const weak = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const OTHER_SERIAL = '5F'.repeat(20)
const OTHER_ID = 'PUB_KEY_ID_0000000000000000000000000000'

/** Signs with a public key and has certificates as well. */
let both: Emulator
/** A merchant that began with a public key. */
let modern: Emulator
/** One that has certificates alone. */
let classic: Emulator
/** Over HTTPS, where a merchant has a client certificate. */
let secure: Emulator
/** Another one, for certificates of somebody else. */
let strange: Emulator
/** The certificates of this one expired a year ago, and those of that one begin in a year. */
let old: Emulator
let future: Emulator
const servers: Server[] = []

beforeAll(async () => {
  const quiet = { probes: 0 }
  both = await createEmulator({ platform: { mode: 'switching', ...quiet } })
  modern = await createEmulator({ platform: { mode: 'public-key', ...quiet } })
  classic = await createEmulator({ platform: { mode: 'certificates', ...quiet } })
  secure = await createEmulator({ https: true, platform: { mode: 'switching', ...quiet } })
  strange = await createEmulator({ https: true, merchants: [{ mchid: '1900000333' }] })
  const years = { https: true, platform: { mode: 'certificates', ...quiet } } as const
  old = await createEmulator({ ...years, clock: () => Date.now() - 6 * YEAR })
  future = await createEmulator({ ...years, clock: () => Date.now() + YEAR })
})
beforeEach(() => {
  for (const emulator of [both, modern, classic, secure]) emulator.recover()
})
afterAll(async () => {
  await Promise.all([both, modern, classic, secure, strange, old, future].map((one) => one.close()))
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const without = (options: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)))

const isBad = ({ state }: Finding): boolean => state === 'bad'

async function faults(options: object, how: CheckOptions = {}): Promise<Finding[]> {
  const findings = await Wechatpay.check(options, how)
  const text = JSON.stringify(findings)
  for (const name of ['apiv3Key', 'brandApiKey', 'secret'] as const) {
    const secret: unknown = (options as Record<string, unknown>)[name]
    if (typeof secret === 'string' && secret !== '') expect(text).not.toContain(secret)
  }
  expect(text).not.toMatch(/PRIVATE KEY-----/)
  return findings.filter(isBad)
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const ofMerchant = (emulator: Emulator, more: object = {}): object => ({ ...emulator.merchant, ...more })
const firstOf = (certs: object): string => Object.keys(certs)[0] ?? ''
const certOf = (emulator: Emulator): string => emulator.merchant.merchant?.cert ?? ''

/** A fault: what is wrong, the options with it, the code that it is found by, and what the hint says. */
type Fault = readonly [name: string, options: () => object | Promise<object>, code: FindingCode, fix: RegExp]

const ID_FAULTS: readonly Fault[] = [
  ['no mchid', () => without(both.merchant, 'mchid'), 'MCHID_MISSING', /WXPAY_MCHID/],
  ['an mchid that is none', () => ofMerchant(both, { mchid: 'me' }), 'MCHID_INVALID', /商户信息/],
  [
    'the mchid of another merchant',
    () => ofMerchant(both, { mchid: '1900000999' }),
    'ID_OF_ANOTHER',
    /1900000999/,
  ],
  [
    'that, with certificates to download',
    () => without(ofMerchant(classic, { mchid: '1900000999' }), 'certs'),
    'ID_OF_ANOTHER',
    /1900000999/,
  ],
  ['no serial', () => without(both.merchant, 'serial'), 'SERIAL_MISSING', /openssl x509/],
  [
    'a serial that is none',
    () => ofMerchant(both, { serial: 'my serial' }),
    'SERIAL_INVALID',
    /openssl x509/,
  ],
  [
    'the serial of another certificate',
    () => ofMerchant(both, { serial: OTHER_SERIAL }),
    'SERIAL_UNKNOWN',
    /5F5F.*1900000109/,
  ],
]

const KEY_FAULTS: readonly Fault[] = [
  ['no private key', () => without(both.merchant, 'privateKey'), 'PRIVATE_KEY_MISSING', /apiclient_key/],
  [
    'a private key that is none',
    () => ofMerchant(both, { privateKey: 'file:///dev/null' }),
    'PRIVATE_KEY_INVALID',
    /apiclient_key/,
  ],
  [
    'a certificate for the private key',
    () => ofMerchant(both, { privateKey: certOf(secure) }),
    'PRIVATE_KEY_INVALID',
    /apiclient_key/,
  ],
  [
    'a private key that is too short',
    () => ofMerchant(both, { privateKey: weak.privateKey }),
    'PRIVATE_KEY_SHORT',
    /2048/,
  ],
  [
    'the private key of another merchant',
    () => ofMerchant(both, { privateKey: somebody.privateKey }),
    'PRIVATE_KEY_OF_ANOTHER',
    /came with it/,
  ],
]

const CERTS_FAULTS: readonly Fault[] = [
  ['no platform keys', () => without(both.merchant, 'certs', 'apiv3Key'), 'CERTS_MISSING', /WXPAY_CERTS/],
  ['certs with nothing in it', () => ofMerchant(both, { certs: {} }), 'CERTS_MISSING', /WXPAY_CERTS/],
  [
    'certs that is no object',
    () => ofMerchant(both, { certs: 'pub_key.pem' }),
    'CERTS_INVALID',
    /pub_key\.pem/,
  ],
  [
    'a platform key that is none',
    () => ofMerchant(both, { certs: { [OTHER_ID]: 'file:///dev/null' } }),
    'CERTS_INVALID',
    /pub_key\.pem/,
  ],
  [
    'a platform key that is too short',
    () => ofMerchant(both, { certs: { [OTHER_ID]: weak.publicKey } }),
    'CERTS_INVALID',
    /pub_key\.pem/,
  ],
  [
    'the merchant’s own certificate in certs',
    () => ofMerchant(secure, { certs: { [secure.merchant.serial]: certOf(secure) } }),
    'CERTS_OWN',
    /微信支付公钥/,
  ],
  [
    'some key under the merchant’s own serial',
    () => ofMerchant(both, { certs: { [both.merchant.serial]: somebody.publicKey } }),
    'CERTS_OWN',
    /微信支付公钥/,
  ],
  [
    'the merchant’s own certificate under the id of a public key',
    () => ofMerchant(secure, { certs: { [OTHER_ID]: certOf(secure) } }),
    'CERTS_OWN',
    /微信支付公钥/,
  ],
  [
    'a platform certificate under another serial',
    async () =>
      ofMerchant(classic, { certs: { [OTHER_SERIAL]: Object.values(await classic.certificates())[0] } }),
    'CERTS_MISLABELLED',
    /list it under/,
  ],
  [
    'a platform certificate that has expired',
    async () => ofMerchant(classic, { certs: await old.certificates() }),
    'CERTS_EXPIRED',
    /in force/,
  ],
  [
    'a platform certificate that is not valid yet',
    async () => ofMerchant(classic, { certs: await future.certificates() }),
    'CERTS_NOT_YET_VALID',
    /clock/,
  ],
  [
    'a public key under a wrong id',
    () => ofMerchant(modern, { certs: { [OTHER_ID]: Object.values(modern.merchant.certs)[0] } }),
    'CERTS_ID_WRONG',
    /id beside it/,
  ],
  [
    'the public key of another merchant',
    () => ofMerchant(modern, { certs: both.merchant.certs }),
    'CERTS_ID_WRONG',
    /id beside it/,
  ],
  [
    'another key under the right id',
    () => ofMerchant(modern, { certs: { [firstOf(modern.merchant.certs)]: somebody.publicKey } }),
    'CERTS_KEY_WRONG',
    /id of another key/,
  ],
  [
    'that, where there are certificates as well',
    () => ofMerchant(both, { certs: { [firstOf(both.merchant.certs)]: somebody.publicKey } }),
    'CERTS_KEY_WRONG',
    /id of another key/,
  ],
  [
    'the certificate of another merchant, and no APIv3 key',
    async () => {
      const other = await createEmulator({ platform: { mode: 'certificates', probes: 0 } })
      const certs = await other.certificates()
      await other.close()
      return without(ofMerchant(classic, { certs }), 'apiv3Key')
    },
    'CERTS_LACK_KEY',
    /to certs/,
  ],
  [
    'no public key of a merchant without certificates',
    () => without(modern.merchant, 'certs'),
    'CERTS_NEEDED',
    /pub_key\.pem/,
  ],
]

const SECRET_FAULTS: readonly Fault[] = [
  [
    'an APIv3 key of a wrong length',
    () => ofMerchant(both, { apiv3Key: 'short' }),
    'SECRET_LENGTH_WRONG',
    /32/,
  ],
  [
    'that, with certificates to download',
    () => without(ofMerchant(classic, { apiv3Key: 'short' }), 'certs'),
    'SECRET_LENGTH_WRONG',
    /32/,
  ],
  ['a wrong APIv3 key', () => ofMerchant(both, { apiv3Key: 'x'.repeat(32) }), 'APIV3_KEY_WRONG', /APIv3密钥/],
  [
    'that, with certificates to download',
    () => without(ofMerchant(classic, { apiv3Key: 'x'.repeat(32) }), 'certs'),
    'APIV3_KEY_WRONG',
    /APIv3密钥/,
  ],
  [
    'an APIv2 key of a wrong length',
    () => ofMerchant(both, { secret: 'short' }),
    'SECRET_LENGTH_WRONG',
    /32/,
  ],
  ['a wrong APIv2 key', () => ofMerchant(both, { secret: 'x'.repeat(32) }), 'SECRET_WRONG', /APIv2密钥/],
]

const CERTIFICATE_FAULTS: readonly Fault[] = [
  [
    'a client certificate that is none',
    () => ofMerchant(both, { merchant: { cert: 'file:///dev/null' } }),
    'CERTIFICATE_INVALID',
    /apiclient_cert/,
  ],
  [
    'the client certificate of another merchant',
    () => ofMerchant(both, { merchant: { cert: certOf(strange), key: strange.merchant.privateKey } }),
    'CERTIFICATE_OF_ANOTHER',
    /belong/,
  ],
  [
    'a p12 that its passphrase does not open',
    () => ofMerchant(both, { merchant: { pfx: Buffer.from('no p12') } }),
    'CLIENT_CERTIFICATE_INVALID',
    /apiclient_cert/,
  ],
  [
    'a client certificate that cannot be read, and should give the serial',
    () => without(ofMerchant(secure, { merchant: { cert: 'file:///dev/null' } }), 'serial'),
    'CERTIFICATE_INVALID',
    /apiclient_cert/,
  ],
  [
    'no private key, where the client certificate gives the serial',
    () => without(secure.merchant, 'serial', 'privateKey'),
    'PRIVATE_KEY_MISSING',
    /apiclient_key/,
  ],
  [
    'a serial that the certificate has not',
    () => ofMerchant(secure, { serial: OTHER_SERIAL }),
    'CERTIFICATE_OF_ANOTHER_SERIAL',
    /give serial/,
  ],
  [
    'an mchid that the certificate has not',
    () => ofMerchant(secure, { mchid: '1900000999' }),
    'CERTIFICATE_OF_ANOTHER_MCHID',
    /1900000109/,
  ],
  [
    'a private key that the certificate has not',
    () => ofMerchant(secure, { privateKey: somebody.privateKey }),
    'CERTIFICATE_OF_ANOTHER_KEY',
    /came with this/,
  ],
]

const NETWORK_FAULTS: readonly Fault[] = [
  [
    'a host that nobody listens at',
    () => ofMerchant(both, { baseURL: 'http://127.0.0.1:1' }),
    'HOST_UNREACHABLE',
    /firewall/,
  ],
  [
    'a host whose name is unknown',
    () => ofMerchant(both, { baseURL: 'https://wechatpay.invalid' }),
    'HOST_UNKNOWN',
    /DNS/,
  ],
  [
    'an authority that is not trusted',
    () => without(secure.merchant, 'ca'),
    'TLS_UNTRUSTED',
    /NODE_EXTRA_CA_CERTS/,
  ],
  [
    'a proxy that nobody listens at',
    () => ofMerchant(both, { proxy: { host: '127.0.0.1', port: 1 } }),
    'PROXY_FAILED',
    /NO_PROXY/,
  ],
  [
    'a proxy that wants a password',
    async () => {
      const { port } = new URL(await serve((_, response) => response.writeHead(407).end()))
      return ofMerchant(both, { proxy: { host: '127.0.0.1', port: Number(port) } })
    },
    'PROXY_FAILED',
    /NO_PROXY/,
  ],
  [
    'a baseURL of somebody else',
    async () =>
      ofMerchant(both, { baseURL: await serve((_, response) => response.writeHead(404).end('not here')) }),
    'NOT_WECHATPAY',
    /baseURL/,
  ],
  [
    'a baseURL at which everything is well',
    async () => ofMerchant(both, { baseURL: await serve((_, response) => response.end('{}')) }),
    'NOT_WECHATPAY',
    /baseURL/,
  ],
  [
    'a baseURL that is none',
    () => ofMerchant(both, { baseURL: 'api.mch.weixin.qq.com' }),
    'OPTIONS_INVALID',
    /option/,
  ],
  ['an option that there is none of', () => ofMerchant(both, { timeOut: 1 }), 'OPTIONS_INVALID', /option/],
  [
    'an option with a typing error in its name',
    () => ofMerchant(both, { serial: undefined, serail: both.merchant.serial }),
    'OPTIONS_INVALID',
    /option/,
  ],
  ['the options of two clients', () => ofMerchant(both, { brandId: '1' }), 'OPTIONS_INVALID', /option/],
  ['a clock that is behind', () => withClock(600_000), 'CLOCK_BEHIND', /set-ntp/],
  ['a clock that is ahead', () => withClock(-600_000), 'CLOCK_AHEAD', /set-ntp/],
  [
    'a clock by which certificates are not valid yet',
    async () => ({ ...(await withClock(YEAR + DAY)), certs: await future.certificates() }),
    'CLOCK_BEHIND',
    /set-ntp/,
  ],
  [
    'a clock by which certificates have expired',
    async () => ({ ...(await withClock(-2 * YEAR)), certs: await old.certificates() }),
    'CLOCK_AHEAD',
    /set-ntp/,
  ],
  [
    'a clock by which the client certificate is not valid yet',
    async () => ({
      ...without(await withClock(YEAR + DAY), 'serial'),
      ...{ merchant: { cert: certOf(future) }, privateKey: future.merchant.privateKey },
    }),
    'CLOCK_BEHIND',
    /set-ntp/,
  ],
]

/** A merchant of a server whose clock is away from this one's. */
async function withClock(skew: number): Promise<object> {
  const baseURL = await serve((request, response) => {
    const { url, method, headers } = request
    const forwarded = forward(`${both.url}${url}`, { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, {
        ...answer.headers,
        date: new Date(Date.now() + skew).toUTCString(),
      })
      answer.pipe(response)
    })
    request.pipe(forwarded)
  })
  return ofMerchant(both, { baseURL })
}

const API_FAULTS: readonly Fault[] = [
  [
    'a clock that the API alone finds wrong',
    async () => {
      const emulator = await createEmulator({ clock: () => Date.now() + 600_000 })
      late.push(emulator)
      return emulator.merchant
    },
    'CLOCK_WRONG',
    /set-ntp/,
  ],
  [
    'a signature refused without a reason',
    () => failing({ status: 401, code: 'SIGN_ERROR', message: 'no' }),
    'SIGNATURE_REFUSED',
    /one certificate/,
  ],
  ['no permission', () => failing({ status: 403, code: 'NO_AUTH' }), 'PERMISSION_DENIED', /open the product/],
  ['an API that fails', () => failing({ status: 500 }), 'API_UNAVAILABLE', /again/],
  ['an API that cuts connections', () => failing({ fault: 'drop' }), 'NO_ANSWER', /firewall/],
  [
    'an API that refuses the request',
    () => failing({ status: 400, code: 'PARAM_ERROR' }),
    'API_REFUSED',
    /what it says/,
  ],
  ['an answer that is a probe every time', () => failing({ fault: 'probe' }), 'ANSWER_INVALID', /proxy/],
  [
    'an answer that is changed on its way',
    () => failing({ fault: 'tampered' }),
    'CERTS_KEY_WRONG',
    /on the way/,
  ],
  ['an answer that is not signed', () => failing({ fault: 'unsigned' }), 'NOT_WECHATPAY', /gateway/],
  [
    'an answer that is signed by a stranger',
    () => failing({ fault: 'unknown-serial' }),
    'CERTS_LACK_KEY',
    /to certs/,
  ],
  ['an answer that is old', () => failing({ fault: 'stale' }), 'CLOCK_WRONG', /set-ntp/],
]
const late: Emulator[] = []
afterAll(() => Promise.all(late.map((one) => one.close())))

/** The merchant of an API that fails so. */
function failing(script: object): object {
  both.fail({ path: 'v3/certificates', ...script } as never)
  return both.merchant
}

const V2_FAULTS: readonly Fault[] = [
  [
    'the secret of another merchant',
    () => v2({ secret: randomUUID().replaceAll('-', '') }),
    'SECRET_WRONG',
    /APIv2密钥/,
  ],
  ['a secret of a wrong length', () => v2({ secret: 'short' }), 'SECRET_LENGTH_WRONG', /32/],
  ['an mchid that there is none of', () => v2({ mchid: '1900000999' }), 'MCHID_UNKNOWN', /secret belongs/],
  ['an mchid that is none', () => v2({ mchid: 'me' }), 'MCHID_INVALID', /商户信息/],
  [
    'the client certificate of another merchant',
    () => v2({ merchant: { cert: certOf(strange), key: strange.merchant.privateKey } }),
    'CERTIFICATE_OF_ANOTHER_MCHID',
    /1900000333/,
  ],
  [
    'a client certificate that has expired',
    () => v2({ merchant: { cert: certOf(old), key: old.merchant.privateKey } }),
    'CERTIFICATE_EXPIRED',
    /new one/,
  ],
  [
    'a client certificate that is not valid yet',
    () => v2({ merchant: { cert: certOf(future), key: future.merchant.privateKey } }),
    'CERTIFICATE_NOT_YET_VALID',
    /clock/,
  ],
  [
    'a client certificate with another key',
    () => v2({ merchant: { cert: certOf(secure), key: somebody.privateKey } }),
    'CERTIFICATE_OF_ANOTHER_KEY',
    /came with this/,
  ],
  [
    'a client certificate without a key',
    () => v2({ merchant: { cert: certOf(secure) } }),
    'CLIENT_CERTIFICATE_INVALID',
    /its key/,
  ],
  [
    'a host that nobody listens at',
    () => v2({ baseURL: 'http://127.0.0.1:1' }),
    'HOST_UNREACHABLE',
    /firewall/,
  ],
  [
    'a baseURL of somebody else',
    async () => v2({ baseURL: await serve((_, response) => response.writeHead(404).end('no')) }),
    'NOT_WECHATPAY',
    /baseURL/,
  ],
]

/** The options of a client of APIv2 alone. */
function v2(more: object = {}): object {
  const { mchid, secret, baseURL } = both.merchant
  return { mchid, secret, baseURL, ...more }
}

const RECEIVER_FAULTS: readonly Fault[] = [
  ['an APIv3 key of a wrong length', () => receiver({ apiv3Key: 'short' }), 'SECRET_LENGTH_WRONG', /32/],
  ['a secret of a wrong length', () => receiver({ secret: 'short' }), 'SECRET_LENGTH_WRONG', /32/],
  [
    'a platform key that is none',
    () => receiver({ certs: { [OTHER_ID]: 'x' } }),
    'CERTS_INVALID',
    /pub_key\.pem/,
  ],
  [
    'a platform certificate that has expired',
    async () => receiver({ certs: await old.certificates() }),
    'CERTS_EXPIRED',
    /in force/,
  ],
  [
    'a clock that is behind',
    async () => receiver({ ...without(await withClock(600_000), 'mchid', 'serial', 'privateKey') }),
    'CLOCK_BEHIND',
    /set-ntp/,
  ],
]

/** The options of a client that only receives. */
function receiver(more: object = {}): object {
  const { certs, apiv3Key, secret, baseURL } = both.merchant
  return { certs, apiv3Key, secret, baseURL, ...more }
}

const BRAND_FAULTS: readonly Fault[] = [
  ['a brand id that is none', () => brand({ brandId: 'us' }), 'BRAND_ID_INVALID', /WXPAY_BRAND_ID/],
  ['the id of another brand', () => brand({ brandId: '999999' }), 'ID_OF_ANOTHER', /999999/],
  [
    'the serial of another certificate',
    () => brand({ serial: OTHER_SERIAL }),
    'SERIAL_UNKNOWN',
    /brand 120344/,
  ],
  [
    'the private key of another brand',
    () => brand({ privateKey: somebody.privateKey }),
    'PRIVATE_KEY_OF_ANOTHER',
    /came with it/,
  ],
  ['no public key', () => without(brand(), 'certs'), 'CERTS_MISSING', /WXPAY_CERTS/],
  [
    'a public key under a wrong id',
    () => brand({ certs: { [OTHER_ID]: somebody.publicKey } }),
    'CERTS_ID_WRONG',
    /id beside it/,
  ],
  [
    'another key under the right id',
    () => brand({ certs: { [firstOf(both.brand.certs)]: somebody.publicKey } }),
    'CERTS_KEY_WRONG',
    /another key/,
  ],
  ['a brand API key of a wrong length', () => brand({ brandApiKey: 'short' }), 'SECRET_LENGTH_WRONG', /32/],
]

const brand = (more: object = {}): object => ({ ...both.brand, ...more })

describe.each([
  ['a merchant’s id and serial', ID_FAULTS],
  ['a merchant’s private key', KEY_FAULTS],
  ['platform keys', CERTS_FAULTS],
  ['secrets', SECRET_FAULTS],
  ['the client certificate', CERTIFICATE_FAULTS],
  ['the network', NETWORK_FAULTS],
  ['what the API says', API_FAULTS],
  ['APIv2 alone', V2_FAULTS],
  ['a receiver', RECEIVER_FAULTS],
  ['a brand', BRAND_FAULTS],
])('of %s', (_, table) => {
  it.each(table)('%s is found once', async (_name, options, code, fix) => {
    const given = await options()
    const found = await faults(given)
    expect(found.map((one) => one.code)).toEqual([code])
    expect(found[0]?.fix).toMatch(fix)
    both.recover()
    const inChinese = await faults(await options(), { language: 'zh' })
    expect(inChinese.map((one) => [one.check, one.code])).toEqual(found.map((one) => [one.check, one.code]))
    expect(inChinese[0]?.fix).toMatch(/[\u4e00-\u9fff]/)
  })
})

it.each([
  ['a public key', () => modern],
  ['certificates', () => classic],
])('asks again after a probe, of a merchant with %s', async (_, emulator) => {
  emulator().fail({ path: 'v3/certificates', fault: 'probe', times: 1 })
  expect(await faults(emulator().merchant)).toEqual([])
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
describe.skipIf(!hasOpenssl)('the certificate in a p12', () => {
  /** That of an emulator's merchant, as it is downloaded. */
  async function p12Of(emulator: Emulator): Promise<{ readonly merchant: object }> {
    const folder = mkdtempSync(join(tmpdir(), 'p12-'))
    const pair = join(folder, 'pair.pem')
    writeFileSync(pair, `${certOf(emulator)}\n${emulator.merchant.privateKey}`)
    const args = ['pkcs12', '-export', '-in', pair, '-passout', 'pass:p12']
    const { stdout: pfx } = await promisify(execFile)('openssl', args, { encoding: 'buffer' })
    rmSync(folder, { recursive: true })
    return { merchant: { pfx, passphrase: 'p12' } }
  }

  it.each<[string, () => Emulator, FindingCode, RegExp]>([
    ['of another merchant', () => strange, 'CERTIFICATE_OF_ANOTHER_MCHID', /the certificate of 1900000109/],
    ['that has expired', () => old, 'CERTIFICATE_EXPIRED', /new one/],
    ['that is not valid yet', () => future, 'CERTIFICATE_NOT_YET_VALID', /clock/],
  ])('is found once: one %s', async (_, emulator, code, fix) => {
    const p12 = await p12Of(emulator())
    for (const options of [ofMerchant(both, p12), v2(p12)])
      expect(await faults(options)).toMatchObject([{ code, fix: expect.stringMatching(fix) }])
  })

  it('may be another one of the same merchant', async () => {
    const p12 = await p12Of(secure)
    for (const options of [ofMerchant(secure, p12), ofMerchant(both, p12), v2(p12)])
      expect(await faults(options)).toEqual([])
  })
})

it.each([
  ['a p12 that its passphrase does not open', { pfx: Buffer.from('no p12') }],
  ['a client certificate that cannot be read', { cert: 'file:///dev/null' }],
])('signs all the same with %s', async (_, merchant) => {
  const found = await Wechatpay.check(ofMerchant(both, { merchant }))
  const states = Object.fromEntries(found.map(({ check, state }) => [check, state]))
  expect(states).toMatchObject({ signature: 'good', decryption: 'good', 'v2 signature': 'good' })
})

it('signs all the same where the certificate to compare cannot be read', async () => {
  const found = await Wechatpay.check(secure.merchant, { certificate: 'file:///dev/null' })
  expect(found.filter(isBad).map(({ code }) => code)).toEqual(['CERTIFICATE_INVALID'])
  const states = Object.fromEntries(found.map(({ check, state }) => [check, state]))
  expect(states).toMatchObject({ merchant: 'good', signature: 'good', 'v2 signature': 'good' })
})

it('signs nothing while the clock is wrong', async () => {
  both.requests.length = 0
  const found = await Wechatpay.check(await withClock(600_000))
  expect(found.find(({ check }) => check === 'signature')?.code).toBe('NOT_TRIED')
  expect(both.requests.filter(({ path }) => path === '/v3/certificates')).toEqual([])
})

describe('nothing is found', () => {
  it.each([
    ['a merchant with a public key', () => modern.merchant],
    ['a merchant with certificates', () => classic.merchant],
    ['a merchant whose certificates are downloaded', () => without(classic.merchant, 'certs')],
    ['a merchant with both', () => both.merchant],
    ['a merchant with a client certificate', () => secure.merchant],
    ['a merchant whose serial is that of the client certificate', () => without(secure.merchant, 'serial')],
    ['APIv2 alone', () => v2()],
    ['a receiver', () => receiver()],
    ['a receiver of APIv2 alone', () => without(receiver(), 'certs', 'apiv3Key')],
    ['a brand', () => brand()],
  ])('of %s', async (_, options) => {
    expect(await faults(options())).toEqual([])
    expect(await faults(options(), { offline: true })).toEqual([])
  })

  it('of keys and numbers as people paste them', async () => {
    const { serial, privateKey, secret } = both.merchant
    const pasted = {
      serial: `serial=${serial}`,
      privateKey: JSON.stringify(privateKey),
      secret: ` ${secret}\n`,
    }
    expect(await faults(ofMerchant(both, pasted))).toEqual([])
  })
})
