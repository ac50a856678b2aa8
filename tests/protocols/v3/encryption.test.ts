import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Traits } from '../../../lib/catalog/traits.js'
import { decryptOaep, encryptOaep } from '../../../lib/crypto/index.js'
import { RequestError, VerificationError } from '../../../lib/errors.js'
import type { Call } from '../../../lib/protocols/protocol.js'
import { createFixedKeys } from '../../../lib/protocols/v3/platform-keys.js'
import {
  assertEncryption,
  Ciphertext,
  decryptFields,
  encryptFields,
  sensitive,
} from '../../../lib/protocols/v3/sensitive.js'
import { explainSignError } from '../../../lib/protocols/v3/sign-error.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = createFixedKeys([{ serial: 'PUB_KEY_ID_1', key: publicKey }])
const decrypted = (value: unknown): string => decryptOaep(String(value), privateKey)

describe('a text to encrypt', () => {
  it('is shown to nobody', () => {
    const text = sensitive('张三')
    expect([String(text), inspect(text, { showHidden: true, depth: 9 })].join()).not.toContain('张三')
    expect(String(text)).toBe('Sensitive <hidden>')
    expect(() => JSON.stringify(text)).toThrow(RequestError)
    expect(() => JSON.stringify(text)).toThrow('encrypted only inside `json` or `query` of a v3 request')
  })

  it.each([[''], ['\ud83d'], [1], [null], [undefined]])('is not %j', (text) => {
    expect(() => sensitive(text as never)).toThrow(RequestError)
    expect(() => sensitive(text as never)).toThrow('takes a well-formed text that is not empty')
  })

  it('becomes a ciphertext that names its key, in JSON its base64', () => {
    const ciphertext = sensitive('张三').encryptFor({ serial: 'AB12', key: publicKey })
    expect(ciphertext).toBeInstanceOf(Ciphertext)
    expect(ciphertext.serial).toBe('AB12')
    expect(decrypted(ciphertext)).toBe('张三')
    expect(JSON.stringify({ name: ciphertext })).toBe(`{"name":"${String(ciphertext)}"}`)
  })
})

describe('the fields of a request', () => {
  it('are encrypted in body and query, in lists and objects', () => {
    const body = { list: [sensitive('a'), 'b', null, { c: sensitive('c') }], when: new Date(0), n: 1 }
    const {
      body: sent,
      query,
      serial,
    } = encryptFields({ body, query: { d: sensitive('d') } }, undefined, keys)
    const { list, ...rest } = sent as { list: [string, string, null, { c: string }] }
    expect([decrypted(list[0]), list[1], list[2], decrypted(list[3].c)]).toEqual(['a', 'b', null, 'c'])
    expect(rest).toEqual({ when: new Date(0), n: 1 })
    expect([decrypted((query as { d: string }).d), serial]).toEqual(['d', 'PUB_KEY_ID_1'])
  })

  it('stay as they are where nothing is encrypted', () => {
    const parts = { body: { a: ['x', null] }, query: undefined }
    expect(encryptFields(parts, undefined, keys)).toEqual({ ...parts, serial: undefined })
    expect(encryptFields(parts, 'AB12', keys)).toEqual({ ...parts, serial: 'AB12' })
    expect(encryptFields(parts, 'AB12', keys).body).toBe(parts.body)
  })

  it('that are ciphertexts already name their key, which this client need not know', () => {
    const body = { a: new Ciphertext('YWJj', '00ab12') }
    expect(encryptFields({ body, query: undefined }, undefined, keys)).toEqual({
      ...{ body: { a: 'YWJj' }, query: undefined, serial: 'AB12' },
    })
  })

  it('are of one key', () => {
    const two = { body: [new Ciphertext('a', 'AA'), new Ciphertext('b', 'BB')], query: undefined }
    expect(() => encryptFields(two, undefined, keys)).toThrow(RequestError)
    expect(() => encryptFields(two, undefined, keys)).toThrow(
      'fields of one platform key only; these are of AA and BB',
    )
    const one = { body: [new Ciphertext('a', '0aa')], query: undefined }
    expect(encryptFields(one, 'AA', keys).serial).toBe('AA')
    expect(() => encryptFields(one, 'CC', keys)).toThrow('these are of AA and CC')
    const unknown = { body: sensitive('x'), query: undefined }
    expect(() => encryptFields(unknown, 'CC', keys)).toThrow(RequestError)
    expect(() => encryptFields(unknown, 'CC', keys)).toThrow(
      'no platform key CC to encrypt with; known: PUB_KEY_ID_1',
    )
    expect(() => encryptFields(unknown, undefined, createFixedKeys([]))).toThrow('There is no platform key')
  })
})

