import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import * as wechatpay from '../../lib/index.js'
import { untilArrived } from './arrival.js'
import { startRig } from './client.js'

const rig = startRig()
const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'

/** Everything a logger might make of a value. */
function printed(value: unknown): string {
  const options = {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
  }
  const attempt = (print: (value: unknown) => string) => {
    try {
      return print(value)
    } catch (error) {
      return String(error)
    }
  }
  const error = value instanceof Error ? [value.message, value.stack, inspect(value.cause, options)] : []
  return [
    inspect(value, options),
    inspect(value, { ...options, showProxy: true }),
    attempt(JSON.stringify),
    attempt(String),
    ...error,
  ].join('\n')
}

function secrets(): string[] {
  const { merchant, brand } = rig.emulator
  const { apiv3Key, secret } = merchant
  const keys = [merchant.privateKey, brand.privateKey].flatMap((privateKey) =>
    privateKey
      .replace(/-----[^-]+-----/g, '')
      .trim()
      .split('\n')
      .slice(0, -1),
  )
  const schemes = ['WECHATPAY2-SHA256-RSA2048 ', 'WECHATPAY-BRAND-SHA256-RSA2048 ']
  return [...keys, apiv3Key, secret, brand.brandApiKey, ...schemes]
}

function expectNoSecret(value: unknown): void {
  const text = printed(value)
  expect(text.length).toBeGreaterThan(0)
  for (const secret of secrets())
    expect(text.includes(secret), `${secret.slice(0, 6)}… is printed`).toBe(false)
}

const request = (out_request_no: string) => ({
  card_id: 'c',
  json: { openid: 'o', code: 'c', out_request_no },
})
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('should have failed')
    },
    (error: unknown) => error,
  )

/** What a function throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('no secret is ever printed', () => {
  it('of the client, its nodes and its axios instances, even with calls in flight', async () => {
    rig.emulator.fail({ path, fault: { delay: 60_000 }, times: 1 })
    const caller = new AbortController()
    const call = rejection(rig.wxpay[path].post({ ...request('s-0'), signal: caller.signal }))
    await untilArrived(rig.emulator)
    for (const value of [
      rig.wxpay,
      rig.wxpay.v3.pay,
      rig.wxpay.client,
      rig.wxpay.client.v3,
      rig.wxpay.client.v3.defaults,
    ]) {
      expectNoSecret(value)
    }
    caller.abort()
    await call
  })

  it('of an answer', async () => {
    expectNoSecret(await rig.wxpay[path].post(request('s-1')))
  })

  it.each([
    ['ApiError', { status: 400, code: 'PARAM_ERROR' }],
    ['ApiError', { status: 401, code: 'SIGN_ERROR' }],
    ['VerificationError', { fault: 'forged-signature' }],
    ['NetworkError', { fault: 'drop' }],
    ['NetworkError', { fault: 'torn' }],
  ] as const)('of an %s %j', async (name, failure) => {
    rig.emulator.fail({ path, ...failure })
    const error = await rejection(rig.wxpay[path].post(request(`s-${JSON.stringify(failure)}`)))
    expect((error as Error).name).toBe(name)
    expectNoSecret(error)
  })

  it('of a timeout, an abort and a refused connection', async () => {
    rig.emulator.fail({ path, fault: { delay: 500 } })
    expectNoSecret(await rejection(rig.wxpay[path].post({ ...request('s-2'), timeout: 20 })))
    expectNoSecret(
      await rejection(rig.wxpay[path].post({ ...request('s-3'), signal: AbortSignal.timeout(20) })),
    )
    expectNoSecret(
      await rejection(rig.wxpay[path].post({ ...request('s-4'), baseURL: 'http://127.0.0.1:1' })),
    )
  })

  it('of a RequestError', async () => {
    expectNoSecret(await rejection(rig.wxpay[path].post({ ...request('s-5'), card_id: '' })))
  })

  it.each(['privateKey', 'apiv3Key', 'secret', 'serial', 'mchid'] as const)(
    'of a ConfigError about %s',
    (name) => {
      const { merchant } = rig.emulator
      const wrong = name === 'privateKey' ? merchant[name].slice(0, 300) : `${merchant[name]}-#`
      try {
        new wechatpay.Wechatpay({ ...merchant, [name]: wrong })
      } catch (error) {
        expect(error).toBeInstanceOf(wechatpay.ConfigError)
        expectNoSecret(error)
        const body = name === 'privateKey' ? wrong.split('\n')[1] : wrong
        if (name === 'privateKey' || name === 'apiv3Key' || name === 'secret') {
          expect(printed(error)).not.toContain(String(body))
        }
        return
      }
      throw new Error('should have failed')
    },
  )

  it('of a brand: client, answer, errors', async () => {
    const wxpay = rig.brand()
    const card = 'brand/card-member/cards/{card_id}'
    for (const value of [wxpay, wxpay.brand.cardMember, wxpay.client, wxpay.client.v3.defaults]) {
      expectNoSecret(value)
    }
    expectNoSecret(await wxpay[card].get({ card_id: '1' }))
    for (const failure of [
      { status: 401, code: 'SIGN_ERROR' },
      { fault: 'forged-signature' },
      { fault: 'drop' },
    ] as const) {
      rig.emulator.fail({ path: card, ...failure, times: 1 })
      expectNoSecret(await rejection(wxpay[card].get({ card_id: '1', retry: false })))
    }
    expectNoSecret(await rejection(wxpay.v3.certificates.get()))
    expectNoSecret(await rejection(rig.wxpay[card].get({ card_id: '1' })))
  })

  it.each(['privateKey', 'brandApiKey', 'brandId'] as const)(
    'of a ConfigError about %s of a brand',
    (name) => {
      const { brand } = rig.emulator
      const wrong = name === 'privateKey' ? brand[name].slice(0, 300) : `${brand[name]}-#`
      const body = name === 'privateKey' ? String(wrong.split('\n')[1]) : wrong
      const mixed = { ...brand, apiv3Key: rig.emulator.merchant.apiv3Key }
      for (const options of [{ ...brand, [name]: wrong }, mixed]) {
        const make = () => new wechatpay.Wechatpay(options as never)
        expect(make).toThrow(wechatpay.ConfigError)
        const error = thrownBy(make)
        expectNoSecret(error)
        if (name !== 'brandId') expect(printed(error)).not.toContain(body)
      }
    },
  )

  it('of a sensitive text', () => {
    expect(printed(wechatpay.sensitive('张三丰'))).not.toContain('张三丰')
  })

  it('of anything this package exports', () => {
    for (const value of Object.values(wechatpay)) expectNoSecret(value)
  })
})
