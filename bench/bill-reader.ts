/**
 * Iterates a trade bill, counts its rows, adds up its amounts and watches its own memory:
 * `node bill-reader.ts DAY`. The options of the client come as a message.
 */
import { once } from 'node:events'
import { Wechatpay, type WechatpayOptions } from '../lib/index.js'

/** What came of reading a bill. */
export interface Reading {
  readonly rows: number
  readonly fen: number
  readonly summaryRows: number
  readonly seconds: number
  /** Before the bill was asked for, and at most while it was read, in bytes. */
  readonly rss: { readonly before: number; readonly peak: number }
}

const [day = '2024-01-01', tar_type = 'GZIP'] = process.argv.slice(2)
const [options] = (await once(process, 'message')) as [WechatpayOptions]
const wxpay = new Wechatpay(options)

async function read(date: string): Promise<Omit<Reading, 'rss'> & { readonly peak: number }> {
  const started = performance.now()
  const bill = await wxpay.bills.trade({ bill_date: date, ...(tar_type === 'GZIP' && { tar_type }) })
  let rows = 0
  let fen = 0
  let peak = 0
  for await (const row of bill) {
    rows++
    fen += row.total_amount_fen
    if (rows % 50_000 === 0) peak = Math.max(peak, process.memoryUsage.rss())
  }
  const { total_count, total_amount_fen } = await bill.summary()
  if (fen !== total_amount_fen)
    throw new Error(`the rows add up to ${fen} fen, the summary says ${total_amount_fen}`)
  return { rows, fen, summaryRows: total_count, seconds: (performance.now() - started) / 1000, peak }
}

// A bill of another day first, so that code and connections are there.
await read('2023-01-01')
globalThis.gc?.()
const before = process.memoryUsage.rss()
const { peak, ...reading } = await read(day)
process.send?.({
  ...reading,
  rss: { before, peak: Math.max(peak, process.memoryUsage.rss()) },
} satisfies Reading)
wxpay.close()
process.disconnect?.()
