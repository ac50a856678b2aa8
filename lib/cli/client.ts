import type { Wechatpay } from '../index.js'
import { type ClientFlags, clientOptions, fewCallsOptions } from './config.js'
import { EXIT, note } from './output.js'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export interface ClientContext {
  readonly wxpay: Wechatpay
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
}

/**
 * Makes a client with the options that the flags give, and closes it when the work has ended. Ctrl-C or SIGTERM aborts
 * the signal, so that the work can end in order; a second one ends the process at once.
 *
 * @param notice for a job of many calls: the words that the first Ctrl-C is answered with
 */
export async function withClient<Result>(
  flags: ClientFlags,
  work: (context: ClientContext) => Promise<Result>,
  notice?: string,
): Promise<Result> {
  const { Wechatpay: Client } = await import('../index.js')
  const wxpay = new Client(notice === undefined ? fewCallsOptions(flags) : clientOptions(flags))
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort()
    if (notice) note(`\n${notice}`)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    return await work({ wxpay, signal: controller.signal })
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
    wxpay.close()
  }
}
