import type { Wechatpay } from '../index.js'

/** Whose job it is, and at which access point: a rehearsal on an emulator is no job of the API. */
export function accountOf(client: Wechatpay, account = ''): string {
  // Asked for the URL: looking at the defaults of its axios instance would slow the client down.
  const accessPoint = client.v3.certificates.url().replace(/\/v3\/certificates$/, '')
  return `${account} ${accessPoint}`.trim()
}
