import { channel } from 'node:diagnostics_channel'

/** What became of a notification that a receiver got. */
export interface NotificationReceipt {
  /**
   * `handled` by its handler · `repeated`: handled before, so acknowledged only · `unhandled`: acknowledged, though
   * there is no handler for it · `refused`: not to be trusted, or no notification · `failed` here: it comes again.
   */
  readonly type: 'handled' | 'repeated' | 'unhandled' | 'refused' | 'failed'
  /** The HTTP status of the answer; `undefined` when nobody waits for it any more. */
  readonly status: number | undefined
  readonly event_type?: string
  readonly id?: string
  /** Why it was refused, or failed: what your handler threw, or an error of this package. */
  readonly error?: unknown
}

/** Name of the `node:diagnostics_channel` on which each {@link NotificationReceipt} is published. */
export const NOTIFICATION_CHANNEL = 'wechatpay-fluent:notification'

const receipts = channel(NOTIFICATION_CHANNEL)

/** Publishes a receipt. A failure that nobody listens for becomes a warning of the process. */
export function publishReceipt(receipt: NotificationReceipt): void {
  if (receipts.hasSubscribers) receipts.publish(receipt)
  else if (receipt.type === 'failed') warn(receipt)
}

function warn({ event_type = 'a notification', id, status, error }: NotificationReceipt): void {
  const which = id === undefined ? event_type : `${event_type} ${id}`
  const why = error instanceof Error ? error.message : String(error)
  process.emitWarning(`${which} failed${status === undefined ? '' : ` and was answered ${status}`}: ${why}`, {
    type: 'WechatpayNotificationWarning',
    detail: `Subscribe to the diagnostics channel '${NOTIFICATION_CHANNEL}' to log this yourself.\n${error instanceof Error ? error.stack : ''}`,
  })
}
