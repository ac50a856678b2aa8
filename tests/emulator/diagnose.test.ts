import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Diagnosis, diagnose } from '../../lib/emulator/diagnose.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })

const TIME = '1700000000'
const NONCE = 'nonce'
const URL = '/v3/pay/transactions/id/1?mchid=19&name=%E5%BC%A0'
const BODY = '{"name":"张","amount":1}'

interface Mistake {
  readonly method?: string
  readonly url?: string
  readonly body?: string
  readonly layout?: (message: string) => string
  readonly key?: typeof privateKey
  readonly algorithm?: string
}

function diagnosed({
  method = 'POST',
  url = URL,
  body = BODY,
  layout = (text) => text,
  ...how
}: Mistake): Diagnosis | undefined {
  const message = layout(`${method}\n${url}\n${TIME}\n${NONCE}\n${body}\n`)
  const signature = sign(how.algorithm ?? 'sha256', Buffer.from(message), how.key ?? privateKey).toString(
    'base64',
  )
  const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="19",nonce_str="${NONCE}",signature="${signature}",timestamp="${TIME}",serial_no="AA"`
  return diagnose(
    { authorization, method: 'POST', url: URL, host: '127.0.0.1:80', body: Buffer.from(BODY) },
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
  ['SHA-1', { algorithm: 'sha1' }, 'algorithm', /sha1 instead of SHA-256/],
]

describe('a signature that does not fit', () => {
  it.each(MISTAKES)('of %s is told by its digest', (_, mistake, part, issue) => {
    expect(diagnosed(mistake)).toMatchObject({ part, issue: expect.stringMatching(issue) })
  })

  it('comes with the message that was signed', () => {
    expect(diagnosed({ body: '' })?.signed).toBe(`POST\n${URL}\n${TIME}\n${NONCE}\n\n`)
  })
})
