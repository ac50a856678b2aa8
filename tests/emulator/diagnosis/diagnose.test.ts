import { constants, createHash, createHmac, generateKeyPairSync, privateEncrypt, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { diagnoseV2 } from '../../../lib/emulator/diagnosis/diagnose-v2.js'
import { diagnoseV3 } from '../../../lib/emulator/diagnosis/diagnose-v3.js'
import type { Diagnosis } from '../../../lib/emulator/diagnosis/diagnosis.js'
import { startRig } from '../../e2e/client.js'
import { call } from '../client.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })

const TIME = '1700000000'
const NONCE = 'nonce'
const URL = '/v3/pay/transactions/id/1?mchid=19&name=%E5%BC%A0'
const BODY = '{"name":"张","amount":1,"url":"https://a.cn/?b&c"}'

interface Mistake {
  readonly method?: string
  readonly url?: string
  readonly time?: string
  readonly nonce?: string
  readonly body?: string
  readonly layout?: (message: string) => string
  readonly key?: typeof privateKey
  readonly algorithm?: string
}

function diagnosed({
  method = 'POST',
  url = URL,
  time = TIME,
  nonce = NONCE,
  body = BODY,
  layout = (text) => text,
  ...how
}: Mistake): Diagnosis | undefined {
  const message = layout(`${method}\n${url}\n${time}\n${nonce}\n${body}\n`)
  const signature = sign(how.algorithm ?? 'sha256', Buffer.from(message), how.key ?? privateKey)
  return diagnosedSignature(signature.toString('base64'))
}

const WHOLE = Buffer.from(`--b\r\n\r\n${BODY}\r\n--b--\xff`, 'latin1')

function diagnosedSignature(signature: string): Diagnosis | undefined {
  const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="19",nonce_str="${NONCE}",signature="${signature}",timestamp="${TIME}",serial_no="AA"`
  return diagnoseV3(
    {
      ...{ authorization, method: 'POST', url: URL, host: '127.0.0.1:80' },
      ...{ body: Buffer.from(BODY), upload: WHOLE },
    },
    publicKey,
  )
}

const MISTAKES: readonly (readonly [
  what: string,
  mistake: Mistake,
  part: Diagnosis['part'],
  issue: RegExp,
])[] = [
  ['a URL without its query', { url: '/v3/pay/transactions/id/1' }, 'url', /without its query/],
  ['a URL with its host', { url: `http://127.0.0.1:80${URL}` }, 'url', /protocol and host/],
  ['a decoded URL', { url: decodeURIComponent(URL) }, 'url', /before it was percent-encoded/],
  ['no body', { body: '' }, 'body', /left out/],
  ['a body with white space', { body: JSON.stringify(JSON.parse(BODY), null, 2) }, 'body', /white space/],
  [
    'a body as Python writes it',
    { body: BODY.replaceAll('":', '": ').replaceAll(',"', ', "') },
    'body',
    /white space/,
  ],
  ['a body as PHP writes it', { body: BODY.replaceAll('/', '\\/') }, 'body', /escapes/],
  ['a body as Go writes it', { body: BODY.replaceAll('&', '\\u0026') }, 'body', /escapes/],
  [
    'a body with its fields in order',
    { body: '{"amount":1,"name":"张","url":"https://a.cn/?b&c"}' },
    'body',
    /fields in another order/,
  ],
  ['a body serialized twice', { body: JSON.stringify(BODY) }, 'body', /serialized twice/],
  ['a body with a byte order mark', { body: `\uFEFF${BODY}` }, 'body', /byte order mark/],
  ['a query in another order', { url: URL.replace(/\?(.*)&(.*)/, '?$2&$1') }, 'url', /another order/],
  ['a path without /v3', { url: URL.slice(3) }, 'url', /first segment/],
  ['milliseconds', { time: `${TIME}123` }, 'timestamp', /milliseconds/],
  ['a time of its own', { time: '1700000001' }, 'timestamp', /taken twice/],
  ['a nonce in upper case', { nonce: 'NONCE' }, 'nonce', /upper and lower case/],
  ['a body with escapes', { body: BODY.replace('张', '\\u5f20') }, 'body', /escapes/],
  ['an object', { body: '[object Object]' }, 'body', /not serialized/],
  ['a method in lower case', { method: 'post' }, 'method', /signed as post/],
  ['no last line feed', { layout: (text) => text.slice(0, -1) }, 'layout', /line feed after the last line/],
  ['the line ends of Windows', { layout: (text) => text.replaceAll('\n', '\r\n') }, 'layout', /\\r\\n/],
  [
    'two mistakes',
    { url: '/v3/pay/transactions/id/1', body: '' },
    'url',
    /without its query; the body was left out/,
  ],
  ['something else', { body: 'something else' }, 'unknown', /another message/],
  ['another key', { key: stranger.privateKey }, 'key', /another private key/],
  ['SHA-1', { algorithm: 'sha1' }, 'algorithm', /SHA-1 instead of SHA-256/],
]

describe('a signature that does not fit', () => {
  it.each(MISTAKES)('of %s is told by its digest', (_, mistake, part, issue) => {
    expect(diagnosed(mistake)).toMatchObject({ part, issue: expect.stringMatching(issue) })
  })

  it('comes with the message that was signed', () => {
    expect(diagnosed({ body: '' })?.signed).toBe(`POST\n${URL}\n${TIME}\n${NONCE}\n\n`)
  })

  it('of the whole upload is told from one of its meta', () => {
    const head = Buffer.from(`POST\n${URL}\n${TIME}\n${NONCE}\n`)
    const message = Buffer.concat([head, WHOLE, Buffer.from('\n')])
    const found = diagnosedSignature(sign('sha256', message, privateKey).toString('base64'))
    expect(found).toMatchObject({ part: 'body', issue: expect.stringMatching(/part meta alone/) })
    expect(found).not.toHaveProperty('signed')
  })

  const MESSAGE = Buffer.from(`POST\n${URL}\n${TIME}\n${NONCE}\n${BODY}\n`)

  it('is not blamed where it does fit, and something else is wrong', () => {
    expect(diagnosedSignature(sign('sha256', MESSAGE, privateKey).toString('base64'))).toBeUndefined()
  })

  it('is told by its form: written in hexadecimal or base64url, of RSA-PSS, of a bare digest', () => {
    const genuine = sign('sha256', MESSAGE, privateKey)
    expect(diagnosedSignature(genuine.toString('hex'))).toMatchObject({ part: 'signature' })
    let pss: Buffer
    do {
      pss = sign('sha256', MESSAGE, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING })
    } while (!/[-_]/.test(pss.toString('base64url')))
    expect(diagnosedSignature(pss.toString('base64url'))).toMatchObject({ part: 'signature' })
    expect(diagnosedSignature(pss.toString('base64'))?.issue).toMatch(/RSA-PSS/)
    const bare = privateEncrypt(privateKey, createHash('sha256').update(MESSAGE).digest())
    expect(diagnosedSignature(bare.toString('base64'))).toMatchObject({ part: 'algorithm' })
  })
})

