import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encryptAesGcm } from '../../lib/crypto/index.js'
import { RequestError } from '../../lib/errors.js'
import { xmlMessages } from '../../lib/notifications/generated/facts.js'
import { identify } from '../../lib/notifications/identify.js'
import { isXml } from '../../lib/notifications/parse.js'
import {
  alreadyParsed,
  bytesOf,
  cutOff,
  explainMismatch,
  isRaw,
  notRaw,
  readSignature,
  tooLarge,
  tooSlow,
} from '../../lib/notifications/request.js'
import {
  decryptResource,
  malformed,
  parseJsonObject,
  type Secrets,
} from '../../lib/notifications/resource.js'

describe('the headers of a signature', () => {
  const signature = { serial: 'S', signature: 'G', timestamp: '1', nonce: 'N' }
  const named = {
    'Wechatpay-Serial': 'S',
    'Wechatpay-Signature': 'G',
    'Wechatpay-Timestamp': '1',
    'Wechatpay-Nonce': 'N',
  }
  const spelt = (spell: (name: string) => string, value: (text: string) => unknown = String) =>
    Object.fromEntries(Object.entries(named).map(([name, text]) => [spell(name), value(text)]))

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['as the documentation spells them', named],
    ['as Node spells them', spelt((name) => name.toLowerCase())],
    ['in capitals', spelt((name) => name.toUpperCase())],
    [
      'in capitals, each in a list',
      spelt(
        (name) => name.toUpperCase(),
        (text) => [text],
      ),
    ],
    [
      'in capitals, where one came twice',
      { ...spelt((name) => name.toUpperCase()), 'WECHATPAY-NONCE': ['N', 'M'] },
    ],
    ['in both spellings', { ...spelt((name) => name.toLowerCase()), 'Wechatpay-Serial': 'other' }],
    ['with a number', { ...named, 'Wechatpay-Timestamp': 1 }],
  ])('are read %s', (_, headers) => {
    const isTwice = Array.isArray(headers['WECHATPAY-NONCE']) && headers['WECHATPAY-NONCE'].length > 1
    expect(readSignature(headers)).toEqual({ ...signature, ...(isTwice && { nonce: 'N, M' }) })
  })

  it('are read from an object that is asked for them', () => {
    const headers = {
      texts: new Map(Object.entries(spelt((name) => name.toLowerCase()))),
      get(name: string): unknown {
        return this.texts.get(name)
      },
    }
    expect(readSignature(headers)).toEqual(signature)
    expect(readSignature(new Headers(named))).toEqual(signature)
  })

  it.each(Object.keys(named))('are undefined where %s did not come', (name) => {
    for (const absent of [undefined, null]) {
      const headers = readSignature({ ...named, [name]: absent })
      expect(Object.values(headers).filter((value) => value === undefined)).toHaveLength(1)
      expect(headers).toEqual({ ...signature, [name.slice('Wechatpay-'.length).toLowerCase()]: undefined })
    }
  })
})

