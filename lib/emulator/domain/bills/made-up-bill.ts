import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { MadeUpBill } from '../../state/records.js'
import { markedLine, toFile, yuan } from './entries.js'
import { TRADE_HEADINGS, TRADE_SUMMARY } from './trade-bill.js'

const BLOCK_ROWS = 1000
/** The digits of a row's number that stand for its block; those of the row within the block follow. */
const BLOCK_DIGITS = 7
const ZERO = 48
const OFFSET_STEP = 7919

/** Measures a bill of `rows` rows by making it once. */
export async function makeUpBill(date: string, rows: number): Promise<MadeUpBill> {
  if (!Number.isInteger(rows) || rows < 0 || rows > BLOCK_ROWS * 10 ** BLOCK_DIGITS) {
    throw new TypeError(`fillBill(): rows must be a whole number up to ${BLOCK_ROWS * 10 ** BLOCK_DIGITS}`)
  }
  const hash = createHash('sha1')
  let bytes = 0
  for (const chunk of chunks(date, rows)) {
    hash.update(chunk)
    bytes += chunk.length
    await turn()
  }
  const stream = (): Readable => Readable.from(chunks(date, rows), { objectMode: false })
  return { rows, bytes, sha1: hash.digest('hex'), stream }
}

/** The amount of the row at an index of its block, in fen. */
const amountOf = (index: number): number => 100 + ((index * OFFSET_STEP) % 9_900)

function rowAt(date: string, index: number): string {
  const minutes = String(Math.floor(index / 60) % 60).padStart(2, '0')
  const seconds = String(index % 60).padStart(2, '0')
  const number = `${'0'.repeat(BLOCK_DIGITS)}${String(index).padStart(3, '0')}`
  const amount = yuan(amountOf(index))
  return markedLine([
    ...[`${date} 10:${minutes}:${seconds}`, 'wxd678efh567hg6787', '1900000109', '0', ''],
    ...[`42000001${date.replaceAll('-', '')}00${number}`, `${date.replaceAll('-', '')}T${number}`],
    ...[`oUpF8uMuAJO_M2px${number}`, 'NATIVE', 'SUCCESS', 'OTHERS', 'CNY', amount, '0.00'],
    ...['0', '0', '0.00', '0.00', '', '', 'Image形象店-深圳腾大-QQ公仔', ''],
    ...['0.01000', '0.60%', amount, '0.00', ''],
  ])
}

/** The bill in chunks. One block of rows is made and then only renumbered, which is faster than clients read. */
function* chunks(date: string, rows: number): Generator<Buffer> {
  yield toFile([TRADE_HEADINGS])
  const lines = Array.from({ length: BLOCK_ROWS }, (_, index) => `${rowAt(date, index)}\r\n`)
  const block = Buffer.from(lines.join(''))
  const numbers = offsetsOf(lines)
  for (let first = 0; first < rows; first += BLOCK_ROWS) {
    const number = String(first / BLOCK_ROWS).padStart(BLOCK_DIGITS, '0')
    for (let digit = 0; digit < BLOCK_DIGITS; digit++) {
      const code = ZERO + Number(number[digit])
      for (const offset of numbers) block[offset + digit] = code
    }
    const missing = rows - first
    const end = missing >= BLOCK_ROWS ? block.length : Buffer.byteLength(lines.slice(0, missing).join(''))
    yield Buffer.from(block.subarray(0, end))
  }
  yield summaryOf(rows)
}

/** The offsets of the rows' numbers, of which each row has three. */
function offsetsOf(lines: readonly string[]): Int32Array {
  const offsets: number[] = []
  let start = 0
  lines.forEach((line, index) => {
    const number = Buffer.from(`${'0'.repeat(BLOCK_DIGITS)}${String(index).padStart(3, '0')}\x2c`)
    const bytes = Buffer.from(line)
    for (let at = bytes.indexOf(number); at >= 0; at = bytes.indexOf(number, at + 1)) offsets.push(start + at)
    start += bytes.length
  })
  return Int32Array.from(offsets)
}

function summaryOf(rows: number): Buffer {
  let total = 0
  for (let index = 0; index < Math.min(rows, BLOCK_ROWS); index++) {
    total += amountOf(index) * Math.ceil((rows - index) / BLOCK_ROWS)
  }
  const lines = [
    TRADE_SUMMARY,
    markedLine([rows, yuan(total), '0.00', '0.00', `${yuan(rows)}000`, yuan(total), '0.00']),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}
