import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError } from '../../../lib/errors.js'
import { loadClientCertificate } from '../../../lib/protocols/v2/client-certificate.js'
import { certify, pem } from '../../openssl.js'

const folder = mkdtempSync(join(tmpdir(), 'client-certificate-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Buffer): URL => {
  writeFileSync(join(folder, name), content)
  return pathToFileURL(join(folder, name))
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const cert = certify(privateKey, 'AB12')
const key = pem(privateKey)
const pair = file('pair.pem', `Bag Attributes\n${cert}${key}`)

const hasLegacy = spawnSync('openssl', ['list', '-providers', '-provider', 'legacy']).status === 0
/** A PKCS#12 file of the pair. */
function pfx(passphrase: string, ...options: readonly string[]): Buffer {
  const path = join(folder, `${passphrase}.p12`)
  const args = [
    'pkcs12',
    '-export',
    '-in',
    join(folder, 'pair.pem'),
    '-out',
    path,
    '-passout',
    `pass:${passphrase}`,
    ...options,
  ]
  execFileSync('openssl', args, { stdio: 'pipe' })
  return readFileSync(path)
}
const load = (certificate: unknown, change: Partial<Parameters<typeof loadClientCertificate>[1]> = {}) =>
  loadClientCertificate(certificate as never, {
    ...{ mchid: '1900000109', serial: '00ab12', privateKey, ca: undefined, ...change },
  })

describe('a client certificate', () => {
  it.each<[string, () => unknown]>([
    ['PEM with its key', () => ({ cert, key })],
    ['PEM with the key of APIv3', () => ({ cert })],
    ['PEM with a key that is loaded already', () => ({ cert, key: privateKey })],
    ['bytes', () => ({ cert: Buffer.from(cert), key: Buffer.from(key) })],
    ['DER', () => ({ cert: new X509Certificate(cert).raw, key })],
    ['one file that has both', () => ({ cert: pair, key: pair })],
    ['the path of that file', () => ({ cert: pair.href, key: pair.href })],
    ['PKCS#12 under the merchant id', () => ({ pfx: pfx('1900000109') })],
    ['PKCS#12 in base64', () => ({ pfx: pfx('1900000109').toString('base64') })],
    ['PKCS#12 under a passphrase in a file', () => ({ pfx: file('own.p12', pfx('own')), passphrase: 'own' })],
  ])('is loaded from %s', (_, given) => {
    expect(load(given()).context).toBeDefined()
    expect(load(given(), { ca: cert }).context).toBeDefined()
  })

  it.each<[string, () => unknown, string | RegExp]>([
    ['nothing', () => null, 'merchant must be { cert, key } or { pfx, passphrase }'],
    ['a text', () => cert, 'merchant must be { cert, key } or { pfx, passphrase }'],
    ['a key', () => ({ cert: key }), 'merchant.cert is no certificate'],
    [
      'a damaged certificate',
      () => ({ cert: cert.replace(/^MII/m, 'AAA') }),
      'merchant.cert is no certificate',
    ],
    ['bytes that are none', () => ({ cert: Buffer.from('junk') }), 'merchant.cert is no certificate'],
    ['no certificate', () => ({ key }), 'merchant must be { cert, key } or { pfx, passphrase }, and has key'],
    ['a missing file', () => ({ cert: 'file:///no/such.pem' }), /^merchant.cert: cannot read/],
    ['another key', () => ({ cert, key: pem(other) }), 'merchant.key is not the key of merchant.cert'],
    ['a certificate for a key', () => ({ cert, key: cert }), 'merchant.key is a certificate'],
    ['another passphrase', () => ({ pfx: pfx('other') }), 'merchant.passphrase does not open merchant.pfx'],
    ['no PKCS#12', () => ({ pfx: Buffer.from('junk') }), 'merchant.pfx is no readable PKCS#12 file'],
    [
      'PEM for PKCS#12',
      () => ({ pfx: cert }),
      'merchant.pfx is a CERTIFICATE in PEM; give apiclient_cert.p12',
    ],
  ])('is not made of %s', (_, given, why) => {
    expect(() => load(given())).toThrow(ConfigError)
    expect(() => load(given())).toThrow(why)
  })

  it.skipIf(!hasLegacy)('in a cipher that OpenSSL 3 no longer takes is converted by one command', () => {
    const old = pfx('1900000109', '-legacy')
    expect(() => load({ pfx: old })).toThrow(ConfigError)
    expect(() => load({ pfx: old })).toThrow(
      /RC2 .* legacy .*Convert it once: openssl pkcs12 -legacy -in .* \(its passphrase is the merchant id\), then give merchant: \{ cert: /,
    )
  })

  it('and privateKey belong together', () => {
    expect(() => load({ cert }, { privateKey: other })).toThrow('privateKey is not the key of merchant.cert')
    expect(() => load({ cert, key }, { privateKey: other })).not.toThrow()
  })

  it('has the serial number of the client', () => {
    const loading = () => load({ cert }, { serial: 'CD34' })
    expect(loading).toThrow(ConfigError)
    expect(loading).toThrow('merchant.cert has the serial number AB12, but serial is CD34')
  })

  it('that is refused gives nothing away', () => {
    const passphrase = 'geheim'
    const problems = [{ cert, key: pem(other) }, { cert: key }, { pfx: pfx('1'), passphrase }].map(
      (given) => {
        try {
          return load(given)
        } catch (error) {
          return error as Error
        }
      },
    )
    for (const problem of problems) {
      expect(problem).toMatchObject({ name: 'ConfigError', code: 'KEY_INVALID' })
      expect(problem).not.toHaveProperty('cause')
      for (const hidden of [pem(other).slice(100, 140), key.slice(100, 140), passphrase]) {
        expect(String((problem as Error).stack)).not.toContain(hidden)
      }
    }
  })
})
