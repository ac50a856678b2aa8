/** Yesterday's books: rows as they arrive, the summary, the file; and a day without a bill. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator } from '../lib/emulator/index.js'
import { ApiError, Wechatpay } from '../lib/index.js'

const emulator = await createEmulator()
const wxpay = new Wechatpay(emulator.merchant)
await emulator.fillBill('2024-01-01', 100_000)

const bill = await wxpay.bills.trade({ bill_date: '2024-01-01', tar_type: 'GZIP' })
let count = 0
let fen = 0
for await (const row of bill) {
  if (count++ === 0) console.log('first row:', row)
  fen += row.total_amount_fen
}
// Only now is it known that the bill is whole and the one that was announced.
const summary = await bill.summary()
console.log(`${count} rows, ${fen} fen; the summary says ${summary.total_count} and ${summary.total_amount}`)

const folder = await mkdtemp(join(tmpdir(), 'wechatpay-bills-'))
const file = join(folder, '2024-01-01.csv')
await bill.save(file)
console.log(`saved: ${(await stat(file)).size} bytes, SHA-1 ${bill.hash_value}`)
await rm(folder, { recursive: true })

const funds = await wxpay.bills.fundflow({ bill_date: '2023-12-31' })
console.log('fund flow:', await funds.summary())

const tomorrow = new Date(Date.now() + 40 * 3_600_000).toISOString().slice(0, 10)
await wxpay.bills.trade({ bill_date: tomorrow }).catch((error: unknown) => {
  if (!(error instanceof ApiError)) throw error
  console.log(`${tomorrow}: ${error.code}`)
})

wxpay.close()
await emulator.close()
