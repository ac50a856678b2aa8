import { parseBill } from '../lib/bills/parse.js'
import { TRADE } from '../lib/bills/trade.js'
import { makeUpBill } from '../lib/emulator/domain/bills/made-up-bill.js'
import { atMost, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

const ROWS = 100_000
const CHUNK_BYTES = 128 * 1024
const ROUNDS = 5
const SLOWDOWN = 3

/** Reads a bill of 27 MB, and the same with the description of every row in quotes, in turns. */
export async function measureQuotedBill(): Promise<Row[]> {
  const bill = await makeUpBill('2024-01-01', ROWS)
  const plainBill = Buffer.concat(await bill.stream().toArray())
  const quotedBill = Buffer.from(plainBill.toString().replaceAll(/,(`Image[^,]*)/g, ',"$1, ""new"""'))
  const { plain, quoted } = await interleave(
    { plain: () => readingRate(plainBill), quoted: () => readingRate(quotedBill) },
    ROUNDS,
  )
  const rates = `${figure(median(plain))} MB/s; a field of every row in quotes ${figure(median(quoted))} MB/s`
  return [
    { what: 'bills: rows read from memory, of CPU time', measured: rates },
    atMost('bills: a field of every row in quotes, slower by', medianRatio(plain, quoted), SLOWDOWN, '×'),
  ]
}

/** MB a second of CPU time. */
async function readingRate(bill: Buffer): Promise<number> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bill.length; at += CHUNK_BYTES) yield bill.subarray(at, at + CHUNK_BYTES)
  }
  const before = process.cpuUsage()
  let rows = 0
  for await (const read of parseBill(chunks(), TRADE, 'a bill')) rows += read.length
  const { user, system } = process.cpuUsage(before)
  if (rows !== ROWS) throw new Error(`read ${rows} of ${ROWS} rows`)
  return bill.length / (user + system)
}
