import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../../../lib/emulator/index.js'
import {
  authorizationOf,
  call,
  IMPORT,
  IMPORT_BODY,
  isSignedBy,
  publicKeyId,
  publicKeyPem,
} from '../../client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator()
})
afterAll(() => emulator.close())

const now = () => Math.floor(Date.now() / 1000)

describe('a request', () => {
  test('with a genuine signature is carried out and recorded as verified', async () => {
    const { status, json } = await call(emulator, 'POST', IMPORT, IMPORT_BODY)
    expect([status, json]).toEqual([200, { code: '478515832665' }])
    expect(emulator.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: IMPORT,
      query: {},
      body: JSON.stringify(IMPORT_BODY),
      verified: true,
    })
    expect(emulator.requests.at(-1)).not.toHaveProperty('problem')
  })

  test('may give the pairs of the header in any order and with spaces', async () => {
    const { header } = authorizationOf(emulator, 'POST', IMPORT, JSON.stringify(IMPORT_BODY))
    const pairs = header.slice('WECHATPAY2-SHA256-RSA2048 '.length).split(',')
    const authorization = `WECHATPAY2-SHA256-RSA2048 ${pairs.reverse().join(' , ')}`
    expect((await call(emulator, 'POST', IMPORT, IMPORT_BODY, { authorization })).status).toBe(200)
  })

  test('covers the query exactly as it is on the request line', async () => {
    const url = '/v3/pay/transactions/out-trade-no/none?mchid=1900000109&b=%E4%B8%AD%2f&a=1+1'
    const { status } = await call(emulator, 'GET', url)
    expect(status).toBe(404)
    expect(emulator.requests.at(-1)).toMatchObject({
      url,
      query: { mchid: '1900000109', b: '中/', a: '1 1' },
      verified: true,
    })
  })

  test.each([
    ['method', { sent: { method: 'PUT' } }],
    ['path', { sent: { url: `${IMPORT}x` } }],
    ['query', { sent: { url: `${IMPORT}?a=1` } }],
    ['body', { sent: { body: JSON.stringify({ ...IMPORT_BODY, code: '1' }) } }],
    ['nonce', { sent: { nonce: 'another' } }],
    ['timestamp', { sent: { timestamp: now() - 1 } }],
    ['serial', { serial: '3775B6A45ACD588826D15E583A95F5DD00000000' }],
    ['mchid', { mchid: '1900000110' }],
  ])(
    'with another %s than was signed is refused with 401 SIGN_ERROR and the canonical message',
    async (_, how) => {
      const answer = await call(emulator, 'POST', IMPORT, IMPORT_BODY, how)
      expect(answer.status).toBe(401)
      expect(answer.json.code).toBe('SIGN_ERROR')
      const seen = emulator.requests.at(-1)
      expect(seen?.verified).toBe(false)
      expect(answer.json.detail.message).toBe(seen?.message)
      expect(seen?.message.split('\n').slice(0, 2)).toEqual([seen?.method, seen?.url])
      expect(seen?.message.split('\n')[4]).toBe(seen?.body)
      expect(seen?.problem).toBe(answer.json.detail.issue)
      // The API signs nothing for somebody it does not know.
      expect(answer.headers.get('wechatpay-signature')).toBeNull()
    },
  )

  test('that is refused for its signature says so in the shape of the API', async () => {
    const answer = await call(emulator, 'POST', IMPORT, IMPORT_BODY, {
      nonce: 'N',
      sent: { nonce: 'M', timestamp: now() },
    })
    const message = `POST\n${IMPORT}\n${now()}\nM\n${JSON.stringify(IMPORT_BODY)}\n`
    expect(answer.json).toMatchObject({
      code: 'SIGN_ERROR',
      detail: {
        detail: { issue: 'sign not match' },
        field: 'signature',
        location: 'authorization',
        sign_information: { method: 'POST', url: IMPORT, sign_message_length: Buffer.byteLength(message) },
      },
    })
    expect(answer.json.detail.sign_information.truncated_sign_message).toMatch(/\nM\n\{"openid\n$/)
  })

  test.each([
    ['missing', null],
    ['of another scheme', 'Bearer abc'],
    ['empty after the scheme', 'WECHATPAY2-SHA256-RSA2048 '],
    ['without all pairs', 'WECHATPAY2-SHA256-RSA2048 mchid="1",nonce_str="2"'],
    ['with garbage', 'WECHATPAY2-SHA256-RSA2048 ====,,,"""'],
    ['with a pair twice', 'WECHATPAY2-SHA256-RSA2048 mchid="1",mchid="1"'],
  ])('whose Authorization is %s is refused', async (_, authorization) => {
    const answer = await call(emulator, 'POST', IMPORT, IMPORT_BODY, { authorization })
    expect([answer.status, answer.json.code]).toEqual([401, 'SIGN_ERROR'])
    expect(emulator.requests.at(-1)?.problem).toMatch(/Authorization/)
  })

  test.each([-301, 301])(
    'whose clock is off by %i s is refused although its signature fits',
    async (skew) => {
      const answer = await call(emulator, 'GET', '/v3/certificates', undefined, { timestamp: now() + skew })
      expect(answer.status).toBe(401)
      expect(answer.json.detail.issue).toMatch(/within 300 s/)
    },
  )

  test('signs the meta part of an upload', async () => {
    const meta = JSON.stringify({ filename: '图.jpg', sha256: 'ab' })
    const body = `--x\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n${meta}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\u0000bytes\r\n--x--\r\n`
    const url = '/v3/merchant/media/upload'
    const { header } = authorizationOf(emulator, 'POST', url, meta)
    const how = { authorization: header, headers: { 'content-type': 'multipart/form-data; boundary="x"' } }
    await call(emulator, 'POST', url, body, how)
    expect(emulator.requests.at(-1)).toMatchObject({ verified: true, body })
    expect(emulator.requests.at(-1)?.message.split('\n')[4]).toBe(meta)
  })

  test('is judged as the openssl command line judges it', async () => {
    const { header, message } = authorizationOf(emulator, 'POST', IMPORT, JSON.stringify(IMPORT_BODY))
    await call(emulator, 'POST', IMPORT, IMPORT_BODY, { authorization: header })
    const recorded = emulator.requests.at(-1)?.message ?? ''
    expect(recorded).toBe(message)
    const key = execFileSync('openssl', ['pkey', '-pubout'], {
      input: emulator.merchant.privateKey,
    }).toString()
    const signature = /signature="([^"]+)"/.exec(header)?.[1] ?? ''
    expect(openssl(recorded, signature, key)).toBe('Verified OK')
    expect(openssl(`${recorded}x`, signature, key)).not.toBe('Verified OK')
  })
})

