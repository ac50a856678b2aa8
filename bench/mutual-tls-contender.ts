/** `mutual-tls-contender.ts NAME SECONDS IN_FLIGHT`: transfers over mutual TLS; the merchant comes as a message. */
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Wechatpay } from './built.js'
import { type SecureMerchant, TRANSFER_PATH } from './mutual-tls-merchant.js'
import { createPeer } from './peer.js'

/** What is used here of undici, which is installed in this folder only. */
interface Undici {
  readonly Pool: new (
    origin: string,
    options: { connections: number; connect: { cert: string; key: string; ca: string } },
  ) => {
    request(options: { method: string; path: string; body: string; headers: object }): Promise<{
      readonly body: { text(): Promise<string> }
    }>
  }
}

/** What came of it. */
export interface Transfers {
  /** Calls a second. */
  readonly rate: number
  /** Calls in all, warming up included. */
  readonly calls: number
}

/** Seconds before anything counts, as in the other races. */
const WARM_UP = 4

const [name, seconds, inFlight] = process.argv.slice(2)
const [merchant] = (await once(process, 'message')) as [SecureMerchant]

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
  // Sign, send and read the answer, which this endpoint does not sign, and nothing else.
  undici: () => {
    const { Pool } = createRequire(import.meta.url)('undici') as Undici
    const { cert, key } = merchant.merchant
    const connect = { cert, key, ca: merchant.ca }
    const pool = new Pool(merchant.baseURL, { connections: Number(inFlight), connect })
    return async () => {
      const fields: Record<string, unknown> = {
        ...transfer(),
        nonce_str: randomUUID().replaceAll('-', ''),
        sign_type: 'MD5',
      }
      const names = Object.keys(fields).sort()
      const text = `${names.map((name) => `${name}=${fields[name]}`).join('&')}&key=${merchant.secret}`
      const sign = createHash('md5').update(text).digest('hex').toUpperCase()
      const xml = names.map((name) => `<${name}>${fields[name]}</${name}>`).join('')
      const body = `<xml>${xml}<sign>${sign}</sign></xml>`
      const headers = { 'Content-Type': 'text/xml', 'User-Agent': 'hand-written' }
      const answer = await pool.request({ method: 'POST', path: TRANSFER_PATH, body, headers })
      const fieldsOf = (await answer.body.text()).matchAll(/<(\w+)><!\[CDATA\[(.*?)\]\]><\/\1>/g)
      const read = Object.fromEntries([...fieldsOf].map(([, name = '', value]) => [name, value]))
      if (read.result_code !== 'SUCCESS') throw new Error('refused')
    }
  },
  // As its README shows it: `security` asks for the client certificate. Its answers to this endpoint have no sign.
  plugin: () => {
    const wxpay = createPeer(merchant)
    const node = wxpay.v2?.mmpaymkttransfers?.promotion?.transfers
    return async () => node?.post({ ...transfer(), nonce_str: randomUUID().slice(0, 32) }, { security: true })
  },
}

let calls = 0

/** Calls a second. */
async function measure(call: () => Promise<unknown>, duration: number): Promise<number> {
  const started = performance.now()
  const before = calls
  const keepCalling = async () => {
    while (performance.now() - started < duration * 1000) {
      await call()
      calls++
    }
  }
  await Promise.all(Array.from({ length: Number(inFlight) }, keepCalling))
  return (calls - before) / ((performance.now() - started) / 1000)
}

const call = contenders[name ?? '']?.()
if (!call) throw new Error(`There is no contender ${name}`)
await measure(call, WARM_UP)
const rate = await measure(call, Number(seconds))
process.send?.({ rate, calls } satisfies Transfers)
// Ends at once: idle connections would keep the process alive.
process.once('disconnect', () => process.exit())
