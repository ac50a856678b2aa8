import { describe, expect } from 'vitest'
import { authorizationOf, call, IMPORT, IMPORT_BODY, type Tampering } from '../client.js'
import { done, hold, type RawRequest, refused, sendRaw, startRules, upload, wrong } from './rules.js'

const SIGNING = 'https://pay.weixin.qq.com/wiki/doc/api_external/ch/wechatpay/wechatpay4_0.shtml'
const BASICS = 'https://pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html'
const ERRORS = 'https://pay.weixin.qq.com/wiki/doc/apiv3/wechatpay/wechatpay2_0.shtml'
const HEADERS = 'https://pay.weixin.qq.com/wiki/doc/api_external/en/wechatpay/wechatpay5_1.shtml'
const UPLOAD = 'https://pay.weixin.qq.com/docs/partner/apis/contracted-merchant-application/upload.html'
const RATE = 'https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter10_2_15.shtml'

const rig = startRules({ seed: 'rules' })
const body = JSON.stringify(IMPORT_BODY)
const signError = refused(401, 'SIGN_ERROR')
const seconds = (): number => Math.floor(rig.now() / 1_000)

const importCard = (how: Tampering = {}): Promise<object> =>
  call(rig.emulator, 'POST', IMPORT, IMPORT_BODY, { timestamp: seconds(), ...how })

/** A request whose signature is of other text than the documented five lines. */
function signedOver(method: string, url: string, signedUrl = url, signedBody = body): Promise<object> {
  const { header } = authorizationOf(rig.emulator, method, signedUrl, signedBody, { timestamp: seconds() })
  return call(rig.emulator, 'POST', url, IMPORT_BODY, { authorization: header })
}

const post = (raw: RawRequest = {}): Promise<object> =>
  sendRaw(rig.emulator, IMPORT, { method: 'POST', body, ...raw })

const meta =
  '{"filename":"a.png","sha256":"f3a9ff0af3c05a2a0ee3a2a1b0e2ee6ab1d4b4d4a0d4a2ac0c9fd6a5f1f9ff5d"}'

describe('a request is signed', () => {
  hold([
    [SIGNING, 'over its method, URL, time, nonce and body, in five lines', importCard, done()],
    [SIGNING, 'or it is refused', () => importCard({ authorization: null }), signError],
    [
      SIGNING,
      'by the private key of the certificate that it names',
      () => importCard({ serial: 'AB' }),
      signError,
    ],
    [SIGNING, 'with its query', () => signedOver('POST', `${IMPORT}?a=1`, IMPORT), signError],
    [
      SIGNING,
      'without its host',
      () => signedOver('POST', IMPORT, `https://api.mch.weixin.qq.com${IMPORT}`),
      signError,
    ],
    [SIGNING, 'by the method in capitals', () => signedOver('post', IMPORT), signError],
    [
      SIGNING,
      'over the very body that is sent',
      () => signedOver('POST', IMPORT, IMPORT, `${body} `),
      signError,
    ],
    [SIGNING, 'with an empty body where it has none', () => rig.query('NONE01'), { status: 404 }],
    [SIGNING, 'not long ago', () => importCard({ timestamp: seconds() - 301 }), signError],
    [
      SIGNING,
      'over the meta of an image alone',
      async () => {
        const [whole, type] = upload(meta, Buffer.from('x'))
        const headers = { 'Content-Type': type }
        return sendRaw(rig.emulator, '/v3/merchant/media/upload', { method: 'POST', headers, body: whole })
      },
      signError,
    ],
    [
      UPLOAD,
      'over the meta of an image, whose digest is that of the file',
      async () => {
        const [whole, type] = upload(meta, Buffer.from('x'))
        const sent = { method: 'POST', headers: { 'Content-Type': type }, body: whole, signedBody: meta }
        return sendRaw(rig.emulator, '/v3/merchant/media/upload', sent)
      },
      wrong('/meta/sha256'),
    ],
  ])
})

describe('a request has', () => {
  const invalid = refused(400, 'INVALID_REQUEST')
  hold([
    [HEADERS, 'an Accept', () => post({ headers: { Accept: undefined } }), invalid],
    [HEADERS, 'a User-Agent', () => post({ headers: { 'User-Agent': undefined } }), invalid],
    [
      BASICS,
      'the Content-Type application/json',
      () => post({ headers: { 'Content-Type': 'text/plain' } }),
      invalid,
    ],
    [BASICS, 'no character of four bytes', () => rig.place({ description: '公仔🐧' }), wrong('/description')],
    [BASICS, 'characters of up to three bytes', () => rig.place({ description: '公仔€é' }), done()],
    [BASICS, 'no null', () => rig.place({ attach: null }), wrong('/attach')],
  ])
})

describe('a response', () => {
  const order = rig.order.bind(rig)
  hold([
    [
      BASICS,
      'is the same whatever the order of the keys',
      async () => {
        const one = order({ out_trade_no: 'KEYS01' })
        const reversed = Object.fromEntries(Object.entries(one).reverse())
        const [first, again] = [await rig.place(one), await rig.place(reversed)]
        return { status: again.status, same: first.json.code_url === again.json.code_url }
      },
      { status: 200, same: true },
    ],
    [
      BASICS,
      'is the same whatever the order of the parameters',
      () => rig.call('GET', '/v3/merchant-service/complaints-v2?end_date=2024-03-01&begin_date=2024-03-01'),
      done(),
    ],
    [
      BASICS,
      'has 204 and no body where there is nothing to say',
      async () => {
        await rig.place({ out_trade_no: 'EMPTY1' })
        return rig.close('EMPTY1')
      },
      { status: 204, text: '' },
    ],
    [BASICS, 'has a Request-ID', () => post(), { headers: { 'request-id': expect.stringMatching(/./) } }],
    [
      BASICS,
      'has a Request-ID where it is a refusal',
      () => post({ headers: { Authorization: undefined } }),
      { status: 401, headers: { 'request-id': expect.stringMatching(/./) } },
    ],
    [
      BASICS,
      'has a code and a message where it is a refusal',
      () => rig.call('GET', '/v3/nothing'),
      { status: 404, json: { code: expect.any(String), message: expect.any(String) } },
    ],
    [
      ERRORS,
      'names a wrong field of the body by JSON pointer, with its value',
      () => rig.place({ amount: { total: 1, currency: 'XYZ' } }),
      {
        status: 400,
        json: { code: 'PARAM_ERROR', detail: { field: '/amount/currency', value: 'XYZ', location: 'body' } },
      },
    ],
    [
      ERRORS,
      'names a wrong parameter of the query by its name',
      () => rig.call('GET', '/v3/bill/tradebill?bill_date=yesterday'),
      wrong('bill_date'),
    ],
    [
      RATE,
      'is 429 where there were too many',
      async () => {
        const limit = rig.emulator.limit({ path: IMPORT, rate: 1 })
        await importCard()
        const answer = await importCard()
        limit.clear()
        return answer
      },
      refused(429, 'FREQUENCY_LIMITED'),
    ],
  ])
})
