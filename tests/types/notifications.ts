/** Notifications: comparing `event_type` tells what `resource` is; handlers are typed by their key. */
/* oxlint-disable no-floating-promises, no-unused-expressions -- compiled, never run */
import type { Emulator } from '../../lib/emulator/index.js'
import type { NotificationEvent, NotificationOf, NotificationReceiver } from '../../lib/index.js'
import { holds, type IsAny, type Same } from './expect.js'

declare const notifications: NotificationReceiver
declare const emulator: Emulator
declare const refundOf: (number: string) => Promise<unknown>

const event = await notifications.parse({ headers: {}, body: '' })
holds<Same<typeof event, NotificationEvent>>()
holds<Same<IsAny<typeof event.resource>, false>>()

if (event.event_type === 'TRANSACTION.SUCCESS') {
  holds<Same<typeof event, NotificationOf<'TRANSACTION.SUCCESS'>>>()
  holds<Same<typeof event.resource.out_trade_no, string>>()
  holds<Same<typeof event.resource.amount.total, number>>()
  holds<Same<typeof event.authenticated, true>>()
  holds<Same<typeof event.resource.sp_mchid, string | undefined>>()
  // @ts-expect-error a field of another event
  event.resource.out_coupon_code_that_is_not_there
}
switch (event.event_type) {
  case 'REFUND.SUCCESS':
    holds<Same<typeof event.resource, NotificationOf<'REFUND.SUCCESS'>['resource']>>()
    break
  case 'refund-processed':
    holds<Same<typeof event.resource.refund_fee, string>>()
    holds<Same<typeof event.authenticated, false>>()
    break
  // @ts-expect-error no such event
  case 'REFUND.SUCESS':
    break
}

declare const parking: NotificationOf<'TRANSACTION.SUCCESS', 'parking'>['resource']
holds<Same<typeof parking.sp_mchid, string>>()
declare const combined: NotificationOf<'TRANSACTION.SUCCESS', 'combined'>['resource']
holds<Same<typeof combined.combine_out_trade_no, string>>()
declare const sharing: NotificationOf<'TRANSACTION.SUCCESS', 'profitsharing'>['resource']
holds<Same<typeof sharing.receiver.amount, number>>()
// @ts-expect-error no such product
export type Teapots = NotificationOf<'TRANSACTION.SUCCESS', 'teapots'>
// @ts-expect-error this event has no other products
export type ParkingRefund = NotificationOf<'REFUND.SUCCESS', 'parking'>

notifications.node({
  'TRANSACTION.SUCCESS': ({ resource }, { signal }) => {
    holds<Same<typeof resource, NotificationOf<'TRANSACTION.SUCCESS'>['resource']>>()
    holds<Same<typeof signal, AbortSignal>>()
  },
  'PARKING_FEE.QUERY_TRANS_INFO': async ({ resource }) => {
    holds<Same<typeof resource.plate_number, string | undefined>>()
    return { total_amount: 1500 }
  },
  'refund-processed': async ({ resource, authenticated }) => {
    holds<Same<typeof authenticated, false>>()
    await refundOf(resource.out_refund_no)
  },
  default: (other) => {
    const type: string = other.event_type
    return type
  },
})
notifications.fetch(async (any) => {
  if (any.event_type === 'REFUND.CLOSED') any.resource.out_refund_no
})
notifications.node({}, { store: new Map() as never, timeout: 1, limit: 1 })

// @ts-expect-error a typing error in the event type
notifications.node({ 'TRANSACTION.SUCESS': () => undefined })
// @ts-expect-error no such option
notifications.node({}, { ttl: 1 })
// @ts-expect-error the event asks for an answer, which needs more fields
notifications.node({ 'CROSS_BORDER_PAY.GET_MCH_INFO': () => ({ acq_tid: '1' }) })
// @ts-expect-error the event asks for an answer
notifications.node({ 'CROSS_BORDER_PAY.GET_MCH_INFO': () => undefined })
// @ts-expect-error not raw
notifications.parse({ headers: {}, body: { id: '1' } })

emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: '1' })
emulator.signNotification('TRANSACTION.SUCCESS', { amount: { total: 1 } })
emulator.signNotification('TRANSACTION.SUCCESS', { combine_out_trade_no: '1' }, { product: 'combined' })
emulator.notify('TRANSACTION.SUCCESS', { url: '', product: 'parking', resource: { parking_info: {} } })
// @ts-expect-error no such product
emulator.signNotification('TRANSACTION.SUCCESS', {}, { product: 'teapots' })
emulator.signNotification('TEAPOT.BREWED', { cups: 2 })
emulator.notify('REFUND.SUCCESS', { url: '', resource: { refund_id: '1' } })
// @ts-expect-error not a field of this event
emulator.signNotification('TRANSACTION.SUCCESS', { cups: 2 })
// @ts-expect-error not a field of this event
emulator.notify('REFUND.SUCCESS', { url: '', resource: { cups: 2 } })
