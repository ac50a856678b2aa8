import { createHash, publicEncrypt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../lib/emulator/index.js'
import { ApiError, sensitive, Wechatpay } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { call } from './client.js'

const rig = startRig({ seed: 'checks' })

const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

const FILE = Buffer.from('\x89PNG\r\n\x1a\n a picture')
const image = (multipart: object) =>
  rig.wxpay.v3.merchant.media.upload.post({ multipart: { file: FILE, ...multipart }, retry: false })

describe('an upload', () => {
  it('is taken when its digest fits', async () => {
    const { data } = await image({ meta: { filename: 'a.png' } })
    expect(data.media_id).toBeTruthy()
  })

  it('is refused when its digest is that of another file', async () => {
    const sha256 = createHash('sha256').update('another').digest('hex')
    const error = await failure(image({ meta: { filename: 'a.png', sha256 } }))
    expect(error).toMatchObject({ status: 400, code: 'PARAM_ERROR', detail: { field: '/meta/sha256' } })
  })
})

const receiver = (name: unknown, options: object = {}) =>
  rig.wxpay.chain('v3/profitsharing/receivers/add').post({
    json: {
      appid: 'wx8888888888888888',
      type: 'MERCHANT_ID',
      account: '1900000109',
      name: name as never,
      relation_type: 'STORE',
    },
    retry: false,
    ...options,
  })

describe('an encrypted field', () => {
  it('is opened, for whoever watches', async () => {
    await receiver(sensitive('张三'))
    expect(rig.emulator.requests.at(-1)).toMatchObject({
      template: 'v3/profitsharing/receivers/add',
      decrypted: { '/name': '张三' },
    })
  })

  it('is refused in clear', async () => {
    const error = await failure(receiver('张三'))
    expect(error).toMatchObject({ code: 'PARAM_ERROR', detail: { field: '/name', location: 'body' } })
  })

  it('is refused when encrypted with another key', async () => {
    const other = await createEmulator()
    const [key = ''] = Object.values((await other.certificates()) ?? {})
    await other.close()
    const sealed = publicEncrypt({ key, oaepHash: 'sha1' }, Buffer.from('张三')).toString('base64')
    const error = await failure(receiver(sealed))
    expect(error).toMatchObject({ code: 'PARAM_ERROR', detail: { field: '/name' } })
  })

  it('needs the id of its key', async () => {
    const sealed = 'A'.repeat(342)
    const json = {
      appid: 'wx8888888888888888',
      type: 'MERCHANT_ID',
      account: '1',
      name: sealed,
      relation_type: 'STORE',
    }
    const { status, json: answer } = await call(
      rig.emulator,
      'POST',
      '/v3/profitsharing/receivers/add',
      json,
      {
        headers: { 'Wechatpay-Serial': '' },
      },
    )
    expect({ status, field: answer.detail.field }).toEqual({ status: 400, field: '/Wechatpay-Serial' })
  })
})

describe('a rate limit', () => {
  it('answers 429 with Retry-After beyond it, until time has passed', async () => {
    let time = Date.now()
    const emulator = await createEmulator({ clock: () => time })
    const wxpay = new Wechatpay(emulator.merchant)
    const limit = emulator.limit({ path: 'v3/certificates', rate: 2 })
    const ask = () => wxpay.v3.certificates.get({ retry: false })
    await ask()
    await ask()
    const error = await failure(ask())
    expect(error).toMatchObject({ status: 429, code: 'FREQUENCY_LIMITED' })
    expect(error.response.headers['retry-after']).toBe('1')
    time += 1_000
    await ask()
    expect(limit.hits).toBe(1)
    emulator.recover()
    for (let count = 0; count < 5; count++) await ask()
    wxpay.close()
    await emulator.close()
  })

  it('is passed by a client that waits as it is told', async () => {
    rig.emulator.limit({ path: 'v3/certificates', rate: 1 })
    await rig.wxpay.v3.certificates.get()
    await rig.wxpay.v3.certificates.get()
    expect(rig.emulator.requests.length).toBeGreaterThan(2)
  }, 20_000)
})

describe('a fault', () => {
  const outcomes = async (seed: string): Promise<string> => {
    const emulator = await createEmulator({ seed })
    const wxpay = new Wechatpay(emulator.merchant)
    emulator.fail({ path: '*', status: 500, probability: 0.5 })
    const seen: string[] = []
    for (let count = 0; count < 40; count++) {
      const said = await wxpay.v3.certificates.get({ retry: false }).then(
        () => 'ok',
        () => 'no',
      )
      seen.push(said)
    }
    wxpay.close()
    await emulator.close()
    return seen.join()
  }

  it('that comes by chance is the same under the same seed', async () => {
    const [first, again, other] = [await outcomes('a'), await outcomes('a'), await outcomes('b')]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect(first).toMatch(/ok/)
    expect(first).toMatch(/no/)
  })

  it('is scripted by the path of the documentation, whatever access point it goes to', async () => {
    rig.emulator.fail({ path: 'v3/statements', status: 503 })
    const query = { date: '20240101' }
    const error = await failure(rig.wxpay.chain('hk/v3/statements').get({ query, retry: false } as never))
    expect(error.status).toBe(503)
  })
})

describe('a write that is repeated', () => {
  const sale = (out_request_no: string, openid: string) =>
    rig.wxpay.chain('v3/marketing/busifavor/coupons/deactivate').post({
      json: {
        coupon_code: '123',
        stock_id: '100088',
        deactivate_request_no: out_request_no,
        deactivate_reason: openid,
      },
      retry: false,
    })

  it('is answered as it was, and refused with another body', async () => {
    const first = await sale('REPEAT-1', 'a')
    const again = await sale('REPEAT-1', 'a')
    expect(again.data).toEqual(first.data)
    const error = await failure(sale('REPEAT-1', 'b'))
    expect(error).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
  })
})

it('every answer says that it is an emulator’s, and every request is kept with its answer', async () => {
  const { headers } = await rig.wxpay.v3.certificates.get()
  expect(headers['x-wechatpay-emulator']).toMatch(/^wechatpay-fluent\/\d/)
  expect(rig.emulator.requests.at(-1)?.answer).toMatchObject({
    status: 200,
    duration: expect.any(Number),
    body: expect.stringContaining('encrypt_certificate'),
  })
})
