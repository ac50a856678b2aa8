import { describe, expect, it } from 'vitest'
import { type NotificationOf, Wechatpay } from '../../lib/index.js'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()
const EVENT = 'BRAND_MEMBER_CARD.USER_CARD.CREATE'
const opened = (user_card_code: string) =>
  rig.emulator.signNotification(EVENT, { user_card_code } as NotificationOf<typeof EVENT>['resource'])
const failure = (wxpay: Wechatpay, received: { headers: object; body: string }): Promise<Error> =>
  wxpay.notifications.parse(received as never).then(
    () => {
      throw new Error('should have failed')
    },
    (error: Error) => error,
  )

describe('a notification of a brand', () => {
  it('is verified and decrypted by the keys of the brand', async () => {
    const event = await rig.brand().notifications.parse(opened('478515832665'))
    expect(event).toMatchObject({
      event_type: EVENT,
      resource_type: 'encrypt-resource',
      resource: { user_card_code: '478515832665' },
    })
    if (event.event_type !== EVENT) throw new Error('not narrowed')
    expect(event.resource.user_card_code).toBe('478515832665')
  })

  it('carries fields that the brand decrypts', async () => {
    const wxpay = rig.brand()
    const event = await wxpay.notifications.parse(rig.emulator.signNotification(EVENT))
    const { phone_number, brand_id } = event.resource as { phone_number: string; brand_id: string }
    expect(wxpay.decrypt(phone_number)).toBe('sample phone_number')
    expect(brand_id).toBe(rig.emulator.brand.brandId)
  })

  it('reaches the handler of the brand by a real server, once, and is answered as WeChat Pay wants', async () => {
    const codes: unknown[] = []
    const url = await rig.serveBrand({ [EVENT]: ({ resource }) => void codes.push(resource.user_card_code) })
    const notification = opened('1')
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(codes).toEqual(['1'])
    expect(await rig.emulator.notify(EVENT, { url })).toMatchObject({ status: 200 })
    expect(codes).toHaveLength(2)
    expect(rig.receipts.map(({ type }) => type)).toEqual(['handled', 'repeated', 'handled'])
  })

  it('reaches a handler in the terms of fetch', async () => {
    const codes: unknown[] = []
    const receive = rig
      .brand()
      .notifications.fetch({ [EVENT]: ({ resource }) => void codes.push(resource.user_card_code) })
    const { headers, body } = opened('2')
    const request = new Request('https://shop.example/brand', { method: 'POST', headers, body })
    expect((await receive(request)).status).toBe(200)
    expect(codes).toEqual(['2'])
  })

  it('is refused by a merchant, as what a merchant is told is by a brand', async () => {
    const merchants = await rig.serve(() => undefined)
    const brands = await rig.serveBrand(() => undefined)
    expect(await post(merchants, opened('3'))).toEqual(refused(401))
    expect(await post(brands, rig.paid('3'))).toEqual(refused(401))
    expect(rig.receipts.map(({ error }) => (error as { code?: string }).code)).toEqual([
      'SERIAL_UNKNOWN',
      'SERIAL_UNKNOWN',
    ])
  })

  it('is refused when it was altered, or signed by another key under the id of the brand’s', async () => {
    const url = await rig.serveBrand(() => undefined)
    const { headers, body } = opened('4')
    expect(await post(url, { headers, body: body.replace('EV-', 'EW-') })).toEqual(refused(401))
    const [id = ''] = Object.keys(rig.emulator.brand.certs)
    const [merchants = ''] = Object.keys(rig.emulator.merchant.certs)
    const other = rig.emulator.signNotification(EVENT, undefined, { serial: merchants })
    expect(await post(url, other)).toEqual(refused(401))
    const disguised = { ...other, headers: { ...other.headers, 'Wechatpay-Serial': id } }
    expect(await post(url, disguised)).toEqual(refused(401))
    const codes = rig.receipts.map(({ error }) => (error as { code?: string }).code)
    expect(codes).toEqual(['SIGNATURE_INVALID', 'SERIAL_UNKNOWN', 'SIGNATURE_INVALID'])
  })

  it('is refused when it is older than five minutes', async () => {
    const { headers, body } = opened('5')
    const old = { ...headers, 'Wechatpay-Timestamp': String(Number(headers['Wechatpay-Timestamp']) - 400) }
    expect(await failure(rig.brand(), { headers: old, body })).toMatchObject({ code: 'TIMESTAMP_INVALID' })
  })

  it('is none when it is XML: that is for merchants', async () => {
    const { headers, body } = rig.emulator.signNotification('TRANSACTION.SUCCESS', undefined, { api: 'v2' })
    expect(await failure(rig.brand(), { headers, body })).toMatchObject({
      name: 'VerificationError',
      code: 'ANSWER_INVALID',
      message: expect.stringContaining('a brand is told in JSON'),
    })
    expect(await post(await rig.serveBrand(() => undefined), { headers, body })).toMatchObject({
      status: 400,
    })
  })
})

describe('the brand API key', () => {
  it('is asked for by its name where it is missing', async () => {
    const { brandApiKey: _, ...options } = rig.emulator.brand
    const wxpay = new Wechatpay(options)
    const error = await failure(wxpay, opened('6'))
    expect(error).toMatchObject({ name: 'RequestError', code: 'REQUEST_INVALID' })
    expect(error.message).toBe(
      `Notification ${EVENT} needs the option brandApiKey: new Wechatpay({ brandApiKey }), the 32 bytes of the brand API key`,
    )
    wxpay.close()
  })

  it('is said to be another where it does not decrypt', async () => {
    const error = await failure(rig.brand({ brandApiKey: rig.emulator.merchant.apiv3Key }), opened('7'))
    expect(error).toMatchObject({ name: 'RequestError', code: 'DECRYPTION_FAILED' })
    expect(error.message).toBe(
      'brandApiKey cannot decrypt this genuine notification: is it the brand API key of this brand, and the current one?',
    )
  })
})

it('a store that a merchant and a brand share keeps them apart', async () => {
  const kept = new Map<string, unknown>()
  const store = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => void kept.set(key, value),
  }
  const mchid = rig.emulator.brand.brandId
  const brands = rig.brand().notifications.fetch(() => undefined, { store })
  const merchants = rig.client({ mchid }).notifications.fetch(() => undefined, { store })
  const send = (receive: typeof brands, { headers, body }: ReturnType<typeof opened>) =>
    receive(new Request('https://shop.example', { method: 'POST', headers, body }))
  await send(brands, opened('8'))
  await send(merchants, rig.paid('8'))
  const handled = [...kept.keys()].filter((key) => !key.endsWith(':claim'))
  expect(handled.map((key) => key.replace(/EV-\d+$/, ''))).toEqual([
    `wechatpay-fluent:notification:brand:${mchid}:`,
    `wechatpay-fluent:notification:${mchid}:`,
  ])
})