describe('an answer', () => {
  test('is signed by the public key when the request names it', async () => {
    const answer = await call(emulator, 'POST', IMPORT, IMPORT_BODY)
    expect(answer.headers.get('wechatpay-serial')).toBe(publicKeyId(emulator))
    expect(answer.headers.get('wechatpay-signature-type')).toBe('WECHATPAY2-SHA256-RSA2048')
    expect(answer.headers.get('request-id')).toBeTruthy()
    expect(answer.headers.get('server')).toMatch(/emulator/)
    expect(isSignedBy(answer, publicKeyPem(emulator))).toBe(true)
    expect(isSignedBy({ ...answer, text: `${answer.text} ` }, publicKeyPem(emulator))).toBe(false)
  })

  test('verifies with the openssl command line', async () => {
    const { headers, text } = await call(emulator, 'POST', IMPORT, IMPORT_BODY)
    const message = `${headers.get('wechatpay-timestamp')}\n${headers.get('wechatpay-nonce')}\n${text}\n`
    const signature = headers.get('wechatpay-signature') ?? ''
    expect(openssl(message, signature, publicKeyPem(emulator))).toBe('Verified OK')
  })

  test('to a request that names an unknown public key id is a clear error', async () => {
    const headers = { 'wechatpay-serial': 'PUB_KEY_ID_0100000000002024000000000000' }
    const answer = await call(emulator, 'POST', IMPORT, IMPORT_BODY, { headers })
    expect([answer.status, answer.json.code]).toEqual([400, 'PARAM_ERROR'])
    expect(answer.json.message).toContain(publicKeyId(emulator))
  })
})

function openssl(message: string, signature: string, publicKey: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
  try {
    writeFileSync(join(folder, 'key.pem'), publicKey)
    writeFileSync(join(folder, 'sig'), Buffer.from(signature, 'base64'))
    const args = ['dgst', '-sha256', '-verify', join(folder, 'key.pem'), '-signature', join(folder, 'sig')]
    return execFileSync('openssl', args, { input: message, stdio: 'pipe' }).toString().trim()
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
