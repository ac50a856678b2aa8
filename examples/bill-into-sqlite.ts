/** Yesterday's trade bill in a table of SQLite: all of it or nothing, and the same however often it is run. */
import sqlite, { type Database } from 'node-sqlite3-wasm'
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError, type TradeRow, type Wechatpay } from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'

// #region table
const TABLE = `CREATE TABLE IF NOT EXISTS trades (
  bill_date TEXT, trade_time TEXT, transaction_id TEXT, out_trade_no TEXT, trade_state TEXT, out_refund_no TEXT,
  total_fen INTEGER, refund_fen INTEGER, fee_fen INTEGER,
  PRIMARY KEY (transaction_id, out_refund_no)
)`
const INSERT = 'INSERT OR REPLACE INTO trades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'

/** Amounts are stored in fen, as integers: 0.1 + 0.2 of a database is not 0.3 either. */
const valuesOf = (bill_date: string, row: TradeRow): (string | number)[] => [
  ...[
    bill_date,
    row.trade_time,
    row.transaction_id,
    row.out_trade_no,
    row.trade_state,
    row.out_refund_no ?? '',
  ],
  ...[row.total_amount_fen, row.refund_amount_fen ?? 0, row.service_fee_fen],
]
// #endregion table

// #region save
/** Saves the bill of a day; returns the number of its rows, or `undefined` where there is no bill (yet). */
export async function saveBill(
  wxpay: Wechatpay,
  db: Database,
  bill_date: string,
): Promise<number | undefined> {
  const bill = await wxpay.bills.trade({ bill_date, tar_type: 'GZIP' }).catch((error: unknown) => {
    if (error instanceof ApiError && NOT_THERE.has(error.code)) return undefined
    throw error
  })
  if (!bill) return undefined
  db.exec(TABLE)
  const insert = db.prepare(INSERT)
  db.exec('BEGIN')
  try {
    for await (const row of bill) insert.run(valuesOf(bill_date, row))
    // Only here is it known that the bill is whole and has the digest that was announced.
    const { total_count } = await bill.summary()
    db.exec('COMMIT')
    return total_count
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  } finally {
    insert.finalize()
  }
}

/** The bill is not made yet (it is about 10:00 in Beijing), or nothing was traded on that day. */
const NOT_THERE: ReadonlySet<string> = new Set(['NO_STATEMENT_EXIST', 'STATEMENT_CREATING'])

/** Yesterday in Beijing, wherever this runs. */
export const yesterday = (now: number = Date.now()): string =>
  new Date(now + (8 - 24) * 3_600_000).toISOString().slice(0, 10)
// #endregion save

export async function demo(emulator: Emulator) {
  const { wxpay } = shopOf(emulator)
  const db = new sqlite.Database(':memory:') // a file, in a shop of yours
  try {
    const bill_date = yesterday()
    await emulator.fillBill(bill_date, 1_000)
    const rows = await saveBill(wxpay, db, bill_date)
    await saveBill(wxpay, db, bill_date)
    const books = db.get('SELECT count(*) AS rows, sum(total_fen) AS fen FROM trades')
    const tomorrow = await saveBill(wxpay, db, yesterday(Date.now() + 48 * 3_600_000))
    return { rows, books, tomorrow }
  } finally {
    db.close()
  }
}
await runDemo(import.meta.url, demo)
