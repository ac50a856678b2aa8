import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { startReceivers } from './rig.js'

const rig = startReceivers()

it('shows no secret, whatever is printed', async () => {
  const { apiv3Key, secret, privateKey } = rig.emulator.merchant
  const { notifications } = rig.wxpay
  const { headers, body } = rig.paid('x')
  const errors = await Promise.all(
    [
      notifications.parse({ headers, body: `${body} ` }),
      notifications.parse({ headers: {}, body: 'x' }),
      notifications.parse({ headers, body: {} as never }),
      notifications.parse({ headers: {}, body: '<xml><sign>x</sign></xml>' }),
      rig.client({ apiv3Key: 'x'.repeat(32) }).notifications.parse({ headers, body }),
    ].map((parsing) => parsing.catch((error: unknown) => error)),
  )
  const { brandApiKey, privateKey: brandKey } = rig.emulator.brand
  const brand = rig.brand()
  const opened = rig.emulator.signNotification('PRODUCT_COUPON.USE')
  const refusals = await Promise.all(
    [
      brand.notifications.parse({ ...opened, body: `${opened.body} ` }),
      brand.notifications.parse({ headers, body }),
      rig.brand({ brandApiKey: 'y'.repeat(32) }).notifications.parse(opened),
      notifications.parse(opened),
    ].map((parsing) => parsing.catch((error: unknown) => error)),
  )
  expect(refusals.every((error) => error instanceof Error)).toBe(true)
  const receivers = [
    brand.notifications,
    notifications.node(() => undefined),
    notifications.fetch(() => undefined),
  ]
  const printed = [notifications, ...receivers, ...errors, ...refusals, ...rig.receipts]
    .flatMap((value) => [
      inspect(value, { depth: 20, showHidden: true }),
      JSON.stringify(value),
      value instanceof Error ? value.stack : '',
    ])
    .join('\n')
  const keys = [privateKey, brandKey].map((key) => key.slice(100, 160))
  for (const hidden of [apiv3Key, secret, brandApiKey, ...keys, 'x'.repeat(32), 'y'.repeat(32)]) {
    expect(printed).not.toContain(hidden)
  }
  expect(Object.isFrozen(notifications)).toBe(true)
})
