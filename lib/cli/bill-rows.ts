import { once } from 'node:events'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { showCount } from './bill-progress.js'
import { note } from './output.js'

/** A bill of whatever kind. */
export interface AnyBill extends AsyncIterable<unknown> {
  summary(): Promise<unknown>
  save(path: string): Promise<void>
}

/** Writes one JSON object a row while the bill arrives; a file gets its name when all of it is there. */
export async function writeRows(bill: AnyBill, out: string): Promise<void> {
  const { lines, rows, end } = counted(bill)
  const aside = `${out}.part`
  try {
    if (out === '-') await pipeline(lines, process.stdout, { end: false })
    else {
      const file = createWriteStream(aside)
      await once(file, 'open')
      await pipeline(lines, file)
      renameSync(aside, out)
    }
  } finally {
    end()
    if (out !== '-') rmSync(aside, { force: true })
  }
  note(`${rows()} rows${out === '-' ? '' : ` written to ${out}`}`)
  note(JSON.stringify(await bill.summary(), null, 2))
}

function counted(bill: AnyBill): {
  readonly lines: () => AsyncGenerator<string>
  readonly rows: () => number
  readonly end: () => void
} {
  let rows = 0
  const end = showCount(() => rows)
  async function* lines(): AsyncGenerator<string> {
    for await (const row of bill) {
      rows += 1
      yield `${JSON.stringify(row)}\n`
    }
  }
  return { lines, rows: () => rows, end }
}