describe('what the catalogue marks as encrypted', () => {
  const call = (
    given: Partial<Call>,
    traits: Traits = { encrypts: ['json.name', 'json.list[].id', 'query.q'] },
  ) =>
    ({
      ...{ body: undefined, query: undefined, upload: undefined, sensitive: true },
      ...given,
      endpoint: { name: 'POST v3/x', documented: true, traits, ...given.endpoint },
    }) as unknown as Call
  const check =
    (...given: Parameters<typeof call>) =>
    () =>
      assertEncryption(call(...given))

  it.each<[string, Partial<Call>]>([
    ['is to be encrypted', { body: { name: sensitive('x'), list: [{ id: sensitive('y') }], other: 'z' } }],
    [
      'is encrypted already',
      { body: { name: new Ciphertext('a', 'AA') }, query: { q: new Ciphertext('a', 'AA') } },
    ],
    ['is empty', { body: { name: '', list: [] } }],
    ['is not there', {}],
    ['is in a text that is no JSON', { body: 'name' }],
  ])('goes out when it %s', (_, given) => {
    expect(check(given)).not.toThrow()
  })

  it.each<[string, Partial<Call>, string]>([
    ['in the body', { body: { name: '张三' } }, 'json.name'],
    ['in a list', { body: { list: [{ id: '1' }] } }, 'json.list[].id'],
    ['as a number', { body: { list: [{ id: 1 }] } }, 'json.list[].id'],
    ['in the query', { query: { q: 'x' } }, 'query.q'],
    ['in JSON', { body: '{"name":"张三"}' }, 'json.name'],
    ['where nothing else is encrypted', { body: { name: 'x' }, sensitive: false }, 'json.name'],
  ])('does not go out in clear %s', (_, given, at) => {
    expect(check(given)).toThrow(RequestError)
    expect(check(given)).toThrow(`POST v3/x: ${at} is a field that goes out encrypted: pass sensitive('…')`)
    expect(check(given)).not.toThrow('张三')
  })

  it('is in the meta of an upload', () => {
    const upload = {} as Call['upload']
    const traits = { encrypts: ['meta.name'] }
    expect(check({ body: { name: 'x' }, upload }, traits)).toThrow(
      'meta.name is a field that goes out encrypted',
    )
    expect(check({ body: { name: 'x' } }, traits)).not.toThrow()
  })

  it('is all that may be encrypted where an endpoint is documented', () => {
    const odd = { body: { name: sensitive('x'), other: sensitive('y') } }
    expect(check(odd)).toThrow(RequestError)
    expect(check(odd)).toThrow(
      'json.other is not documented as encrypted, so the API would not decrypt it: pass the text itself (encrypted are: json.name, json.list[].id, query.q)',
    )
    expect(check(odd, {})).toThrow('(no field of this endpoint is encrypted)')
    const undocumented = { ...odd, endpoint: { documented: false } as Call['endpoint'] }
    expect(check(undocumented)).not.toThrow()
    expect(check(undocumented, {})).not.toThrow()
  })
})

describe('the encrypted fields of a response', () => {
  const secret = encryptOaep('张三', publicKey)
  const opened = (data: unknown, ...paths: string[]) =>
    decryptFields(data, paths, privateKey, 'GET v3/x: the answer')

  it('are in clear, wherever they are, and nothing else changes', () => {
    expect(opened({ a: secret, b: 'x' }, 'a')).toEqual({ a: '张三', b: 'x' })
    expect(opened({ a: [{ b: secret }, { c: 1 }, null] }, 'a[].b')).toEqual({
      a: [{ b: '张三' }, { c: 1 }, null],
    })
    expect(opened({ a: [secret, ''] }, 'a[]')).toEqual({ a: ['张三', ''] })
    expect(opened({ a: { b: { c: secret } } }, 'a.b.c', 'a.x', 'y[].z')).toEqual({ a: { b: { c: '张三' } } })
  })

  it.each([[{ a: '' }], [{ a: 1 }], [{ a: null }], [{}], [null], ['text'], [[]]])(
    'are none in %j',
    (data) => {
      expect(opened(data, 'a', 'a[]', 'a.b', 'toString')).toEqual(data)
    },
  )

  it('that are for another key say so, by their place and nothing of their content', () => {
    const opening = () => opened({ a: [{ b: 'no ciphertext' }] }, 'a[].b')
    expect(opening).toThrow(VerificationError)
    expect(opening).toThrow(expect.objectContaining({ code: 'DECRYPTION_FAILED' }))
    expect(opening).toThrow(
      'GET v3/x: the answer: a[].b cannot be decrypted: it is not encrypted for the certificate',
    )
    expect(opening).not.toThrow('no ciphertext')
  })
})

