import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../lib/emulator/index.js'
import { type MerchantOptions, Wechatpay } from '../../../lib/index.js'
import { explainSignError } from '../../../lib/protocols/v3/sign-error.js'

const signer = { mchid: '1900000109', serial: 'AA' }
const signed = {
  method: 'POST',
  url: '/v3/pay?a=1',
  timestamp: 1_700_000_000,
  nonce: 'n',
  body: '{"a":"中"}',
}
const message = 'POST\n/v3/pay?a=1\n1700000000\nn\n{"a":"中"}\n'
const length = Buffer.byteLength(message)
const explain = (text: string, bytes = length) =>
  explainSignError(
    signed,
    {
      message: '错误的签名，验签失败',
      detail: { sign_information: { truncated_sign_message: text, sign_message_length: bytes } },
      time: 1_700_000_010_000,
    },
    signer,
  )
const explainAt = (time: number) =>
  explainSignError(signed, { message: undefined, detail: undefined, time }, signer)

describe('a refused signature', () => {
  it('is described by the lengths and digests of what was signed, without printing it', () => {
    const text = explain(message)
    expect(text).toContain(`signed were ${length} bytes: method 4 (`)
    expect(text).toMatch(/body 11 \([0-9a-f]{12}\)/)
    expect(text).not.toContain('中')
  })

  it.each([
    ['method', message.replace('POST', 'GET'), "another method: 'GET'"],
    ['url', message.replace('?a=1', '?a=2'), "another url: '/v3/pay?a=2'"],
    ['timestamp', message.replace('1700000000', '1700000001'), "another timestamp: '1700000001'"],
    ['nonce', message.replace('\nn\n', '\nm\n'), "another nonce: 'm'"],
    ['body', message.replace('中', '国'), 'another body'],
  ])('names the %s where the gateway saw another', (_, theirs, why) => {
    expect(explain(theirs)).toContain(`the gateway saw ${why}`)
  })

  it('finds a body that differs beyond what the gateway shows by its length', () => {
    expect(explain(message.replace('中"}', '\n'), length + 1)).toContain('another body')
  })

  it('is explained without a time that is none', () => {
    expect(explainAt(Number.POSITIVE_INFINITY)).not.toContain('clock skew')
  })

  it('points at key and serial when both sides signed the same', () => {
    expect(explain(message)).toContain('privateKey is not the key of serial AA')
  })

  it('names a clock skew with both times', () => {
    expect(explainAt(1_700_001_000_000)).toContain(
      'clock skew: it is 2023-11-14T22:13:20.000Z on this machine and 2023-11-14T22:30:00.000Z',
    )
  })
})

describe('over a socket', () => {
  async function refusal(options: Partial<MerchantOptions>, clock?: () => number): Promise<string> {
    const emulator = await createEmulator(clock && { clock })
    const wxpay = new Wechatpay({ ...emulator.merchant, ...options })
    const error = (await wxpay.v3.certificates.get().catch((reason: unknown) => reason)) as Error
    wxpay.close()
    await emulator.close()
    return error.message
  }

  it('a key of another certificate is named', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(await refusal({ privateKey })).toContain(
      'the gateway computed the same message, so privateKey is not the key',
    )
  })

  it('a serial number that is wrong, a merchant id and a key have a hint each', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const hints = [
      [{ serial: 'AB12' }, /serial AB12 is no certificate of merchant \d+/, /privateKey is not|check mchid/],
      [{ mchid: '1' }, /is not that of merchant 1; check mchid/, /privateKey is not|is no certificate/],
      [{ privateKey }, /privateKey is not the key of serial/, /check mchid|is no certificate/],
    ] as const
    for (const [options, hint, others] of hints) {
      const message = await refusal({ ...options, merchant: undefined as never })
      expect(message).toMatch(hint)
      expect(message).not.toMatch(others)
    }
  })

  it('without a Date, the clock is named beside the key', () => {
    expect(explainAt(Number.NaN)).toMatch(/privateKey is not .*no Date .*it is 2023-11-14T22:13:20.000Z here/)
  })

  it('a secret that is wrong is named in APIv2, with the algorithm', async () => {
    const emulator = await createEmulator()
    const wxpay = new Wechatpay({ ...emulator.merchant, secret: 'x'.repeat(32) })
    const error = await wxpay.v2.pay.orderquery
      .post({ xml: { appid: 'a', out_trade_no: 'n', transaction_id: '' } })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SIGNERROR' })
    expect(String(error)).toMatch(/signed with \S+ by secret: .*APIv2 key .*not the APIv3 key.*sign_type/)
    wxpay.close()
    await emulator.close()
  })

  it('a clock that is wrong is named', async () => {
    expect(await refusal({}, () => Date.now() - 1_000_000)).toContain('clock skew: it is')
  })
})
