/** `mutual-tls-contender.ts NAME SECONDS`: transfers over mutual TLS, 8 in flight; prints calls a second. */
import { randomUUID } from 'node:crypto'
import { Wechatpay } from './built.js'
import type { Merchant } from './merchant.js'
import { createPeer } from './peer.js'

/** What the emulator hands out where it serves HTTPS. */
export interface SecureMerchant extends Merchant {
  readonly secret: string
  readonly merchant: { readonly cert: string; readonly key: string }
  readonly ca: string
}

const IN_FLIGHT = 8
/** Seconds before anything counts, as in the other races. */
const WARM_UP = 4

const [name, seconds] = process.argv.slice(2)
const merchant = JSON.parse(process.env.MERCHANT ?? '') as SecureMerchant

const transfer = () => ({
  mch_appid: 'wx8888888888888888',
  mchid: merchant.mchid,
  partner_trade_no: randomUUID().replaceAll('-', ''),
  openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
  check_name: 'NO_CHECK',
  amount: 10099,
  desc: 'bench',
  spbill_create_ip: '127.0.0.1',
})

const contenders: Readonly<Record<string, () => () => Promise<unknown>>> = {
  fluent: () => {
    const wxpay = new Wechatpay(merchant)
    return () => wxpay.v2.mmpaymkttransfers.promotion.transfers.post({ xml: transfer() })
  },
  // As its README shows it: `security` asks for the client certificate. Its answers to this endpoint have no sign.
  plugin: () => {
    const wxpay = createPeer(merchant)
    const node = wxpay.v2?.mmpaymkttransfers?.promotion?.transfers
    return async () => node?.post({ ...transfer(), nonce_str: randomUUID().slice(0, 32) }, { security: true })
  },
}

async function measure(call: () => Promise<unknown>, duration: number): Promise<number> {
  const started = performance.now()
  let calls = 0
  const keepCalling = async () => {
    while (performance.now() - started < duration * 1000) {
      await call()
      calls++
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, keepCalling))
  return calls / ((performance.now() - started) / 1000)
}

const call = contenders[name ?? '']?.()
if (!call) throw new Error(`There is no contender ${name}`)
await measure(call, WARM_UP)
console.log(await measure(call, Number(seconds)))
process.exit()
