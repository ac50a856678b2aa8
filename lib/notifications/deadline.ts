import { WechatpayError } from '../errors.js'

/** The time within which a notification must be handled. */
export interface Deadline {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal
  /** Stops the clock. */
  readonly end: () => void
}

export function startDeadline(timeout: number): Deadline {
  const controller = new AbortController()
  const timer = setTimeout(() => {
    const message = `The notification was not handled within ${timeout} ms; WeChat Pay waits 5 s. Put long work in a queue`
    controller.abort(new WechatpayError(message, { code: 'TIMEOUT' }))
  }, timeout)
  return { signal: controller.signal, end: () => clearTimeout(timer) }
}

/** Settles like a promise, or rejects with the reason of the signal when that aborts first. */
export function untilAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
  })
}