describe('the answer to a signature that does not fit', () => {
  const rig = startRig()

  it('says what was signed instead, and so does what is recorded', async () => {
    const { json } = await call(rig.emulator, 'GET', '/v3/certificates', undefined, {
      sent: { url: '/v3/certificates?a=1' },
    })
    const diagnosis = { part: 'url', issue: 'the URL was signed without its query' }
    expect(json.detail.diagnosis).toMatchObject(diagnosis)
    expect(rig.emulator.requests[0]?.diagnosis).toMatchObject(diagnosis)
  })

  it('does not blame a signature that is only too old', async () => {
    const timestamp = Math.floor(Date.now() / 1000) - 1_000
    const { json } = await call(rig.emulator, 'GET', '/v3/certificates', undefined, { timestamp })
    expect(json.detail.issue).toMatch(/not within 300 s/)
    expect(json.detail).not.toHaveProperty('diagnosis')
  })

  it('of v2 is recorded too, without the key', async () => {
    const { url, merchant } = rig.emulator
    const fields = { appid: 'wx1', mch_id: merchant.mchid, nonce_str: 'n', out_trade_no: '1' }
    const text = `appid=wx1&mch_id=${merchant.mchid}&nonce_str=n&out_trade_no=1&key=${merchant.apiv3Key}`
    const signed = { ...fields, sign: createHash('md5').update(text).digest('hex').toUpperCase() }
    const xml = Object.entries(signed).map(([name, value]) => `<${name}>${value}</${name}>`)
    await fetch(`${url}/pay/orderquery`, { method: 'POST', body: `<xml>${xml.join('')}</xml>` })
    expect(rig.emulator.requests[0]).toMatchObject({ verified: false, diagnosis: { part: 'key' } })
    expect(JSON.stringify(rig.emulator.requests)).not.toContain(merchant.apiv3Key)
  })
})

const KEY = '0123456789abcdef0123456789abcdef'
const FIELDS = { b: '2', a: 'x & y', empty: '', B: '3', nonce_str: 'n' }
const md5 = (text: string): string => createHash('md5').update(text).digest('hex').toUpperCase()
const RIGHT = `B=3&a=x & y&b=2&nonce_str=n&key=${KEY}`

const V2_MISTAKES: readonly (readonly [sign: string, part: Diagnosis['part'], issue: RegExp])[] = [
  [md5(RIGHT).toLowerCase(), 'signature', /upper case/],
  [createHmac('sha256', KEY).update(RIGHT).digest('hex'), 'algorithm', /HMAC-SHA256, but sign_type says MD5/],
  [md5(RIGHT.replace(KEY, 'other')), 'key', /the other key/],
  [md5(RIGHT.replace(`&key=${KEY}`, '')), 'layout', /&key= and the key are missing/],
  [md5(RIGHT.replace('key=', '')), 'layout', /key= is missing/],
  [md5(RIGHT.replace('b=2&', 'b=2&empty=&')), 'fields', /empty fields/],
  [md5(`b=2&a=x & y&B=3&nonce_str=n&key=${KEY}`), 'layout', /not sorted/],
  [md5(`a=x & y&b=2&B=3&nonce_str=n&key=${KEY}`), 'layout', /without regard to case/],
  [md5(RIGHT.replace('x & y', 'x%20%26%20y')), 'layout', /URL-encoded/],
  [md5(RIGHT.replace('x & y', 'x &amp; y')), 'layout', /&amp;/],
  [md5(RIGHT.replace('nonce_str=n&', '')), 'fields', /nonce_str was sent, but not signed/],
  [md5('anything'), 'unknown', /another key or over other fields/],
]

describe('a sign of v2 that does not fit', () => {
  it.each(V2_MISTAKES)('%s is told by trying: %s', (sign, part, issue) => {
    const found = diagnoseV2({ ...FIELDS, sign }, KEY, { 'the other key': 'other' })
    expect(found).toMatchObject({ part, issue: expect.stringMatching(issue) })
    expect(JSON.stringify(found)).not.toContain(KEY)
  })
})
