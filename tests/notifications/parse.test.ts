import { randomBytes } from 'node:crypto'
import { AxiosHeaders } from 'axios'
import { describe, expect, it } from 'vitest'
import type { SignedNotification } from '../../lib/emulator/index.js'
import { RequestError, VerificationError, type Wechatpay } from '../../lib/index.js'
import { startReceivers } from './rig.js'

const rig = startReceivers()
const lower = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

describe('a genuine notification', () => {
  it('is verified and decrypted', async () => {
    const event = await rig.wxpay.notifications.parse(rig.paid('order-1'))
    expect(event).toMatchObject({
      id: expect.stringMatching(/^EV-/),
      event_type: 'TRANSACTION.SUCCESS',
      resource: { out_trade_no: 'order-1' },
    })
  })

  it('may have its headers in any form', async () => {
    const notification = rig.paid('order-2')
    const { headers, body } = notification
    const forms = [
      headers,
      lower(headers),
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]])),
      new Headers(headers),
      new AxiosHeaders(headers),
    ]
    for (const form of forms) {
      const event = await rig.wxpay.notifications.parse({ headers: form, body })
      expect(event.resource).toEqual(rig.payloadOf(notification))
      expect(event.resource).toHaveProperty('out_trade_no', 'order-2')
    }
  })

  it('may have its body in any form of bytes', async () => {
    const notification = rig.paid('中文')
    const { headers, body } = notification
    const bytes = new TextEncoder().encode(body)
    for (const form of [body, Buffer.from(body), bytes, bytes.buffer as ArrayBuffer]) {
      const event = await rig.wxpay.notifications.parse({ headers, body: form })
      expect(event.resource).toEqual(rig.payloadOf(notification))
      expect(event.resource).toHaveProperty('out_trade_no', '中文')
    }
  })

  it('of a type that nobody documents comes through', async () => {
    const notification = rig.emulator.signNotification('TEAPOT.BREWED', { cups: 2 })
    const event = await rig.wxpay.notifications.parse(notification)
    expect(event).toMatchObject({ event_type: 'TEAPOT.BREWED', resource: { cups: 2 } })
  })

  it('signed with a certificate that came after the last download is believed after one more', async () => {
    const wxpay = rig.client({ certs: undefined as never })
    await wxpay.certificates.list()
    const serial = await rig.emulator.rotate()
    rig.emulator.requests.length = 0
    const signed = () => rig.emulator.signNotification('REFUND.SUCCESS', { refund_id: 'r' }, { serial })
    for (let times = 0; times < 3; times++) {
      expect((await wxpay.notifications.parse(signed())).resource).toHaveProperty('refund_id', 'r')
    }
    expect(rig.emulator.requests.map(({ path }) => path)).toEqual(['/v3/certificates'])
  })

  it('is the first thing that a client without certificates hears', async () => {
    const wxpay = rig.client({ certs: undefined as never })
    const [serial = ''] = Object.keys(await rig.emulator.certificates()).slice(-1)
    const signed = rig.emulator.signNotification('REFUND.SUCCESS', { refund_id: 'r' }, { serial })
    expect((await wxpay.notifications.parse(signed)).resource).toEqual(rig.payloadOf(signed))
  })
})