describe('a signature that was refused', () => {
  const signed = { method: 'POST', url: '/v3/x', timestamp: 1_700_000_000, nonce: 'n', body: '{"a":1}' }
  const text = 'POST\n/v3/x\n1700000000\nn\n{"a":1}\n'
  const information = (truncated_sign_message: unknown, sign_message_length: unknown = text.length) => ({
    sign_information: { truncated_sign_message, sign_message_length },
  })
  const explain = (
    given: { message?: unknown; detail?: unknown; time?: number },
    signer: Parameters<typeof explainSignError>[2] = { mchid: '1900000109', serial: 'AA' },
  ) =>
    explainSignError(
      signed,
      { message: '签名错误', detail: undefined, time: 1_700_000_000_000, ...given },
      signer,
    )

  it('is described by the parts that were signed, each by its length and digest', () => {
    expect(explain({})).toMatch(
      /signed were 32 bytes: method 4 \([0-9a-f]{12}\), url 5 \([0-9a-f]{12}\), timestamp 10 \(\w{12}\), nonce 1 \(\w{12}\), body 7 \(\w{12}\)/,
    )
  })

  it.each([
    ['five minutes behind', 1_699_999_700_000, false],
    ['more than five minutes behind', 1_699_999_699_999, true],
    ['five minutes ahead', 1_700_000_300_000, false],
    ['more than five minutes ahead', 1_700_000_300_001, true],
  ])('is a matter of the clock where that of the gateway is %s', (_, time, isSkewed) => {
    expect(explain({ time }).includes('clock skew')).toBe(isSkewed)
  })

  it('names both clocks where they are too far apart, if both tell a time', () => {
    expect(explain({ time: 1_700_001_000_000 })).toMatch(
      /clock skew: it is 2023-11-14T22:13:20.000Z on this machine and 2023-11-14T22:30:00.000Z at the gateway; set the clock/,
    )
    expect(explain({ time: Number.POSITIVE_INFINITY })).not.toContain('clock skew')
  })

  it.each([
    ['时间戳过期', /the clock of this machine says \d{4}-.*; set it/],
    ['invalid Timestamp', /the clock of this machine says/],
    [
      '证书序列号错误',
      /serial AA is no certificate of merchant 1900000109, or is no longer valid; see: openssl x509/,
    ],
    ['Serial is wrong', /serial AA is no certificate/],
    ['商户号与证书不匹配', /the certificate of serial AA is not that of merchant 1900000109; check mchid/],
    ['mch_id mismatch', /check mchid/],
    ['MCHID mismatch', /check mchid/],
    ['brandid mismatch', /check mchid/],
  ])('is a matter of what the API says: %s', (message, why) => {
    expect(explain({ message })).toMatch(why)
  })

  it('is a matter of the brand where a brand has signed', () => {
    const why = explain({ message: '品牌ID错误' }, { brandId: '40001', serial: 'AA' })
    expect(why).toMatch(/is not that of brand 40001; check brandId/)
  })

  it.each([
    [
      'the same message',
      information(text),
      'the gateway computed the same message, so privateKey is not the key',
    ],
    [
      'the beginning of the same',
      information(text.slice(0, -4)),
      'the gateway computed the same message, so',
    ],
    [
      'another length',
      information(text, text.length + 1),
      'saw another body; does a proxy or interceptor change it',
    ],
    ['another body', information(text.replace('1}', '2}')), 'saw another body'],
    ['another method', information(text.replace('POST', 'PUT')), "saw another method: 'PUT'"],
    ['no text', information(1), 'the gateway computed the same message, so privateKey'],
    [
      'nothing',
      undefined,
      'if the gateway computed the same message, privateKey is not the key of serial AA',
    ],
    ['another detail', {}, 'if the gateway computed the same message, privateKey'],
  ])('is a matter of what the gateway saw: %s', (_, detail, why) => {
    expect(explain({ detail })).toContain(why)
  })

  it('may be a matter of the clock where the gateway tells no time', () => {
    expect(explain({ time: Number.NaN })).toMatch(
      /no Date to compare the clock with: it is 2023-11-14T22:13:20.000Z here/,
    )
    expect(explain({})).not.toContain('Date')
  })
})
