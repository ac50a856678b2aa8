import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../../lib/errors.js'
import type { Signer } from '../../../lib/identity.js'
import {
  createFixedKeys,
  createKeyRing,
  isPublicKeyId,
  loadPlatformKeys,
  type PlatformKey,
} from '../../../lib/protocols/v3/platform-keys.js'
import { certify } from '../../openssl.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
const certificate = certify(privateKey)
const { serialNumber, validFrom, validTo } = new X509Certificate(certificate)
const { privateKey: own } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ownPem = createPublicKey(own).export({ type: 'spki', format: 'pem' })
const signer = { mchid: '1900000109', serial: '00AA', privateKey: own } as Signer
const brand = { brandId: '40001', serial: '00AA', privateKey: own } as Signer

describe('the keys of a client', () => {
  const NOW = 1_700_000_000_000
  const key = (serial: string, notBefore?: number, notAfter?: number): PlatformKey => ({
    ...{ serial, key: publicKey },
    ...(notBefore !== undefined && { notBefore: NOW + notBefore }),
    ...(notAfter !== undefined && { notAfter: NOW + notAfter }),
  })
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['the newest certificate in force', [key('A', -9, 9), key('B', -5, 9), key('C', -7, 9)], 'B'],
    ['no certificate whose time has not come', [key('A', -9, 9), key('B', 1, 9)], 'A'],
    ['no certificate whose time is over', [key('A', -9, 9), key('B', -5, 0)], 'A'],
    ['a certificate from its first moment', [key('A', -9, 9), key('B', 0, 9)], 'B'],
    ['a public key before every certificate', [key('A', -1, 9), key('PUB_KEY_ID_1')], 'PUB_KEY_ID_1'],
    ['the newest of all where none is in force', [key('A', -9, -8), key('B', -5, -4)], 'B'],
    ['none where there is none', [], undefined],
  ])('are used by %s', (_, keys, serial) => {
    expect(createKeyRing(keys).current()?.serial).toBe(serial)
  })

  it('are found by their serial, however it is written', () => {
    const ring = createKeyRing([key('00ab12'), key('PUB_KEY_ID_1')])
    for (const serial of ['00ab12', 'AB12', 'ab12', '0AB12']) expect(ring.get(serial)?.serial).toBe('00ab12')
    expect(ring.get('PUB_KEY_ID_1')?.serial).toBe('PUB_KEY_ID_1')
    expect(ring.get('AB120')).toBeUndefined()
    expect(ring.all().map(({ serial }) => serial)).toEqual(['00ab12', 'PUB_KEY_ID_1'])
  })
})

it('keys that are fixed are there at once, and no others are looked up', async () => {
  const keys = createFixedKeys([{ serial: 'AB12', key: publicKey }])
  await keys.ready()
  await keys.lookUp('CD34')
  expect([keys.get('AB12')?.serial, keys.get('CD34'), keys.current()?.serial]).toEqual([
    'AB12',
    undefined,
    'AB12',
  ])
  expect(['PUB_KEY_ID_1', 'AB12', '1PUB_KEY_ID_'].map(isPublicKeyId)).toEqual([true, false, false])
})

describe('certs', () => {
  it.each([
    ['pub_key_id_0123', 'PUB_KEY_ID_0123'],
    ['1'.repeat(20), `PUB_KEY_ID_${'1'.repeat(20)}`],
    ['1'.repeat(34), `PUB_KEY_ID_${'1'.repeat(34)}`],
    ['1'.repeat(19), '1'.repeat(19)],
    ['1'.repeat(35), '1'.repeat(35)],
    ['ab12', 'ab12'],
  ])('takes a public key under %s for that of %s', (id, serial) => {
    expect(loadPlatformKeys({ [id]: pem }, signer).map((key) => key.serial)).toEqual([serial])
  })

  it.each(['xPUB_KEY_ID_1', 'PUB_KEY_ID_1-', 'PUB_KEY_ID_', 'ab-12', '-AB', 'AB-', 'G'])(
    'takes no public key under %s',
    (id) => {
      expect(() => loadPlatformKeys({ [id]: pem }, signer)).toThrow(ConfigError)
      expect(() => loadPlatformKeys({ [id]: pem }, signer)).toThrow(`${id} is no id of one`)
    },
  )

  it.each(['', 'undefined', 'null', 'NaN'])(
    'takes no key under %j, the value of a variable not set',
    (id) => {
      expect(() => loadPlatformKeys({ [id]: pem }, signer)).toThrow(`certs lists a key under '${id}'`)
    },
  )

  it('takes public keys by id and certificates by serial number', () => {
    const keys = loadPlatformKeys(
      { PUB_KEY_ID_1: pem, [`00${serialNumber.toLowerCase()}`]: certificate },
      signer,
    )
    expect(keys.map(({ key, ...rest }) => [key.equals(publicKey), rest])).toEqual([
      [true, { serial: 'PUB_KEY_ID_1' }],
      [true, { serial: serialNumber, notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) }],
    ])
  })

  it.each([
    [
      'is empty',
      {},
      signer,
      'certs is empty: no answer could be verified. List the platform public key or certificates',
    ],
    ['is empty for a brand', {}, brand, 'List the WeChat Pay public key of the brand'],
    ['is a list', [pem], signer, 'certs must be an object'],
    ['is a text', pem, signer, 'certs must be an object'],
    ['is null', null, signer, 'certs must be an object'],
    [
      "has the merchant's own",
      { aa: pem },
      signer,
      'certs lists aa, the serial of your own merchant certificate',
    ],
    ["has the brand's own", { AA: pem }, brand, 'the serial of your own brand API certificate'],
    [
      'has a certificate under another serial',
      { BB: certificate },
      signer,
      `certs.BB is the certificate with serial ${serialNumber}; list it under that`,
    ],
    ["has the merchant's own key", { PUB_KEY_ID_1: ownPem }, signer, 'certs.PUB_KEY_ID_1 is your own key'],
    ['has an id that was not set', { undefined: pem }, signer, "certs lists a key under 'undefined'"],
    ['has an empty id', { '': pem }, signer, "certs lists a key under ''"],
    [
      'has a public key under another name',
      { pub_key: pem },
      signer,
      'certs.pub_key is a public key, and pub_key is no id',
    ],
    ['has no key', { BB: 'x' }, signer, 'certs.BB is'],
  ])('that %s is refused', (_, certs, owner, why) => {
    expect(() => loadPlatformKeys(certs as never, owner)).toThrow(ConfigError)
    expect(() => loadPlatformKeys(certs as never, owner)).toThrow(why)
  })
})
