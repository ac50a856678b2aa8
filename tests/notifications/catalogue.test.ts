import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { loadCatalogue } from '../../catalog/load.js'
import type { NotificationEvent } from '../../lib/index.js'
import { toJsonSchema } from '../../lib/routes/schema.js'
import { startReceivers } from './rig.js'

const { notifications } = loadCatalogue(join(import.meta.dirname, '..', '..'))
const rig = startReceivers()
const ajv = new Ajv({ strict: false })

it('reads a genuine notification of every documented event', async () => {
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
  let events = 0
  for (const { eventType, eventTypes = [eventType], api, modes = [], resource, body } of notifications) {
    const [url, refuses] = modes.includes('brand') ? [urls.brand, urls.merchant] : [urls.merchant, urls.brand]
    for (const event of eventTypes) {
      const { status } = await rig.emulator.notify(event, { url, api })
      expect([event, status]).toEqual([event, 200])
      expect(received.at(-1)?.event_type).toBe(event)
      events++
      // Nobody takes what is told to somebody else.
      const { status: foreign } = await rig.emulator.notify(event, { url: refuses, api })
      expect([event, [400, 401].includes(foreign)]).toEqual([event, true])
    }
    const shape = resource ?? body
    // Where several products share an event type, the sample is of one of them.
    if (
      !shape ||
      notifications.filter((other) =>
        (other.eventTypes ?? [other.eventType]).some((e) => eventTypes.includes(e)),
      ).length > 1
    )
      continue
    const validate = ajv.compile(toJsonSchema(shape, { text: api === 'v2' }))
    expect([eventType, validate(received.at(-1)?.resource), validate.errors]).toEqual([eventType, true, null])
  }
  expect(received).toHaveLength(events)
  console.info(
    `${notifications.length} notifications of the catalogue, in ${events} messages, parsed: ` +
      `${notifications.filter(({ api }) => api === 'v3').length} of v3, ` +
      `${notifications.filter(({ api }) => api === 'v2').length} of v2`,
  )
  expect(notifications.some(({ modes }) => modes?.includes('brand'))).toBe(true)
}, 60_000)
