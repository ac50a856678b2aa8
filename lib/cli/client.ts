import type { Wechatpay } from '../index.js'
import { type ClientFlags, clientOptions } from './config.js'
import { untilInterrupted } from './interrupt.js'

/** Makes a client of what the flags say, and closes it when the work is done or interrupted. */
export async function withClient<Result>(
  flags: ClientFlags,
  work: (wxpay: Wechatpay, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { Wechatpay: Client } = await import('../index.js')
  const wxpay = new Client(clientOptions(flags))
  try {
    return await untilInterrupted((signal) => work(wxpay, signal))
  } finally {
    wxpay.close()
  }
}
