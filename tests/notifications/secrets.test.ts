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
  const receivers = [notifications.node(() => undefined), notifications.fetch(() => undefined)]
  const printed = [notifications, ...receivers, ...errors, ...rig.receipts]
    .flatMap((value) => [
      inspect(value, { depth: 20, showHidden: true }),
      JSON.stringify(value),
      value instanceof Error ? value.stack : '',
    ])
    .join('\n')
  for (const hidden of [apiv3Key, secret, privateKey.slice(100, 160), 'x'.repeat(32)]) {
    expect(printed).not.toContain(hidden)
  }
  expect(Object.isFrozen(notifications)).toBe(true)
})
