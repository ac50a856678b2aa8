import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { words } from './language.js'
import { note, showLine } from './output.js'

export interface AnyBill extends AsyncIterable<unknown> {
  summary(): Promise<unknown>
  save(path: string): Promise<void>
}

const PROGRESS_INTERVAL = 200
const MEGABYTE = 1024 * 1024

/** Writes a bill as it is, to a file or standard output, and only once all of it has come and was checked. */
export async function writeCsv(bill: AnyBill, out: string): Promise<void> {
  if (out !== '-') {
    await save(bill, out)
    const { size } = statSync(out)
    note(words(`${size} bytes written to ${out}`, `已写入 ${out}：${size} 字节`))
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-bill-'))
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true })
  // The process exits at once when the reader of standard output has closed it.
  process.once('exit', removeFolder)
  try {
    const file = join(folder, 'bill.csv')
    await save(bill, file)
    await pipeline(createReadStream(file), process.stdout, { end: false })
    const { size } = statSync(file)
    note(words(`${size} bytes`, `${size} 字节`))
  } finally {
    process.off('exit', removeFolder)
    removeFolder()
  }
}

async function save(bill: AnyBill, file: string): Promise<void> {
  const stop = showProgress((seconds) => {
    const size = partialSize(file) / MEGABYTE
    return `${size.toFixed(1)} MB  ${(size / seconds).toFixed(1)} MB/s`
  })
  await bill.save(file).finally(stop)
}

/** Writes one JSON object a row while the bill arrives; a file gets its name when all rows are in it. */
export async function writeRows(bill: AnyBill, out: string): Promise<void> {
  let rows = 0
  const stop = showProgress((seconds) => {
    const rate = (rows / seconds).toFixed(0)
    return words(`${rows} rows  ${rate}/s`, `${rows} 行  ${rate} 行/秒`)
  })
  async function* lines(): AsyncGenerator<string> {
    for await (const row of bill) {
      rows += 1
      yield `${JSON.stringify(row)}\n`
    }
  }
  const partial = `${out}.${randomUUID()}.part`
  try {
    if (out === '-') await pipeline(lines, process.stdout, { end: false })
    else {
      const file = createWriteStream(partial, { flags: 'wx', mode: 0o600 })
      await once(file, 'open')
      await pipeline(lines, file)
      renameSync(partial, out)
    }
  } finally {
    stop()
    if (out !== '-') rmSync(partial, { force: true })
  }
  if (out === '-') note(words(`${rows} rows`, `共 ${rows} 行`))
  else note(words(`${rows} rows written to ${out}`, `已写入 ${out}：共 ${rows} 行`))
  note(JSON.stringify(await bill.summary(), null, 2))
}

/**
 * Shows on a terminal how far a download has got, and returns the function that ends this. There is no bar, because the
 * API does not tell the size of a bill.
 */
function showProgress(describe: (seconds: number) => string): () => void {
  const started = performance.now()
  const timer = setInterval(() => showLine(describe((performance.now() - started) / 1000)), PROGRESS_INTERVAL)
  return () => {
    clearInterval(timer)
    showLine('')
  }
}

/** The size of the partial file that a bill is saved to until it is complete. */
function partialSize(file: string): number {
  const folder = dirname(file)
  const start = `${basename(file)}.`
  try {
    const partial = readdirSync(folder).find((name) => name.startsWith(start) && name.endsWith('.part'))
    return partial ? statSync(join(folder, partial)).size : 0
  } catch {
    return 0
  }
}
