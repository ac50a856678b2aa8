import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { withoutKeys } from '../../lib/printable.js'
import { wxpay } from './run.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'pasted-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pem = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey
const body = pem.split('\n').slice(1, -2).join('')
/** A key without its beginning and its end, as a clipboard or a field of a form may leave it. */
const cut = body.slice(200, 400)
const beginning = body.slice(0, 50)
const privateKey = join(folder, 'key.pem')
writeFileSync(privateKey, pem)
const good = { WXPAY_MCHID: '1900000109', WXPAY_SERIAL: 'AB12', WXPAY_PRIVATE_KEY: privateKey }

/** Fails when a text has sixteen characters of the key in a row. */
function expectNoKey(text: string): void {
  for (let at = 0; at + 16 <= body.length; at += 4) expect(text).not.toContain(body.slice(at, at + 16))
}

describe('a command that is given a key in the wrong place', () => {
  const config = (content: object | string): string => {
    const file = join(folder, 'config.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return file
  }

  it.each<[string, Record<string, string>, (() => string[])?]>([
    ['a cut key', { WXPAY_PRIVATE_KEY: cut }],
    ['the beginning of a key', { WXPAY_PRIVATE_KEY: beginning }],
    ['some lines of a key', { WXPAY_PRIVATE_KEY: pem.split('\n').slice(0, 5).join('\n') }],
    ['certs that are a key', { WXPAY_CERTS: pem }],
    ['certs that are base64', { WXPAY_CERTS: `${cut}==` }],
    ['certs that are a list of keys', { WXPAY_CERTS: JSON.stringify([body]) }],
    ['certs whose file is a cut key', { WXPAY_CERTS: `PUB_KEY_ID_1=${cut}` }],
    ['certs whose id is a key', { WXPAY_CERTS: JSON.stringify({ [body]: 'x' }) }],
    ['a client certificate that is a cut key', { WXPAY_MERCHANT_CERT: cut }],
    ['a serial number that is a key', { WXPAY_SERIAL: body }],
    ['a base URL that is a key', { WXPAY_BASE_URL: `http://${body}` }],
    ['a ca that is a cut key', {}, () => ['--config', config({ ca: cut })]],
    ['a ca that is a key', {}, () => ['--config', config({ ca: pem })]],
    ['a configuration that is cut off', {}, () => ['--config', config(`{"privateKey": "${body}`)]],
    ['a configuration by the name of a key', {}, () => ['--config', body]],
    ['a misspelt flag', {}, () => [`--prvate-key=${body}`]],
    ['a key too many', {}, () => [body]],
  ])('shows nothing of it: %s', async (_, wrong, flags = () => []) => {
    const { code, stdout, stderr } = await wxpay(['certs', ...flags()], { env: { ...good, ...wrong } })
    expect([1, 2]).toContain(code)
    expectNoKey(stdout + stderr)
  })

  it.each([
    ['a cut key', { WXPAY_PRIVATE_KEY: cut }],
    ['certs whose id is a key', { WXPAY_CERTS: JSON.stringify({ [body]: 'x' }) }],
    ['a client certificate that is a cut key', { WXPAY_MERCHANT_CERT: cut }],
  ])('tells what is wrong without it: %s', async (_, wrong) => {
    const { code, stdout, stderr } = await wxpay(['doctor'], { env: { ...good, ...wrong } })
    expect(code).toBe(1)
    expectNoKey(stdout + stderr)
  })

  it('names a file that is not there', async () => {
    const missing = join(folder, 'production/merchant/secrets/apiclient_key.pem')
    const { stderr } = await wxpay(['certs'], { env: { ...good, WXPAY_PRIVATE_KEY: missing } })
    expect(stderr).toContain(missing)
  })
})

describe('a text for people', () => {
  it.each([
    '/home/alice/projects/shop/secrets/merchant/apiclient_key.pem',
    '/Users/Alice/Projects2026/Shop/Secrets/Merchant/Production/apiclient',
    '5F4DCC3B5AA765D61D8327DEB882CF99CAFEBABE0000',
    'v3/marketing/membercardOpen/cards/PS17a/users/import',
  ])('keeps what is no key: %s', (text) => {
    expect(withoutKeys(text)).toBe(text)
  })
})
