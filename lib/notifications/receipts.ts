import { channel } from 'node:diagnostics_channel'
import { quote } from './resource.js'

/** What became of a notification that a receiver got. */
export interface NotificationReceipt {
  /**
   * `handled` by its handler · `repeated`: handled before, and only acknowledged now · `unhandled`: acknowledged, though
   * there is no handler for it · `refused`: not to be trusted, or not a notification · `failed` here: WeChat Pay will
   * send it again.
   */
  readonly type: 'handled' | 'repeated' | 'unhandled' | 'refused' | 'failed'
  /** The HTTP status of the response; `undefined` when none was sent. */
  readonly status: number | undefined
  readonly event_type?: string
  readonly id?: string
  /** Why it was refused, or has failed: what your handler threw, or an error of this package. */
  readonly error?: unknown
}

/** Name of the `node:diagnostics_channel` on which each {@link NotificationReceipt} is published. */
export const NOTIFICATION_CHANNEL = 'wechatpay-fluent:notification'

const receipts = channel(NOTIFICATION_CHANNEL)

/** Publishes a receipt. Where nobody subscribes, a failure is a warning of the process, so that it is not lost. */
export function publishReceipt(receipt: NotificationReceipt): void {
  if (receipts.hasSubscribers) receipts.publish(receipt)
  else if (receipt.type === 'failed') warn(receipt)
}

function warn({ event_type = 'a notification', id, status, error }: NotificationReceipt): void {
  const which = quote(id === undefined ? event_type : `${event_type} ${id}`)
  const why = error instanceof Error ? error.message : String(error)
  process.emitWarning(`${which} failed${status === undefined ? '' : ` and was answered ${status}`}: ${why}`, {
    type: 'WechatpayNotificationWarning',
    detail: `Subscribe to the diagnostics channel '${NOTIFICATION_CHANNEL}' to log this yourself.\n${error instanceof Error ? error.stack : ''}`,
  })
}