describe('a notification that is not to be trusted', () => {
  const rejected = async (change: (headers: Record<string, string>, body: string) => string | undefined) => {
    const { headers, body } = rig.paid('order-3')
    const changed: Record<string, string> = { ...headers }
    const forged = change(changed, body) ?? body
    const error: unknown = await rig.wxpay.notifications
      .parse({ headers: changed, body: forged })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(VerificationError)
    return (error as VerificationError).code
  }

  it.each([
    ['has another byte in its body', 'SIGNATURE_INVALID', (_: object, body: string) => `${body} `],
    [
      'has another event type',
      'SIGNATURE_INVALID',
      (_: object, body: string) => body.replace('TRANSACTION', 'TRANSACTIOM'),
    ],
    ['is cut short', 'SIGNATURE_INVALID', (_: object, body: string) => body.slice(0, -1)],
  ] as const)('%s', async (_, code, change) => {
    expect(await rejected(change)).toBe(code)
  })

  it.each([
    ['Wechatpay-Nonce', 'x', 'SIGNATURE_INVALID'],
    ['Wechatpay-Signature', 'AAAA', 'SIGNATURE_INVALID'],
    ['Wechatpay-Serial', '444F4864EA9B34415EF3F1C2F9B4B3F8A0E2B0D7', 'SERIAL_UNKNOWN'],
    ['Wechatpay-Timestamp', String(Math.floor(Date.now() / 1000) - 301), 'TIMESTAMP_INVALID'],
    ['Wechatpay-Timestamp', String(Math.floor(Date.now() / 1000) + 400), 'TIMESTAMP_INVALID'],
    ['Wechatpay-Timestamp', 'now', 'TIMESTAMP_INVALID'],
    ['Wechatpay-Timestamp', String(Math.floor(Date.now() / 1000) - 100), 'SIGNATURE_INVALID'],
  ])('says %s: %s', async (name, value, code) => {
    const set = (headers: Record<string, string>) => {
      headers[name] = value
      return undefined
    }
    expect(await rejected(set)).toBe(code)
  })

  it.each(['Wechatpay-Serial', 'Wechatpay-Signature', 'Wechatpay-Timestamp', 'Wechatpay-Nonce'])(
    'lacks %s',
    async (name) => {
      const drop = (headers: Record<string, string>) => {
        delete headers[name]
        return undefined
      }
      expect(await rejected(drop)).toBe('SIGNATURE_MISSING')
    },
  )

  it('is probe traffic, which WeChat Pay signs wrongly to see whether anybody checks', async () => {
    const probe = (headers: Record<string, string>) => {
      headers['Wechatpay-Signature'] = `WECHATPAY/SIGNTEST/${headers['Wechatpay-Signature']?.slice(19)}`
      return undefined
    }
    expect(await rejected(probe)).toBe('SIGNATURE_PROBE')
    const { headers, body } = rig.paid('probed')
    probe(headers as Record<string, string>)
    await expect(rig.wxpay.notifications.parse({ headers, body })).rejects.toThrow('it is a probe')
  })

  describe('cannot make us ask without end', () => {
    const automatic = () => rig.client({ certs: undefined as never })
    const noSuchList = () =>
      rig.emulator.fail({ path: 'v3/certificates', status: 404, code: 'RESOURCE_NOT_EXISTS' })
    const forged = (serial = randomBytes(20).toString('hex').toUpperCase()): SignedNotification => {
      const { headers, body } = rig.paid('forged')
      return { headers: { ...headers, 'Wechatpay-Serial': serial }, body }
    }
    const refusal = async (wxpay: Wechatpay, notification = forged()) => {
      const error: unknown = await wxpay.notifications.parse(notification).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ name: 'VerificationError', code: 'SERIAL_UNKNOWN' })
      return (error as Error).message
    }
    const downloads = () => rig.emulator.requests.filter(({ path }) => path === '/v3/certificates')

    it.each([
      ['knows the certificates', async (wxpay: Wechatpay) => wxpay.certificates.list(), 2],
      ['knows nothing yet', async () => undefined, 1],
      ['cannot download any', async () => noSuchList(), 1],
    ])('when the client %s', async (_, prepare, asked) => {
      const wxpay = automatic()
      await prepare(wxpay)
      await Promise.all(Array.from({ length: 30 }, () => refusal(wxpay)))
      for (let times = 0; times < 5; times++) await refusal(wxpay)
      expect(downloads()).toHaveLength(asked)
    })

    it('when certs are given', async () => {
      noSuchList()
      const wxpay = rig.client()
      await Promise.all(Array.from({ length: 30 }, () => refusal(wxpay)))
      expect(downloads()).toHaveLength(1)
    })

    it('by what no list can hold, or what is refused in any case', async () => {
      const wxpay = automatic()
      for (const serial of ['PUB_KEY_ID_0000', '../x']) await refusal(wxpay, forged(serial))
      const { headers, body } = forged()
      const stale = { headers: { ...headers, 'Wechatpay-Timestamp': '1' }, body }
      await expect(wxpay.notifications.parse(stale)).rejects.toMatchObject({ code: 'TIMESTAMP_INVALID' })
      expect(downloads()).toHaveLength(0)
    })

    it('and the message says what to do where the merchant has a public key alone', async () => {
      noSuchList()
      const wxpay = automatic()
      const [id = ''] = Object.keys(rig.emulator.merchant.certs)
      expect(await refusal(wxpay, rig.paid('x'))).toContain(`add pub_key.pem to certs under ${id}`)
      for (let times = 0; times < 2; times++)
        expect(await refusal(wxpay)).toMatch(/PUB_KEY_ID_.*pub_key\.pem/)
    })
  })

  it('is nothing that WeChat Pay would send', async () => {
    for (const body of [
      '',
      'hello',
      '<xml><sign>a</xml>',
      '<xml><sign>a</sign></xml',
      '<!DOCTYPE x [<!ENTITY a "b">]><xml><sign>&a;</sign></xml>',
    ]) {
      const parsed = rig.wxpay.notifications.parse({ headers: {}, body })
      await expect(parsed).rejects.toMatchObject({ name: 'VerificationError', code: 'ANSWER_INVALID' })
    }
  })
})

