import { Readable } from 'node:stream'
import { bufferOf } from '../buffer-of.js'
import { RequestError } from '../errors.js'
import { didYouMean, nearestName } from '../nearest.js'
import type { BillRow } from './columns.js'
import type { BadBillRow } from './errors.js'
import type { FundflowRow, FundflowSummary } from './fundflow.js'
import type { ProfitSharingRow, ProfitSharingSummary } from './profit-sharing.js'
import type { TradeRow, TradeSummary } from './trade.js'

/** The row and the summary of each kind of bill. */
interface BillKinds {
  trade: [TradeRow, TradeSummary]
  fundflow: [FundflowRow, FundflowSummary]
  profitSharing: [ProfitSharingRow, ProfitSharingSummary]
}

/** A kind of bill, by the name of its method below `wxpay.bills`; those of APIv2 and of sub-merchants are no different. */
export type BillKind = keyof BillKinds

const KINDS = ['trade', 'fundflow', 'profitSharing'] as const satisfies readonly BillKind[]

/** The bytes of a bill, zipped or not: all of them, or as they arrive (a `Readable`, a `ReadableStream`, a `Blob`'s stream). */
export type BillBytes = Uint8Array | AsyncIterable<Uint8Array>

/** A bill that is read. */
export interface ReadableBill<Row, Summary> extends AsyncIterable<Row> {
  /** The totals at the end of the bill, which is read to its end for them. */
  summary(): Promise<Summary>
}

/**
 * Reads a bill that is there already, such as a file that was downloaded from the merchant platform: the same rows as those of
 * `wxpay.bills`, in constant memory, unzipped where it is gzip.
 *
 * A stream can be read once: ask for the summary after its rows. Bytes can be read again and again. Nobody vouches for such a
 * bill: its digest was checked by who downloaded it, if at all.
 *
 * @param kind the kind of bill, such as `trade`
 * @throws {RequestError} for an unknown kind, what holds no bytes, and a stream that is read again.
 * @throws {VerificationError} code `ANSWER_INVALID`, while it is read, when it is no such bill, or not all of it.
 * @example
 * ```ts
 * const bill = readBill(createReadStream('2024-01-01.csv'), 'trade')
 * for await (const { out_trade_no, total_amount_fen } of bill) console.log(out_trade_no, total_amount_fen)
 * const { total_count } = await bill.summary()
 * ```
 */
export function readBill<Kind extends BillKind>(
  bytes: BillBytes,
  kind: Kind,
  { onBadRow }: { readonly onBadRow?: ((row: BadBillRow) => void) | undefined } = {},
): ReadableBill<BillKinds[Kind][0], BillKinds[Kind][1]> {
  if (!KINDS.includes(kind)) {
    const hint = didYouMean(nearestName(String(kind), KINDS)) || `; it is one of ${KINDS.join(', ')}`
    throw new RequestError(`readBill(): there is no kind of bill '${String(kind)}'${hint}`)
  }
  const open = openerOf(bytes)
  let summary: BillRow | undefined
  async function* rows(): AsyncGenerator<BillRow> {
    const { formats, parseBill, unzipped } = await import('./bill-formats.js')
    const chunks = parseBill(unzipped(open(), NAME), formats[kind], NAME, onBadRow)
    for (;;) {
      const { done, value } = await chunks.next()
      if (done) {
        summary = value
        return
      }
      yield* value
    }
  }
  const bill = {
    [Symbol.asyncIterator]: rows,
    async summary() {
      if (summary === undefined) for await (const _ of rows());
      return summary
    },
  }
  return bill as ReadableBill<BillKinds[Kind][0], BillKinds[Kind][1]>
}

/** What messages call a bill that has no other name. */
const NAME = 'readBill()'

/** The way to read bytes: those of a stream come once. */
function openerOf(bytes: BillBytes): () => AsyncIterable<Buffer> {
  if (bytes instanceof Uint8Array) return () => Readable.from([bufferOf(bytes)])
  if (typeof bytes !== 'object' || bytes === null || !(Symbol.asyncIterator in bytes)) {
    const given = bytes === null ? 'null' : typeof bytes
    throw new RequestError(
      `readBill() takes bytes or a stream of them, not ${given}: createReadStream(path), for one`,
    )
  }
  let isRead = false
  return () => {
    if (isRead) throw new RequestError('readBill(): a stream can be read once; give bytes to read them again')
    isRead = true
    return toBuffers(bytes)
  }
}

async function* toBuffers(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    if (!(chunk instanceof Uint8Array))
      throw new RequestError('readBill(): the stream has texts or objects, not bytes')
    yield bufferOf(chunk)
  }
}
