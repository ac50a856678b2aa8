import { createSecretKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { encryptAesGcm } from '../../../lib/crypto/index.js'
import { ConfigError, VerificationError } from '../../../lib/index.js'
import {
  decryptList,
  isAlive,
  isCertificateList,
  parseList,
} from '../../../lib/protocols/v3/certificate-list.js'
import { certify } from '../../openssl.js'

const key = createSecretKey(Buffer.alloc(32, 'k'))
const nonce = 'n'.repeat(12)
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const certificate = certify(privateKey, 'AB12')
const { validFrom, validTo } = new X509Certificate(certificate)
const entry = (text: string, serial_no = 'AB12') => ({
  serial_no,
  encrypt_certificate: {
    ...{ algorithm: 'AEAD_AES_256_GCM', nonce, associated_data: 'certificate' },
    ciphertext: encryptAesGcm(text, key, nonce, 'certificate'),
  },
})

describe('a list of certificates', () => {
  afterEach(() => void vi.useRealTimers())

  it('holds keys, with their serials and validity', () => {
    const [platformKey, ...others] = decryptList({ data: [entry(certificate, '00ab12')] }, key)
    expect(others).toEqual([])
    expect(platformKey?.key.equals(publicKey)).toBe(true)
    expect(platformKey).toMatchObject({
      ...{ serial: 'AB12', notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) },
    })
  })

  it('holds none whose time is over', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(validTo) - 1 })
    expect(decryptList({ data: [entry(certificate)] }, key)).toHaveLength(1)
    vi.setSystemTime(Date.parse(validTo))
    expect(decryptList({ data: [entry(certificate)] }, key)).toEqual([])
    expect(isAlive({ serial: 'PUB_KEY_ID_1', key: publicKey })).toBe(true)
  })

  it('that holds something else is not to be trusted', () => {
    const list = () => decryptList({ data: [entry('no certificate', 'AA')] }, key)
    expect(list).toThrow(VerificationError)
    expect(list).toThrow('what is listed as AA is no certificate')
    expect(list).toThrow(expect.objectContaining({ code: 'ANSWER_INVALID', serial: 'AA' }))
  })

  it('that names another serial is not to be trusted', () => {
    const list = () => decryptList({ data: [entry(certificate, 'AB13')] }, key)
    expect(list).toThrow(VerificationError)
    expect(list).toThrow('AB13 is in truth the certificate AB12')
    expect(list).toThrow(expect.objectContaining({ code: 'ANSWER_INVALID', serial: 'AB12' }))
  })

  it('that another key has encrypted says that apiv3Key is not the one', () => {
    const list = () => decryptList({ data: [entry(certificate)] }, createSecretKey(Buffer.alloc(32, 'x')))
    expect(list).toThrow(ConfigError)
    expect(list).toThrow('apiv3Key cannot decrypt the platform certificates')
  })

  it('is read from an answer', () => {
    const list = { data: [entry(certificate), entry(certificate, '2')] }
    expect(parseList(JSON.stringify(list))).toEqual(list)
    expect(parseList(Buffer.from(JSON.stringify(list)))).toEqual(list)
  })

  it.each([
    '',
    'x',
    'null',
    '1',
    '[]',
    '{}',
    '{"data":{}}',
    '{"data":[]}',
    '{"data":[null]}',
    '{"data":[1]}',
  ])('is not %j', (text) => {
    expect(() => parseList(text)).toThrow(VerificationError)
    expect(() => parseList(text)).toThrow('GET v3/certificates: the answer lists no certificates')
    expect(() => parseList(text)).toThrow(expect.objectContaining({ code: 'ANSWER_INVALID' }))
  })

  it.each(['serial_no', 'nonce', 'associated_data', 'ciphertext'])(
    'has a %s for each certificate',
    (name) => {
      const whole = entry(certificate)
      const { [name as 'nonce']: _, ...encrypted } = whole.encrypt_certificate
      const lacking =
        name === 'serial_no'
          ? { encrypt_certificate: whole.encrypt_certificate }
          : { ...whole, encrypt_certificate: encrypted }
      expect(isCertificateList({ data: [whole] })).toBe(true)
      expect(isCertificateList({ data: [whole, lacking] })).toBe(false)
      expect(isCertificateList({ data: [{ serial_no: 'A' }] })).toBe(false)
    },
  )
})
