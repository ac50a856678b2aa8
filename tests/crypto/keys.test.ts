import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPrivateKey, loadPublicKey, sign, verify } from '../../lib/crypto/index.js'
import { loadCertificates } from '../../lib/crypto/keys.js'
import { ConfigError } from '../../lib/errors.js'
import { certify } from '../openssl.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-keys-'))
const keyFile = join(folder, 'apiclient_key.pem')
const certificateFile = join(folder, 'apiclient_cert.pem')
const certificate = certify(privateKey)

beforeAll(() => {
  writeFileSync(keyFile, exported(privateKey, 'pkcs8'))
  writeFileSync(certificateFile, certificate)
})
afterAll(() => rmSync(folder, { recursive: true }))

function exported(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki'): string {
  return key.export({ format: 'pem', type: type as 'pkcs1' }) as string
}

const ellipticPem = (type: 'sec1'): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type }) as string

const bare = (text: string) => text.replace(/-----[^-]+-----|\s/g, '')

describe('a private key', () => {
  it.each([
    ['PKCS#8 PEM', () => exported(privateKey, 'pkcs8')],
    ['PKCS#1 PEM', () => exported(privateKey, 'pkcs1')],
    ['PKCS#8 base64 without armour', () => bare(exported(privateKey, 'pkcs8'))],
    ['PKCS#1 base64 without armour', () => bare(exported(privateKey, 'pkcs1'))],
    ['PEM bytes', () => Buffer.from(exported(privateKey, 'pkcs8'))],
    ['PEM in a Uint8Array', () => new Uint8Array(Buffer.from(exported(privateKey, 'pkcs8')))],
    ['base64 of a PEM file', () => Buffer.from(exported(privateKey, 'pkcs8')).toString('base64')],
    ['DER bytes', () => privateKey.export({ format: 'der', type: 'pkcs8' })],
    [
      'a PEM with Windows line ends and text around it',
      () => `Bag\r\n${exported(privateKey, 'pkcs8').replace(/\n/g, '\r\n')}`,
    ],
    ['a file:// URL as text', () => pathToFileURL(keyFile).href],
    ['a file:// URL object', () => pathToFileURL(keyFile)],
    ['a KeyObject', () => privateKey],
  ])('is loaded from %s', (_, input) => {
    const signature = sign('message', loadPrivateKey(input()))
    expect(verify('message', signature, publicKey)).toBe(true)
  })

  it.each([
    ['a certificate', () => certificate, 'is a certificate'],
    ['a certificate without armour', () => bare(certificate), 'is a certificate'],
    ['a damaged certificate', () => certificate.replace(/^MII/m, 'AAA'), 'is a certificate'],
    ['a public key', () => exported(publicKey, 'spki'), 'is a public key'],
    ['a PKCS#1 public key', () => exported(publicKey, 'pkcs1'), 'is a public key'],
    ['a public KeyObject', () => publicKey, 'is a public key'],
    ['an elliptic key', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'type ec'],
    ['the PEM of an elliptic key', () => ellipticPem('sec1'), 'type ec'],
    [
      'a key under a passphrase',
      () =>
        privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }) as string,
      'passphrase',
    ],
    ['a missing file', () => pathToFileURL(join(folder, 'none.pem')), 'cannot read file://'],
    ['an empty text', () => ' ', 'is empty'],
    ['not there', () => undefined as never, 'privateKey is missing'],
    ['null', () => null as never, 'privateKey is missing'],
    ['an object', () => ({}) as never, 'must be PEM text, bytes'],
    ['some text', () => 'not a key!', /neither PEM, base64 nor a file:\/\/ URL$/],
    ['text about a file:// URL', () => 'see file:///keys', 'neither PEM, base64 nor'],
    ['a text with a suffix in it', () => 'my.pem file!', /file:\/\/ URL$/],
    ['a text with a slash in it', () => 'neither / nor!', /file:\/\/ URL$/],
    ['base64 of something else', () => Buffer.from('x'.repeat(300)).toString('base64'), 'not a readable RSA'],
  ])('is refused when it is %s', (_, input, why) => {
    expect(() => loadPrivateKey(input())).toThrow(ConfigError)
    expect(() => loadPrivateKey(input())).toThrow(why)
    expect(() => loadPrivateKey(input())).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }))
  })

  it.each([
    './apiclient_key',
    '../keys/key_1',
    '/run/secrets/key_1',
    '\\\\server\\key',
    '~/key_1',
    'C:\\keys\\key',
    'apiclient_key.pem',
    'apiclient.KEY',
  ])('is not read from the path %s, which is given as a URL', (path) => {
    expect(() => loadPrivateKey(path)).toThrow('a path is given as pathToFileURL(path)')
  })
})

