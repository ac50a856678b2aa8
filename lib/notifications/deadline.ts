import { WechatpayError } from '../errors.js'

/** The time in which an answer must be given. */
export interface Deadline {
  /** Aborts when it is over. */
  readonly signal: AbortSignal
  /** The work is done. */
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

/** The outcome of some work, or the reason of the signal when that aborts first. */
export function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    const settle = (): void => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(settle)
    if (signal.aborted) abort()
  })
}