describe('what the client lacks', () => {
  it('is apiv3Key', async () => {
    const wxpay = rig.client({ apiv3Key: undefined as never })
    const error = await wxpay.notifications.parse(rig.paid('x')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RequestError)
    expect(String(error)).toContain('new Wechatpay({ apiv3Key })')
  })

  it('is the right apiv3Key', async () => {
    const wxpay = rig.client({ apiv3Key: 'x'.repeat(32) })
    const error = await wxpay.notifications.parse(rig.paid('x')).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'RequestError', code: 'DECRYPTION_FAILED' })
    expect(String(error)).toContain('apiv3Key cannot decrypt')
  })

  it('is the secret of v2', async () => {
    const wxpay = rig.client({ secret: undefined as never })
    const notification = rig.emulator.signNotification('transaction-success', { out_trade_no: '1' })
    const error = await wxpay.notifications.parse(notification).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RequestError)
    expect(String(error)).toContain('new Wechatpay({ secret })')
  })

  it.each([
    'express.raw',
    'express.json({ verify',
    'raw-body',
    'addContentTypeParser',
    'rawBody: true',
    'request.text()',
  ])('is the raw body, which a framework gives by %s', async (fix) => {
    const { headers, body } = rig.paid('x')
    for (const parsed of [JSON.parse(body), undefined, null, 1] as never[]) {
      const error = await rig.wxpay.notifications
        .parse({ headers, body: parsed })
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(RequestError)
      expect(String(error)).toContain(fix)
    }
  })

  it.each<[string, RegExp, (body: string) => string | Buffer]>([
    ['written anew', /parsed, and written anew as JSON/, (body) => JSON.stringify(JSON.parse(body), null, 1)],
    ['in base64', /base64.*event\.isBase64Encoded/, (body) => Buffer.from(body).toString('base64')],
    ['in base64, as bytes', /base64/, (body) => Buffer.from(Buffer.from(body).toString('base64'))],
    ['in base64url', /base64/, (body) => Buffer.from(body).toString('base64url')],
    ['empty', /is empty: it was read already/, () => ''],
    ['an object made a text', /an object that was made a text/, (body) => String(JSON.parse(body))],
  ])('is the raw body, where it is %s: that is named before the key', async (_, cause, change) => {
    const { headers, body } = rig.paid('x')
    const error = await rig.wxpay.notifications
      .parse({ headers, body: change(body) })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'VerificationError', code: 'SIGNATURE_INVALID' })
    const { message } = error as Error
    expect(message).toMatch(cause)
    expect(message).toContain('express.raw')
    expect(message.indexOf('body')).toBeLessThan(message.search(/\bkey\b/))
  })

  it('is the raw body of v2, where that is in base64', async () => {
    const { headers, body } = rig.emulator.signNotification('transaction-success', { out_trade_no: '1' })
    const parsed = rig.wxpay.notifications.parse({ headers, body: Buffer.from(body).toString('base64') })
    await expect(parsed).rejects.toThrow(/base64.*event\.isBase64Encoded/)
  })

  it('is headers', async () => {
    await expect(rig.wxpay.notifications.parse(undefined as never)).rejects.toBeInstanceOf(RequestError)
    await expect(rig.wxpay.notifications.parse({ body: '' } as never)).rejects.toBeInstanceOf(RequestError)
  })
})
