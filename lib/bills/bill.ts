import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { RequestError } from '../errors.js'
import { writeSink } from '../pipeline/download.js'
import type { BillFormat } from './columns.js'
import type { BillFile } from './download.js'
import { type Download, openDownload } from './download.js'
import type { Cells } from './layout.js'
import { parseBill } from './parse.js'

/** What the API said of a bill when it was asked for. */
export interface BillAnnouncement {
  /** `SHA1` */
  readonly hash_type?: string
  /** Of the bill itself, unzipped. */
  readonly hash_value?: string
  /** Good for a few minutes. */
  readonly download_url?: string
}

/** Where a bill comes from. */
export interface BillSource {
  readonly name: string
  readonly format: BillFormat
  readonly files: readonly BillFile[]
  readonly announcement: BillAnnouncement
  readonly signal: AbortSignal | undefined
}

/**
 * A bill that has been asked for. It is downloaded when its rows, its summary or the file are wanted, and streams: a
 * large bill needs no more memory than a small one.
 *
 * @example
 * ```ts
 * const bill = await wxpay.bills.trade({ bill_date: '2024-01-01', tar_type: 'GZIP' })
 * for await (const row of bill) console.log(row.out_trade_no, row.total_amount_fen)
 * const { total_count } = await bill.summary()
 * ```
 */
export class Bill<Row, Summary> implements AsyncIterable<Row> {
  /** How `hash_value` was made; `undefined` where the API does not say so beforehand. */
  readonly hash_type: string | undefined
  readonly hash_value: string | undefined
  readonly download_url: string | undefined
  readonly #source: BillSource
  #summary: Summary | undefined

  /** @internal */
  constructor(source: BillSource) {
    this.#source = source
    this.hash_type = source.announcement.hash_type
    this.hash_value = source.announcement.hash_value
    this.download_url = source.announcement.download_url
    Object.defineProperty(this, inspect.custom, { value: () => this.toString() })
  }

  /**
   * The rows, from the beginning each time. Leaving the loop ends the download.
   *
   * Rows come while the bill is arriving; that it is genuine and whole shows at its end. Then the loop throws, and what
   * was made of the rows must not be kept.
   *
   * @throws {VerificationError} when it is not the bill that was announced, or none at all, or not whole.
   * @throws {NetworkError} when the download breaks off.
   * @throws {ApiError} when the API says no after all.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Row> {
    const download = this.#open()
    const pieces = parseBill(download.bytes, this.#source.format, this.#source.name)
    const keep = (summary: Summary): void => {
      this.#summary = summary
    }
    let piece: readonly Cells[] = []
    let next = 0
    let ended = false

    async function pull(): Promise<IteratorResult<Row>> {
      if (ended) return { done: true, value: undefined }
      try {
        const result = await pieces.next()
        if (!result.done) {
          piece = result.value
          next = 1
          return { done: false, value: piece[0] as Row }
        }
        keep(result.value as Summary)
      } catch (error) {
        ended = true
        download.close()
        throw error
      }
      ended = true
      return { done: true, value: undefined }
    }

    return {
      next: () => {
        if (next >= piece.length) return pull()
        return Promise.resolve({ done: false, value: piece[next++] as Row })
      },
      return: async () => {
        ended = true
        piece = []
        download.close()
        await pieces.return({}).catch(() => undefined)
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /**
   * The last row, which sums up the others. Known once the rows have been read to their end; otherwise the bill is
   * downloaded for it.
   *
   * @throws what iterating throws.
   */
  async summary(): Promise<Summary> {
    if (this.#summary === undefined) {
      const rows = this[Symbol.asyncIterator]()
      while (!(await rows.next()).done);
    }
    return this.#summary as Summary
  }

  /**
   * Downloads the bill into a file: as CSV, unzipped, just the bytes that `hash_value` is of. The file appears under
   * its name when it is whole and checked; one that was there before stays until then.
   *
   * @throws what iterating throws, and a `WechatpayError` with code `SINK_FAILED` when the file cannot be written.
   */
  async save(path: string): Promise<void> {
    if (typeof path !== 'string' || path === '') {
      throw new RequestError(`${this.#source.name}: save() takes the path of a file, not ${typeof path}`)
    }
    const download = this.#open()
    try {
      await writeSink(Readable.from(download.bytes, { objectMode: false }), path, 0, this.#source.name)
    } finally {
      download.close()
    }
  }

  #open(): Download {
    const { files, name, signal } = this.#source
    return openDownload(files, name, signal)
  }

  toString(): string {
    return `Bill <${this.#source.name}>`
  }

  toJSON(): string {
    return this.toString()
  }
}
