import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { type BadBillRow, RequestError, readBill, type TradeRow, VerificationError } from '../../lib/index.js'
import { startRig } from '../e2e/client.js'
import { tradeBill, tradeRow } from './lines.js'

const rig = startRig()
const folder = mkdtempSync(join(tmpdir(), 'read-bill-'))
afterAll(() => rmSync(folder, { recursive: true }))

const bill = Buffer.from(tradeBill(tradeRow('一'), tradeRow('二', 'B2')))
async function rowsOf<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  return all
}

describe('a bill that is there already', () => {
  it('has the rows and the summary of one that is downloaded', async () => {
    for (const kind of ['trade', 'fundflow'] as const) {
      const path = join(folder, `${kind}.csv`)
      const downloaded = await rig.wxpay.bills[kind]({ bill_date: '2024-01-01' })
      await downloaded.save(path)
      const read = readBill(createReadStream(path), kind)
      expect(await rowsOf(read)).toEqual(await rowsOf<unknown>(downloaded))
      expect(await read.summary()).toEqual(await downloaded.summary())
    }
  })

  it.each<[string, () => Parameters<typeof readBill>[0]]>([
    ['bytes', () => new Uint8Array(bill)],
    ['gzip', () => gzipSync(bill)],
    ['a Readable', () => Readable.from([bill.subarray(0, 7), bill.subarray(7)])],
    ['a ReadableStream', () => new Blob([bill]).stream()],
    ['zipped chunks', () => Readable.from([gzipSync(bill).subarray(0, 1), gzipSync(bill).subarray(1)])],
  ])('comes as %s', async (_, make) => {
    const rows: TradeRow[] = await rowsOf(readBill(make(), 'trade'))
    expect(rows.map(({ description }) => description)).toEqual(['一', '二'])
    expect((await readBill(make(), 'trade').summary()).total_count).toBe(2)
  })

  it('is read again from bytes, and not from a stream', async () => {
    const bytes = readBill(bill, 'trade')
    expect(await rowsOf(bytes)).toEqual(await rowsOf(bytes))
    const stream = readBill(Readable.from([bill]), 'trade')
    await stream.summary()
    await expect(rowsOf(stream)).rejects.toThrow('a stream can be read once')
  })

  it('tells of rows that cannot be read', async () => {
    const bad: BadBillRow[] = []
    const broken = bill.toString().replace('`0.01,`0.00,`0,', '`x,`0.00,`0,')
    const rows = await rowsOf(readBill(Buffer.from(broken), 'trade', { onBadRow: (row) => bad.push(row) }))
    expect([rows.length, bad.map(({ line }) => line)]).toEqual([1, [2]])
    await expect(rowsOf(readBill(Buffer.from(broken), 'trade'))).rejects.toThrow(VerificationError)
  })

  it.each([
    ['another kind of bill', bill, 'fundflow'],
    ['half a bill', bill.subarray(0, bill.length / 2), 'trade'],
    ['nothing', Buffer.alloc(0), 'trade'],
    ['broken gzip', gzipSync(bill).subarray(0, 60), 'trade'],
  ] as const)('is refused while it is read: %s', async (_, bytes, kind) => {
    await expect(rowsOf<unknown>(readBill(bytes, kind))).rejects.toThrow(VerificationError)
  })

  it('is refused at once where it is none', async () => {
    expect(() => readBill(bill, 'trades' as 'trade')).toThrow(
      "there is no kind of bill 'trades'; did you mean 'trade'?",
    )
    expect(() => readBill(bill, 'x' as 'trade')).toThrow('it is one of trade, fundflow, profitSharing')
    for (const bytes of ['text', null, undefined, 1, {}])
      expect(() => readBill(bytes as never, 'trade')).toThrow(RequestError)
    await expect(rowsOf(readBill(Readable.from(['a text']) as never, 'trade'))).rejects.toThrow('not bytes')
  })
})
