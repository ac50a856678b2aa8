import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { byEvent } from '../../catalog/notifications.js'
import { type Shape, toJsonSchema } from '../../lib/catalog/schema.js'
import { decryptAesGcm } from '../../lib/crypto/aes.js'
import type { NotificationEvent } from '../../lib/index.js'
import { eventTypes } from '../../lib/notifications/generated/facts.js'
import { closed } from '../catalog/closed.js'
import { repositoryCatalogue } from '../catalog/loaded.js'
import { startReceivers } from './rig.js'

const { notifications } = repositoryCatalogue
const rig = startReceivers()
const ajv = new Ajv({ strict: false, allErrors: true })

/** Every message of every event type: of the payment or the refund, then of the products that share the event type. */
const messages = [...byEvent(notifications)].flatMap(([event, all]) =>
  all.map(({ notification, product }) => ({ event, notification, product })),
)

/** What an event has in it. Every message of v2 carries a signature, which not every page of v2 lists. */
function shapeOf({ notification, product }: (typeof messages)[number]): Shape {
  const { products, resource, body = {} } = notification
  return products?.[product ?? ''] ?? resource ?? { 'nonce_str?': 'string', 'sign?': 'string', ...body }
}

it('reads a genuine notification of every documented event and product, complete', async () => {
  const received: { event_type: string; resource: object }[] = []
  const handle = ({ event_type, resource }: NotificationEvent) => {
    received.push({ event_type, resource })
    return {
      acq_tid: '1',
      mch_id: '1',
      limit_bank_acc_type: 'UNLIMIT',
      client_ip: '1',
      prepay_id: '1',
      expire_time: '1',
    }
  }
  const urls = { merchant: await rig.serve(handle), brand: await rig.serveBrand(handle) }
  for (const message of messages) {
    const { event, notification, product } = message
    const isForBrand = notification.modes?.includes('brand')
    const [url, refuses] = isForBrand ? [urls.brand, urls.merchant] : [urls.merchant, urls.brand]
    const choice = (product && { product }) as object
    const { status } = await rig.emulator.notify(event, { url, ...choice })
    expect([event, product, status]).toEqual([event, product, 200])
    expect(received.at(-1)?.event_type).toBe(event)
    const schema = toJsonSchema(shapeOf(message), { text: notification.api === 'v2' })
    const validate = ajv.compile(closed(schema))
    const isWhole = validate(received.at(-1)?.resource)
    expect([event, product, isWhole, validate.errors]).toEqual([event, product, true, null])
    // Nobody takes what is told to somebody else.
    const { status: foreign } = await rig.emulator.notify(event, { url: refuses, ...choice })
    expect([event, [400, 401].includes(foreign)]).toEqual([event, true])
  }
  expect(received).toHaveLength(messages.length)
  expect([...new Set(received.map(({ event_type }) => event_type))].sort()).toEqual([...eventTypes].sort())
  console.info(
    `${notifications.length} notifications of the catalogue, in ${messages.length} messages, parsed: ` +
      `${notifications.filter(({ api }) => api === 'v3').length} of v3, ` +
      `${notifications.filter(({ api }) => api === 'v2').length} of v2`,
  )
  expect(notifications.some(({ modes }) => modes?.includes('brand'))).toBe(true)
}, 60_000)

it('has an example only where the schema takes it', () => {
  const examples = notifications.flatMap(({ eventType, example, resource }) =>
    example && resource ? [{ eventType, example, resource }] : [],
  )
  expect(examples).not.toEqual([])
  for (const { eventType, example, resource } of examples) {
    const validate = ajv.compile(closed(toJsonSchema(resource)))
    expect([eventType, validate(example), validate.errors]).toEqual([eventType, true, null])
  }
})

it('tells of what the event type says has happened', () => {
  const told = (event: string): object => {
    const { body } = rig.emulator.signNotification(event)
    const { ciphertext, nonce, associated_data } = JSON.parse(body).resource
    const key = rig.emulator.merchant.apiv3Key
    return JSON.parse(decryptAesGcm(ciphertext, key, nonce, associated_data))
  }
  expect(told('REFUND.SUCCESS')).toMatchObject({ refund_status: 'SUCCESS' })
  expect(told('REFUND.ABNORMAL')).toMatchObject({ refund_status: 'ABNORMAL' })
  expect(told('REFUND.CLOSED')).toMatchObject({ refund_status: 'CLOSED' })
  expect(told('TRANSACTION.SUCCESS')).toMatchObject({
    ...{ mchid: rig.emulator.merchant.mchid, trade_state: 'SUCCESS', trade_type: 'JSAPI' },
    amount: { total: expect.any(Number) },
  })
  expect(told('TRANSACTION.INDUSTRY_FAILED')).toMatchObject({ trade_state: 'PAY_FAIL' })
  expect(told('MCHTRANSFER.BILL.FINISHED')).toMatchObject({ state: 'SUCCESS' })
  expect(told('MCHTRANSFER.QQWALLETBILL.FINISHED')).toMatchObject({ state: 'SUCCESS' })
  expect(told('COUPON.USE')).toMatchObject({ status: 'USED' })
  expect(told('ENTRUST.TERMINATE')).toMatchObject({ contract_state: 'TERMINATED' })
  expect(told('PAYSCORE.USER_PAID')).toMatchObject({ state: 'DONE', collection: { state: 'USER_PAID' } })
})