describe('the body of a notification', () => {
  const bytes = Buffer.from('{"a":"中"}')

  it.each([
    ['text', bytes.toString()],
    ['a Buffer', bytes],
    ['a part of a Uint8Array', new Uint8Array([0, ...bytes, 0]).subarray(1, -1)],
    ['an ArrayBuffer', new Uint8Array(bytes).buffer],
  ])('is raw as %s', (_, body) => {
    expect(isRaw(body)).toBe(true)
    expect(bytesOf(body)).toEqual(bytes)
  })

  it.each([[{}], [[]], [null], [undefined], [1]])(
    'is not raw as %j, and the error says how to keep it raw',
    (body) => {
      expect(isRaw(body)).toBe(false)
      expect(() => bytesOf(body)).toThrow(RequestError)
      expect(() => bytesOf(body)).toThrow('its signature covers the raw bytes')
    },
  )

  it('is kept raw in as many ways as there are frameworks', () => {
    const names = ['Express', 'Nest', 'Koa', 'Fastify', 'Next'].map((name) => `${name}: `)
    for (const name of names) expect(alreadyParsed().message).toContain(name)
    const { message } = alreadyParsed(['Koa', 'Nest'])
    expect(names.filter((name) => message.includes(name))).toEqual(['Nest: ', 'Koa: '])
    expect(message).toContain('getRawBody(ctx.req). Nest: ')
  })

  it.each([
    ['<xml><a/></xml>', true],
    ['\uFEFF<xml>', true],
    [' \n\t<xml>', true],
    ['{"a":"<xml>"}', false],
    ['{<xml>', false],
    ['x<xml>', false],
    ['[<]', false],
    ['', false],
    [`${' '.repeat(64)}<xml>`, false],
  ])('%j is XML: %j', (text, expected) => {
    expect([isXml(text), isXml(Buffer.from(text))]).toEqual([expected, expected])
  })

  it('is an object in JSON, or nothing', () => {
    expect(parseJsonObject('{"a":[1]}')).toEqual({ a: [1] })
    for (const text of ['[1]', 'null', '1', '"a"', 'x', '']) expect(parseJsonObject(text)).toBeUndefined()
  })

  it.each([
    ['', 'Its body is empty: it was read already'],
    ['[object Object]', 'Its body is an object that was made a text'],
    [Buffer.from(' {"a":1}').toString('base64'), 'Its body is in base64, as API gateways pass it on'],
    [Buffer.from('<xml/>').toString('base64url'), 'Its body is in base64'],
    [Buffer.from('hello').toString('base64'), undefined],
    ['{"a":"eyJh"}', undefined],
    ['x [object Object]', undefined],
  ])('%j cannot be what was sent: %s', (body, why) => {
    for (const form of [body, Buffer.from(body)]) {
      expect(notRaw(form)?.startsWith(why ?? 'not') ?? false).toBe(why !== undefined)
      expect(explainMismatch(form)).toContain(why ?? 'Most likely it was parsed, and written anew as JSON')
      expect(explainMismatch(form)).toContain('Express: put express.raw')
    }
  })

  it('that cannot be read says why, and the status of the response', () => {
    expect(tooLarge(10)).toMatchObject({
      name: 'BodyError',
      status: 413,
      message: 'The body is larger than 10 bytes',
    })
    expect(tooSlow()).toMatchObject({
      name: 'BodyError',
      status: 408,
      message: 'The body did not arrive in time',
    })
    expect(cutOff()).toMatchObject({
      name: 'BodyError',
      status: undefined,
      message: expect.stringMatching(/was gone/),
    })
  })

  it('that is no notification is said to be none, and why', () => {
    const cause = new Error('no')
    expect(malformed('it is empty', cause)).toMatchObject({
      ...{
        name: 'VerificationError',
        code: 'ANSWER_INVALID',
        message: 'This is no notification: it is empty',
        cause,
      },
    })
  })
})

describe('the resource of a notification', () => {
  const key = createSecretKey(Buffer.alloc(32, 'k'))
  const other = createSecretKey(Buffer.alloc(32, 'o'))
  const sealed = { nonce: 'n'.repeat(12), associatedData: 'transaction' }
  const resource = {
    ...sealed,
    ciphertext: encryptAesGcm('{"a":1}', key, sealed.nonce, sealed.associatedData),
  }
  const decrypt = (secrets: Partial<Secrets>) => () =>
    decryptResource(resource, secrets as Secrets, 'Notification X')

  it.each([
    ['a merchant', { identity: 'merchant', apiv3Key: key, brandApiKey: other }],
    ['a brand', { identity: 'brand', apiv3Key: other, brandApiKey: key }],
  ] as const)('is decrypted by the key of %s', (_, secrets) => {
    expect(decrypt(secrets)()).toBe('{"a":1}')
  })

  it.each([
    ['merchant', 'apiv3Key', 'APIv3 key'],
    ['brand', 'brandApiKey', 'brand API key'],
  ] as const)('needs of a %s the option %s', (identity, name, called) => {
    expect(decrypt({ identity })).toThrow(RequestError)
    expect(decrypt({ identity })).toThrow(
      `Notification X needs the option ${name}: new Wechatpay({ ${name} }), the 32 bytes of the ${called}`,
    )
    const wrong = decrypt({ identity, [name]: other })
    expect(wrong).toThrow(expect.objectContaining({ name: 'RequestError', code: 'DECRYPTION_FAILED' }))
    expect(wrong).toThrow(
      `${name} cannot decrypt this genuine notification: is it the ${called} of this ${identity}`,
    )
  })
})

describe('a message of v2', () => {
  it.each(xmlMessages.map((message) => [message.eventType, message] as const))(
    'is known for %s',
    (_, message) => {
      const { named, eventType, marks } = message
      const fields = named ? { event_type: eventType } : Object.fromEntries(marks.map((name) => [name, '']))
      expect(identify(fields)?.eventType).toBe(eventType)
    },
  )

  it('is the one that it has most fields of, and none that nobody documents', () => {
    const unnamed = xmlMessages.filter(({ named }) => !named)
    for (const one of unnamed) {
      const [mark = ''] = unnamed.find((other) => other !== one)?.marks ?? []
      const fields = Object.fromEntries(
        [...one.marks, ...(one.marks.length > 1 ? [mark] : [])].map((name) => [name, '']),
      )
      expect(identify(fields)?.eventType).toBe(one.eventType)
    }
    for (const fields of [{}, { a: '1' }, { event_type: 'TEAPOT.BREWED' }])
      expect(identify(fields)).toBeUndefined()
  })
})
