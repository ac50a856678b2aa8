import { subscribe } from 'node:diagnostics_channel'
import { CALL_CHANNEL, callContents, directOutcomes } from './events.js'

let isWatched = false

/**
 * Has the calls of this process printed on standard error where the variable `WECHATPAY_DEBUG` asks for it: a line each, and with
 * `body` what they carry. The code for it is loaded only then.
 */
export function watchCalls(): void {
  const wish = process.env.WECHATPAY_DEBUG ?? ''
  if (isWatched || /^(?:|0|false|off)$/i.test(wish)) return
  isWatched = true
  // What happens until it is loaded waits for it. What cannot be printed must not disturb a call.
  const printer = import('./print-calls.js')
  const after = (print: (calls: Awaited<typeof printer>) => void): void => {
    printer.then(print).catch(() => undefined)
  }
  for (const channel of [CALL_CHANNEL, directOutcomes.name])
    subscribe(channel, (event) => after(({ printCall }) => printCall(event)))
  if (wish.toLowerCase() !== 'body') return
  subscribe(callContents.name, (content) => after(({ printContent }) => printContent(content)))
}
