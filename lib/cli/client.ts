import type { Wechatpay } from '../index.js'
import { type ClientFlags, clientOptions } from './config.js'

/** Makes a client of what the flags say, and closes it when the work is done. */
export async function withClient<Result>(
  flags: ClientFlags,
  work: (wxpay: Wechatpay) => Promise<Result>,
): Promise<Result> {
  const { Wechatpay: Client } = await import('../index.js')
  const wxpay = new Client(clientOptions(flags))
  try {
    return await work(wxpay)
  } finally {
    wxpay.close()
  }
}
