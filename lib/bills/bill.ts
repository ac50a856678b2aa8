import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { RequestError } from '../errors.js'
import { writeSink } from '../pipeline/download.js'
import type { BillFormat, BillRow } from './columns.js'
import { type BillFile, type Download, openDownload } from './download.js'
import type { BadBillRow } from './errors.js'
import { parseBill } from './parse.js'

/** The response to the request for a bill. */
export interface BillAnnouncement {
  /** The algorithm of `hash_value`: `SHA1`. */
  readonly hash_type?: string
  /** The digest of the unzipped bill, in hexadecimal. */
  readonly hash_value?: string
  /** Valid for some minutes. */
  readonly download_url?: string
}

/** Options of the request for any bill. */
export interface BillOptions {
  /** Aborts the request and the download. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the response begins, and at most between two chunks of the download. */
  readonly timeout?: number
  /** The access point for this bill, in place of the client's. */
  readonly baseURL?: string
  /**
   * Is told of each row that cannot be read, while the others come as usual. Without it, the first such row is a
   * `VerificationError` that names its line.
   */
  readonly onBadRow?: ((row: BadBillRow) => void) | undefined
}

/** How a bill is downloaded and read. */
export interface BillSource {
  readonly name: string
  readonly format: BillFormat
  readonly files: readonly BillFile[]
  readonly announcement: BillAnnouncement
  readonly options: Pick<BillOptions, 'signal' | 'onBadRow'>
}

/**
 * A bill that has been asked for. It is downloaded as a stream when its rows, its summary or the file are asked for: a
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
  /** The algorithm of `hash_value`; both are `undefined` where the API announces no digest, as in APIv2. */
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
   * Rows come while the bill is being downloaded. Whether it is genuine and whole is known only at its end: if it is not,
   * the loop throws there, and the rows read so far must not be used.
   *
   * @throws {VerificationError} when what was downloaded is not the announced bill, or not all of it, or has a row that
   *   cannot be read and the option `onBadRow` is absent.
   * @throws {NetworkError} when the download breaks off.
   * @throws {ApiError} when the API sends an error in place of the bill.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Row> {
    const { format, name, options } = this.#source
    const download = this.#open()
    const chunks = parseBill(download.bytes, format, name, options.onBadRow)
    let chunk: readonly BillRow[] = []
    let next = 0
    let ended = false

    const nextChunk = async (): Promise<IteratorResult<Row>> => {
      if (ended) return { done: true, value: undefined }
      try {
        const result = await chunks.next()
        if (!result.done) {
          chunk = result.value
          next = 1
          return { done: false, value: chunk[0] as Row }
        }
        this.#summary = result.value as Summary
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
        if (next >= chunk.length) return nextChunk()
        return Promise.resolve({ done: false, value: chunk[next++] as Row })
      },
      return: async () => {
        ended = true
        chunk = []
        download.close()
        await chunks.return({}).catch(() => undefined)
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /**
   * The totals at the end of the bill. The bill is downloaded for them, unless its rows have been read to the end.
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
   * Downloads the bill into a file: as CSV, unzipped, the bytes that `hash_value` is the digest of. The file appears
   * under its name once it is whole and checked; a file that was there before is replaced only then.
   *
   * @throws what iterating throws, and a `WechatpayError` with code `SINK_FAILED` when the file cannot be written.
   */
  async save(path: string): Promise<void> {
    if (typeof path !== 'string' || path === '') {
      throw new RequestError(`${this.#source.name}: save() takes the path of a file, not ${typeof path}`)
    }
    const download = this.#open()
    try {
      await writeSink(Readable.from(download.bytes, { objectMode: false }), path, this.#source.name)
    } finally {
      download.close()
    }
  }

  #open(): Download {
    const { files, name, options } = this.#source
    return openDownload(files, name, options.signal)
  }

  toString(): string {
    return `Bill <${this.#source.name}>`
  }

  toJSON(): string {
    return this.toString()
  }
}
