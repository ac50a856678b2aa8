import type { Wechatpay } from '../index.js'

/** Whose job it is, and at which access point: a rehearsal on an emulator is no job of the API. */
export function accountOf(client: Wechatpay, account = ''): string {
  return [account, client.client.v3.defaults.baseURL ?? ''].join(' ').trim()
}
