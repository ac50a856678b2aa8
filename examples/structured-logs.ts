/** A line of JSON for each call and each notification that went wrong, for Loki, SLS or ELK. `write` may be pino's `info`. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Emulator } from '../lib/emulator/index.js'
import {
  ApiError,
  CALL_CHANNEL,
  type CallEvent,
  NOTIFICATION_CHANNEL,
  type NotificationReceipt,
  WechatpayError,
} from '../lib/index.js'
import { listen, runDemo, shopOf } from './demo.js'

type Line = Readonly<Record<string, unknown>>

// #region log
/** What is worth a line of an error. `mayHaveHappened` is the one to raise an alarm for: money may have moved. */
const aboutError = (error: unknown): Line => ({
  error: error instanceof Error ? error.message : String(error),
  ...(error instanceof WechatpayError && { code: error.code, mayHaveHappened: error.mayHaveHappened }),
  ...(error instanceof ApiError && { status: error.status, requestId: error.requestId }),
})

/** Logs all clients of this process; returns what ends it. No key, secret or Authorization header is in any event. */
export function logCalls(write: (line: Line) => void): () => void {
  const onCall = (message: unknown): void => {
    const event = message as CallEvent
    const { type, method, path, attempt } = event
    const line = { time: new Date().toISOString(), event: `wechatpay.${type}`, method, path, attempt }
    if (event.type === 'response') {
      write({ ...line, level: 'info', status: event.status, requestId: event.requestId, ms: event.duration })
    } else if (event.type === 'retry') {
      write({ ...line, level: 'warn', delay: event.delay, ...aboutError(event.error) })
    } else if (event.type === 'failure') {
      write({ ...line, level: 'error', ...aboutError(event.error) })
    }
  }
  const onNotification = (message: unknown): void => {
    const { type, status, event_type, error } = message as NotificationReceipt
    if (type !== 'failed' && type !== 'refused') return
    const line = {
      time: new Date().toISOString(),
      event: `wechatpay.notification.${type}`,
      status,
      event_type,
    }
    write({ ...line, level: type === 'failed' ? 'error' : 'warn', ...aboutError(error) })
  }
  subscribe(CALL_CHANNEL, onCall)
  subscribe(NOTIFICATION_CHANNEL, onNotification)
  return () => {
    unsubscribe(CALL_CHANNEL, onCall)
    unsubscribe(NOTIFICATION_CHANNEL, onNotification)
  }
}

/** One line of JSON each; `pino().info` in its place keeps the fields. */
export const writeJson = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
// #endregion log

export async function demo(emulator: Emulator, write: (line: Line) => void = writeJson) {
  const lines: Line[] = []
  const stop = logCalls((line) => {
    lines.push(line)
    write(line)
  })
  const { wxpay, mchid, appid } = shopOf(emulator)
  const receiver = await listen(
    wxpay.notifications.node({
      'REFUND.SUCCESS': () => {
        throw new Error('The database is away')
      },
    }),
  )
  emulator.fail({ path: 'v3/pay/transactions/native', code: 'SYSTEM_ERROR', status: 500, times: 1 })
  const order = { appid, mchid, description: 'Tea', notify_url: receiver.url, amount: { total: 100 } }
  await wxpay.v3.pay.transactions.native.post({ json: { ...order, out_trade_no: 'logged-0001' } })
  const short = wxpay.v3.pay.transactions.native.post({ json: { ...order, out_trade_no: 'short' } })
  await short.catch(() => {})
  await emulator.notify('REFUND.SUCCESS', { url: receiver.url })
  receiver.close()
  stop()
  return lines
}
await runDemo(import.meta.url, demo)
