import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { untilArrived } from '../../e2e/arrival.js'
import { startRig } from '../../e2e/client.js'
import { rejection } from './gateway.js'

const rig = startRig({ https: true })
const xml = {
  appid: 'wx1',
  transaction_id: '',
  out_trade_no: 'n',
  out_refund_no: 'r',
  total_fee: 1,
  refund_fee: 1,
}
const PASSPHRASE = 'a-passphrase-of-a-pfx'
const WORKWX = 'a-secret-of-wecom'

function printed(value: unknown): string {
  const options = { depth: 30, showHidden: true, maxStringLength: null, maxArrayLength: null }
  const attempt = (print: (value: unknown) => unknown): string => {
    try {
      return String(print(value))
    } catch (error) {
      return String(error)
    }
  }
  const more = value instanceof Error ? [value.message, String(value.stack)] : []
  return [
    inspect(value, options),
    inspect(value, { ...options, showProxy: true }),
    attempt(JSON.stringify),
    attempt(String),
    ...more,
  ].join('\n')
}

function expectNoSecret(value: unknown): void {
  const { secret, privateKey, apiv3Key, merchant } = rig.emulator.merchant
  const lines = `${privateKey}\n${merchant?.key}`.split('\n').filter((line) => line.length === 64)
  const text = printed(value)
  for (const hidden of [secret, apiv3Key, PASSPHRASE, WORKWX, ...lines])
    expect(text.includes(hidden)).toBe(false)
}

describe('no secret of v2 is ever printed', () => {
  it('of the client and its axios instance, even with calls in flight', async () => {
    rig.emulator.fail({ path: 'v2/secapi/pay/refund', fault: { delay: 60_000 }, times: 1 })
    const wxpay = rig.client({ workwxSecret: WORKWX })
    const caller = new AbortController()
    const call = rejection(wxpay.v2.secapi.pay.refund.post({ xml, signal: caller.signal }))
    await untilArrived(rig.emulator)
    for (const value of [wxpay, wxpay.v2.pay, wxpay.client.v2, wxpay.client.v2.defaults])
      expectNoSecret(value)
    caller.abort()
    await call
  })

  it('of an answer', async () => {
    expectNoSecret(
      await rig.wxpay.v2.mmpaymkttransfers.gethbinfo.post({
        xml: { mch_billno: '1', bill_type: 'MCHT', appid: 'a' },
      }),
    )
  })

  it.each([
    ['ApiError', { code: 'ORDERNOTEXIST' }],
    ['ApiError', { status: 500 }],
    ['VerificationError', { fault: 'forged-signature' }],
    ['VerificationError', { fault: 'tampered' }],
    ['ApiError', { fault: 'unsigned' }],
    ['NetworkError', { fault: 'drop' }],
    ['NetworkError', { fault: 'torn' }],
  ] as const)('of an %s by %j', async (name, failure) => {
    rig.emulator.fail({ path: 'v2/pay/closeorder', ...failure })
    const error = await rejection(
      rig.wxpay.v2.pay.closeorder.post({ xml: { appid: 'a', out_trade_no: 'n' }, retry: false }),
    )
    // An order that is not there is refused before it can be answered wrongly.
    expect((error as Error).name).toBe(name)
    expectNoSecret(error)
  })

  it('of a ConfigError', () => {
    const { merchant, secret } = rig.emulator.merchant
    for (const wrong of [
      { secret: `${secret}x` },
      { merchant: { pfx: Buffer.from('x'), passphrase: PASSPHRASE } },
      { merchant: { cert: merchant?.key, key: merchant?.key } },
      { merchant: { cert: merchant?.cert, key: merchant?.key.slice(0, 500) } },
      { workwxSecret: 1 },
    ]) {
      let error: unknown
      try {
        rig.client(wrong as never)
      } catch (caught) {
        error = caught
      }
      expect(error).toMatchObject({ name: 'ConfigError' })
      expectNoSecret(error)
    }
  })
})