describe('a public key', () => {
  it.each([
    ['SPKI PEM', () => exported(publicKey, 'spki')],
    ['PKCS#1 PEM', () => exported(publicKey, 'pkcs1')],
    ['base64 without armour', () => bare(exported(publicKey, 'spki'))],
    ['an X.509 certificate', () => certificate],
    ['an X.509 certificate without armour', () => bare(certificate)],
    ['a file:// URL', () => pathToFileURL(certificateFile).href],
    ['a KeyObject', () => createPublicKey(exported(publicKey, 'spki'))],
  ])('is loaded from %s', (_, input) => {
    expect(verify('message', sign('message', privateKey), loadPublicKey(input()))).toBe(true)
  })

  it.each([
    ['a private key', () => exported(privateKey, 'pkcs8'), /^publicKey is a private key/],
    ['a PKCS#1 private key', () => exported(privateKey, 'pkcs1'), 'is a private key'],
    ['a private KeyObject', () => privateKey, 'is a private key'],
    ['an elliptic key', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, 'type ec'],
    ['base64 of something else', () => Buffer.from('x'.repeat(300)).toString('base64'), 'not a readable RSA'],
  ])('is refused when it is %s', (_, input, why) => {
    expect(() => loadPublicKey(input())).toThrow(ConfigError)
    expect(() => loadPublicKey(input())).toThrow(why)
  })

  it('never appears in an error with its private half', () => {
    const secret = bare(exported(privateKey, 'pkcs8')).slice(40, 80)
    try {
      loadPublicKey(exported(privateKey, 'pkcs8'))
    } catch (error) {
      expect(`${error} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain(secret)
    }
    expect.assertions(1)
  })
})

describe('certificates', () => {
  const second = certify(privateKey, '2')
  const key = exported(privateKey, 'pkcs8')

  it.each<[string, () => string | Uint8Array | URL, readonly string[]]>([
    ['PEM', () => certificate, [certificate]],
    ['PEM of several', () => `Bag\n${certificate}${second}`, [certificate, second]],
    ['PEM with their key', () => `${key}${certificate}`, [certificate]],
    ['DER', () => new X509Certificate(certificate).raw, [certificate]],
    ['a file', () => pathToFileURL(certificateFile), [certificate]],
    ['the old name', () => certificate.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), [certificate]],
  ])('are loaded from %s, without anything else', (_, input, found) => {
    const serials = found.map((pem) => new X509Certificate(pem).serialNumber)
    const blocks = loadCertificates(input(), 'ca').match(/-----BEGIN[\s\S]*?-----END [A-Z ]+-----/g) ?? []
    expect(blocks.map((pem) => new X509Certificate(pem).serialNumber)).toEqual(serials)
  })

  it.each<[string, () => string | Uint8Array]>([
    ['a key', () => key],
    ['a damaged certificate', () => certificate.replace(/^MII/m, 'AAA')],
    ['one that is damaged among others', () => certificate + second.replace(/^MII/m, 'AAA')],
    ['bytes that are none', () => Buffer.from('junk')],
  ])('are not %s', (_, input) => {
    expect(() => loadCertificates(input(), 'ca')).toThrow(ConfigError)
    expect(() => loadCertificates(input(), 'ca')).toThrow(/^ca is no certificate.*: give one in PEM/)
  })
})
