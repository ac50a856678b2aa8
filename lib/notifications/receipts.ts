import { channel } from 'node:diagnostics_channel'
import { printable } from '../printable.js'

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

/** Milliseconds in which a failure of one kind is told once: strangers, or a database that is away, must not fill the log. */
const WARNING_INTERVAL = 60_000
/** The last warning of each kind, and how many were left out since. */
const lastWarnings = new Map<string, { readonly at: number; leftOut: number }>()

/** Publishes a receipt. Where nobody subscribes, a failure is a warning of the process, so that it is not lost. */
export function publishReceipt(receipt: NotificationReceipt): void {
  if (receipts.hasSubscribers) receipts.publish(receipt)
  else if (receipt.type === 'failed') warn(receipt)
}

function warn({ event_type = 'a notification', id, status, error }: NotificationReceipt): void {
  const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown }
  const kind = [event_type, status, name, code].join(' ')
  const last = lastWarnings.get(kind)
  if (last && performance.now() - last.at < WARNING_INTERVAL) return void last.leftOut++
  lastWarnings.set(kind, { at: performance.now(), leftOut: 0 })
  const which = printable(id === undefined ? event_type : `${event_type} ${id}`)
  const why = error instanceof Error ? error.message : String(error)
  const more = last?.leftOut ? ` (${last.leftOut} more of this kind since the last warning)` : ''
  process.emitWarning(
    `${which} failed${status === undefined ? '' : ` and was answered ${status}`}: ${why}${more}`,
    {
      type: 'WechatpayNotificationWarning',
      detail: `Subscribe to the diagnostics channel '${NOTIFICATION_CHANNEL}' to log this yourself.\n${error instanceof Error ? error.stack : ''}`,
    },
  )
}
