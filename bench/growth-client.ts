/** One client in a process of its own, asked for ever more calls: a {@link Merchant}, then orders by message. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Wechatpay } from './built.js'
import { CARD_ID, importBody, type Merchant } from './merchant.js'

export interface GrowthOrder {
  readonly calls: number
  readonly inFlight: number
}

/** What the calls of one order came to. */
export interface Growth {
  readonly answered: number
  /** Of the first call that failed. */
  readonly problem: string | undefined
  readonly seconds: number
  /** Seconds of CPU, all threads. */
  readonly cpu: number
  /** Megabytes in use once the garbage is collected. */
  readonly heap: number
  /** The longest that the event loop was held up, in milliseconds. */
  readonly delay: number
  /** By how many later calls one was overtaken at most. */
  readonly overtaken: number
}

/** Longer than the default: it is not to be the machine that decides whether the last of 10,000 is in time. */
const TIMEOUT = 120_000

function createCall({ mchid, serial, privateKey, certs, baseURL }: Merchant) {
  const wxpay = new Wechatpay({ mchid, serial, privateKey, certs, baseURL, timeout: TIMEOUT })
  /** Every other one has a path of its own, so that whatever is kept by path would show. */
  return async (number: number): Promise<void> => {
    const { data } =
      number % 2 === 0
        ? await wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post({
            card_id: CARD_ID,
            json: importBody(String(number)),
          })
        : await wxpay.chain(`v3/growth/${number}`).get({ query: { mchid } })
    const { code } = data as { readonly code?: string }
    if (code !== importBody('').code) throw new Error(`the answer has code ${code}`)
  }
}

let made = 0

async function carryOut(call: (number: number) => Promise<void>, order: GrowthOrder): Promise<Growth> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const start = performance.now()
  let begun = 0
  let answered = 0
  let overtaken = 0
  let problem: string | undefined
  const keepCalling = async (): Promise<void> => {
    while (begun < order.calls) {
      const place = begun++
      try {
        await call(made++)
        overtaken = Math.max(overtaken, answered++ - place)
      } catch (error) {
        problem ??= error instanceof Error ? error.message : String(error)
      }
    }
  }
  await Promise.all(Array.from({ length: order.inFlight }, keepCalling))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  delay.disable()
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed / 1e6
  return { answered, problem, seconds, cpu: (user + system) / 1e6, heap, delay: delay.max / 1e6, overtaken }
}

process.once('message', (merchant: Merchant) => {
  const call = createCall(merchant)
  process.on('message', (order: GrowthOrder) => {
    void carryOut(call, order).then((growth) => process.send?.(growth))
  })
  process.send?.('ready')
})
// Ends at once: idle connections would keep the process alive.
process.once('disconnect', () => process.exit())
