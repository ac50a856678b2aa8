import { createHash, publicEncrypt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../../lib/emulator/index.js'
import { Ciphertext, sensitive } from '../../../../lib/index.js'
import { startRig } from '../../../e2e/client.js'
import { type Answer, authorizationOf, call } from '../../client.js'
import { failure } from '../../failure.js'

const rig = startRig({ seed: 'checks', platform: { mode: 'switching', probes: 0 } })

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

describe('an upload by hand', () => {
  const upload = async (parts: (form: FormData) => void): Promise<Answer['json']> => {
    const meta = JSON.stringify({
      filename: 'a.png',
      sha256: createHash('sha256').update(FILE).digest('hex'),
    })
    const form = new FormData()
    form.append('meta', meta)
    parts(form)
    const { header } = authorizationOf(rig.emulator, 'POST', '/v3/merchant/media/upload', meta)
    const response = await fetch(`${rig.emulator.url}/v3/merchant/media/upload`, {
      method: 'POST',
      headers: { authorization: header },
      body: form,
    })
    return { status: response.status, ...((await response.json()) as object) }
  }

  it('is taken with its file', async () => {
    const answer = await upload((form) => form.append('file', new Blob([FILE]), 'a.png'))
    expect(answer).toMatchObject({ status: 200, media_id: expect.any(String) })
  })

  it('is refused without', async () => {
    const answer = await upload(() => undefined)
    expect(answer).toMatchObject({ status: 400, code: 'PARAM_ERROR', detail: { field: '/file' } })
  })
})

describe('what breaks the schema is named', () => {
  const json = {
    appid: 'wx8888888888888888',
    type: 'MERCHANT_ID',
    account: '1900000109',
    relation_type: 'STORE',
  }
  const cases = [
    ['a field nobody knows', { ...json, acount: '1' }, '/acount'],
    ['a field of another type', { ...json, account: 1 }, '/account'],
    ['a missing field', { ...json, account: undefined }, '/account'],
  ] as const

  it.each(cases)('%s', async (_, body, field) => {
    const { status, json: answer } = await call(rig.emulator, 'POST', '/v3/profitsharing/receivers/add', body)
    expect({ status, answer }).toMatchObject({
      status: 400,
      answer: { code: 'PARAM_ERROR', detail: { field } },
    })
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
    const [serial = ''] = Object.keys(rig.emulator.merchant.certs)
    const error = await failure(receiver(new Ciphertext('张三', serial)))
    expect(error).toMatchObject({ code: 'PARAM_ERROR', detail: { field: '/name', location: 'body' } })
  })

  it('is refused when encrypted with another key', async () => {
    const other = await createEmulator({ platform: 'certificates' })
    const [key = ''] = Object.values((await other.certificates()) ?? {})
    await other.close()
    const sealed = publicEncrypt({ key, oaepHash: 'sha1' }, Buffer.from('张三')).toString('base64')
    const [serial = ''] = Object.keys(rig.emulator.merchant.certs)
    const error = await failure(receiver(new Ciphertext(sealed, serial)))
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
